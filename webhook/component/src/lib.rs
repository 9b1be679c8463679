//! The signed-webhook engine, compiled and ready to load.

/// The component. Its imports are `http` and `log` of `idaas:approval`, and nothing else.
pub static WEBHOOK_ENGINE: &[u8] = include_bytes!(env!("WEBHOOK_COMPONENT"));
