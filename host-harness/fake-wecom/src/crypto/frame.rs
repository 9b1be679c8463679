//! The frame inside a sealed text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{AesKey, CryptoError, cbc};

/// What a sealed text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The message: XML of an event, or the digits of an address check.
    pub message: Vec<u8>,
    /// Whom the message is for: the corp id for every app of the corp itself (D90968).
    pub receive_id: String,
}

/// Seals `message` for `receive_id`. The same 16 random bytes give the same text.
#[must_use]
pub fn seal(key: &AesKey, random: [u8; 16], message: &[u8], receive_id: &str) -> String {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut plain = Vec::with_capacity(20 + message.len() + receive_id.len());
    plain.extend_from_slice(&random);
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(message);
    plain.extend_from_slice(receive_id.as_bytes());
    STANDARD.encode(cbc::encrypt(key, &plain))
}

/// Opens what [`seal`] made. It checks no signature: see [`sign`](super::sign).
///
/// # Errors
/// - [`CryptoError::Base64`]: `sealed` is not base64.
/// - [`CryptoError::Frame`]: everything behind the base64 that is not as [`seal`] makes it.
pub fn open(key: &AesKey, sealed: &str) -> Result<Opened, CryptoError> {
    let bytes = STANDARD.decode(sealed).map_err(|_malformed| CryptoError::Base64)?;
    let plain = cbc::decrypt(key, &bytes)?;
    let (_random, rest) = plain.split_first_chunk::<16>().ok_or(CryptoError::Frame)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(CryptoError::Frame)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_too_long| CryptoError::Frame)?;
    let (message, receive_id) = rest.split_at_checked(length).ok_or(CryptoError::Frame)?;
    let receive_id = std::str::from_utf8(receive_id).map_err(|_not_text| CryptoError::Frame)?;
    Ok(Opened { message: message.to_vec(), receive_id: receive_id.to_owned() })
}
