//! The key as the console shows it, and as AES wants it.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::CryptoError;

/// Characters of an EncodingAESKey.
const ENCODED_LENGTH: usize = 43;

/// 43 characters carry 258 bits for 256: the last two may be anything, and are in most published keys.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The 32 bytes behind an EncodingAESKey. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct AesKey([u8; 32]);

impl AesKey {
    /// Reads the 43 letters and digits that the console generates.
    ///
    /// # Errors
    /// [`CryptoError::Key`]: another length, or a character that is no letter or digit.
    pub fn parse(encoding_aes_key: &str) -> Result<Self, CryptoError> {
        let plain = encoding_aes_key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if encoding_aes_key.len() != ENCODED_LENGTH || !plain {
            return Err(CryptoError::Key);
        }
        let bytes = LENIENT.decode(format!("{encoding_aes_key}=")).map_err(|_malformed| CryptoError::Key)?;
        bytes.try_into().map(Self).map_err(|_wrong_length: Vec<u8>| CryptoError::Key)
    }

    /// The key itself.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The initialisation vector: the first half of the key, for every message.
    pub(super) fn initialisation_vector(&self) -> [u8; 16] {
        let mut vector = [0; 16];
        for (slot, byte) in vector.iter_mut().zip(self.0) {
            *slot = byte;
        }
        vector
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AesKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_trailing_bits_is_the_key_without_them() {
        let canonical = AesKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        let trailing = AesKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9");
        assert!(canonical.is_ok());
        assert_eq!(canonical, trailing);
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let key = AesKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
        assert_eq!(format!("{key:?}"), "AesKey(…)");
    }
}
