//! What an engine's imports do on this host.

mod http;
mod log;
mod token_cache;

pub use self::http::DENIED_HEADERS;
