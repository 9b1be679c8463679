//! What an engine's imports do on this host.

mod http;
mod log;
mod token_cache;

#[cfg(test)]
mod tests;

pub use self::http::{CLOSED, DENIED_HEADERS, WITHHELD};
