//! The WeCom approval engine, compiled and ready to load.

/// The component. Its imports are `http`, `token-cache` and `log` of `idaas:approval`, and nothing else.
pub static WECOM_ENGINE: &[u8] = include_bytes!(env!("WECOM_COMPONENT"));
