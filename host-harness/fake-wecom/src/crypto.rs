//! The callback crypto of WeCom (D90968), written for the fake alone.
//!
//! ```text
//! key   = base64decode(EncodingAESKey + "=")                      32 bytes
//! iv    = key[0..16]
//! plain = random(16) | length n, u32 big-endian | n bytes | receiver id
//! enc   = base64(AES-256-CBC(key, iv, PKCS#7(plain, block = 32)))
//! sig   = lowerhex(SHA-1(concat(sort([token, timestamp, nonce, enc]))))
//! ```
//!
//! Nothing here is shared with an engine under test, so that one error cannot cancel another.

mod cbc;
mod frame;
mod key;
mod signature;

pub use frame::{Opened, open, seal};
pub use key::AesKey;
pub use signature::sign;

/// Why a key or a sealed text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// An EncodingAESKey is 43 letters and digits.
    #[error("the EncodingAESKey is not 43 letters and digits: copy it again from where it was generated")]
    Key,
    /// The sealed text is not base64.
    #[error("the sealed text is not base64")]
    Base64,
    /// The sealed bytes are not whole AES blocks, or the padding or the length inside is impossible.
    #[error("the sealed text does not open: wrong key, or bytes altered on the way")]
    Frame,
}
