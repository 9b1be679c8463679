//! The Aes Key: 43 characters of base64 for 32 bytes.

use core::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// How many characters an EncodingAESKey has (D90930).
const AES_KEY_CHARACTERS: usize = 43;

/// 43 characters carry 258 bits for 256, and WeCom's own generator leaves the last two as they fall: four of six
/// published keys have some set. A strict decoder refuses those.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The 32 bytes that an EncodingAESKey stands for. The first 16 are also the initialisation vector.
#[derive(Clone)]
pub struct AesKey([u8; 32]);

/// Why a text is no EncodingAESKey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AesKeyError {
    /// Not 43 characters.
    Length(usize),
    /// Something other than letters and digits.
    Character,
}

impl AesKey {
    /// Reads an EncodingAESKey.
    ///
    /// # Errors
    /// - [`AesKeyError::Length`]: not 43 characters.
    /// - [`AesKeyError::Character`]: something other than ASCII letters and digits.
    pub fn read(text: &str) -> Result<Self, AesKeyError> {
        let length = text.chars().count();
        if length != AES_KEY_CHARACTERS {
            return Err(AesKeyError::Length(length));
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(AesKeyError::Character);
        }
        let mut key = [0; 32];
        match LENIENT.decode_slice(text, &mut key) {
            Ok(32) => Ok(Self(key)),
            Ok(_) | Err(_) => Err(AesKeyError::Character),
        }
    }

    /// Takes the 32 bytes themselves; any are a key.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key, for the cipher alone.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for AesKey {
    /// One copy of the wiping loop, not one wherever a key ends.
    #[inline(never)]
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesKey(32 bytes)")
    }
}

impl PartialEq for AesKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for AesKey {}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    /// One character too few.
    const SHORT: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh";

    #[test]
    fn trailing_bits_of_the_last_character_do_not_count() {
        let lenient = AesKey::read("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9");
        assert_eq!(lenient, AesKey::read(CANONICAL));
        assert_eq!(lenient.map(|key| *key.expose()), Ok(core::array::from_fn(|i| u8::try_from(i).unwrap())));
    }

    #[test]
    fn only_43_letters_and_digits_are_a_key() {
        assert_eq!(AesKey::read(""), Err(AesKeyError::Length(0)));
        assert_eq!(AesKey::read(SHORT), Err(AesKeyError::Length(42)));
        assert_eq!(AesKey::read(&format!("{CANONICAL}A")), Err(AesKeyError::Length(44)));
        assert_eq!(AesKey::read(&format!("{SHORT}=")), Err(AesKeyError::Character));
        assert_eq!(AesKey::read(&format!("{SHORT}$")), Err(AesKeyError::Character));
    }

    #[test]
    fn debug_shows_no_byte() {
        assert_eq!(format!("{:?}", AesKey::read(CANONICAL)), "Ok(AesKey(32 bytes))");
    }
}
