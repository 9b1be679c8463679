//! A recording outside the process: AES-256-GCM under a key of the operator's.
//!
//! ```text
//! {
//!   "format": "approval-recording/1",
//!   "engine": "wecom", "version": "0.1.0", "sha256": "…", "function": "submit",      readable, authenticated
//!   "sealed": base64(nonce of 12 bytes ‖ ciphertext ‖ tag of 16 bytes)                settings, arguments, imports, result
//! }
//! ```
//!
//! All of it is sealed, not only what looks like a secret: tokens stand in URLs and in bodies, and names everywhere.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::SecureRandom;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::recording::{Origin, Recording};

const FORMAT: &str = "approval-recording/1";

/// Bytes of a key.
const KEY_LEN: usize = 32;

/// The operator's key to recordings. `Debug` shows nothing.
pub struct Key(Zeroizing<[u8; KEY_LEN]>);

/// Why a recording cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not 64 hexadecimal digits.
    #[error("the key is not 64 hexadecimal digits: give the file that holds them")]
    Key,
    /// The system gives no randomness.
    #[error("this machine gives no randomness, and without it nothing can be sealed: try again")]
    NoRandomness,
    /// Not what [`Recording::seal`] writes, or by a later version.
    #[error("this is no recording that this version reads: give a file that `record` has written")]
    Format,
    /// The key is another, or the file was changed.
    #[error("the recording does not open: the key is another one, or the file was changed")]
    Refused,
}

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// - [`SealError::NoRandomness`]
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, SealError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random.fill(key.as_mut_slice()).map_err(|_unspecified| SealError::NoRandomness)?;
        Ok(Self(key))
    }

    /// Reads 64 hexadecimal digits; white space around them does not count.
    ///
    /// # Errors
    /// - [`SealError::Key`]
    pub fn from_hex(text: &str) -> Result<Self, SealError> {
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * KEY_LEN {
            return Err(SealError::Key);
        }
        let mut key = Zeroizing::new([0; KEY_LEN]);
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                let value = char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
                *byte = *byte << 4 | value.ok_or(SealError::Key)?;
            }
        }
        Ok(Self(key))
    }

    /// 64 hexadecimal digits, for the one file that keeps them.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn cipher(&self) -> Result<LessSafeKey, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_slice()).map_err(|_unspecified| SealError::Key)?;
        Ok(LessSafeKey::new(key))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Recording {
    /// The recording as text that only the key opens.
    ///
    /// # Errors
    /// - [`SealError::NoRandomness`]
    pub fn seal(&self, key: &Key, random: &dyn SecureRandom) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce).map_err(|_unspecified| SealError::NoRandomness)?;
        let mut sealed = self.to_json().to_string().into_bytes();
        key.cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated(&self.origin)),
                &mut sealed,
            )
            .map_err(|_unspecified| SealError::Refused)?;
        let Origin { engine, version, digest, function } = &self.origin;
        let file = json!({
            "format": FORMAT,
            "engine": engine,
            "version": version,
            "sha256": digest,
            "function": function,
            "sealed": BASE64_STANDARD.encode([nonce.as_slice(), sealed.as_slice()].concat()),
        });
        Ok(format!("{file:#}\n"))
    }

    /// Opens what [`seal`](Self::seal) has written.
    ///
    /// # Errors
    /// - [`SealError::Format`]: something else.
    /// - [`SealError::Refused`]: another key, or another text.
    pub fn open(text: &str, key: &Key) -> Result<Self, SealError> {
        let file: Value = serde_json::from_str(text).map_err(|_invalid| SealError::Format)?;
        let field = |name: &str| file.get(name).and_then(Value::as_str).ok_or(SealError::Format);
        if field("format")? != FORMAT {
            return Err(SealError::Format);
        }
        let origin = Origin {
            engine: field("engine")?.to_owned(),
            version: field("version")?.to_owned(),
            digest: field("sha256")?.to_owned(),
            function: field("function")?.to_owned(),
        };
        let mut sealed = BASE64_STANDARD.decode(field("sealed")?).map_err(|_invalid| SealError::Format)?;
        let (nonce, ciphertext) = sealed.split_first_chunk_mut::<NONCE_LEN>().ok_or(SealError::Format)?;
        let opened = key
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated(&origin)), ciphertext)
            .map_err(|_unspecified| SealError::Refused)?;
        let value = serde_json::from_slice(opened).map_err(|_invalid| SealError::Format)?;
        Self::from_json(origin, &value).ok_or(SealError::Format)
    }
}

/// The readable head, each part with its length, so that no two heads read the same.
fn associated(origin: &Origin) -> Vec<u8> {
    let Origin { engine, version, digest, function } = origin;
    [FORMAT, engine, version, digest, function]
        .into_iter()
        .flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::super::recording::Outcome;
    use super::super::tape::Exchange;
    use super::*;
    use crate::contract::{Setting, SettingValue};

    fn recording() -> Recording {
        let text =
            |key: &str, value: &str| Setting { key: key.into(), value: SettingValue::Text(value.into()) };
        Recording {
            origin: Origin {
                engine: "wecom".into(),
                version: "0.1.0".into(),
                digest: "00".repeat(32),
                function: "submit".into(),
            },
            settings: vec![
                text("sign-token", "S3CRET-TOKEN"),
                Setting { key: "secret".into(), value: SettingValue::Held },
            ],
            arguments: json!({ "request": { "title": "VPN" } }),
            exchanges: vec![
                Exchange { import: "http.send".into(), arguments: json!({}), answer: Some(Value::Null) },
                Exchange { import: "http.send".into(), arguments: json!({}), answer: None },
            ],
            cut: false,
            outcome: Outcome::Returned(json!({ "ok": 1 })),
        }
    }

    #[test]
    fn a_recording_comes_out_of_its_seal_as_it_went_in() {
        let key = Key::from_hex(&"0f".repeat(32)).unwrap();
        let sealed = recording().seal(&key, &SystemRandom::new()).unwrap();
        assert!(!sealed.contains("S3CRET") && !sealed.contains("VPN"), "{sealed}");
        assert_eq!(Recording::open(&sealed, &key), Ok(recording()));
        let cut = Recording { cut: true, ..recording() };
        let sealed = cut.seal(&key, &SystemRandom::new()).unwrap();
        assert_eq!(Recording::open(&sealed, &key), Ok(cut));
    }

    #[test]
    fn another_key_or_another_head_opens_nothing() {
        let key = Key::generate(&SystemRandom::new()).unwrap();
        let sealed = recording().seal(&key, &SystemRandom::new()).unwrap();
        let other = Key::from_hex(&"00".repeat(32)).unwrap();
        assert_eq!(Recording::open(&sealed, &other), Err(SealError::Refused));
        let relabelled = sealed.replace("\"submit\"", "\"describe\"");
        assert_eq!(Recording::open(&relabelled, &key), Err(SealError::Refused));
        assert_eq!(Recording::open("{}", &key), Err(SealError::Format));
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let key = Key::from_hex(&format!(" {}\n", "Af".repeat(32))).unwrap();
        assert_eq!(key.to_hex().as_str(), "af".repeat(32));
        assert_eq!(format!("{key:?}"), "Key(..)");
        for wrong in ["", &"0".repeat(63), &"g".repeat(64), &"0".repeat(65)] {
            assert_eq!(Key::from_hex(wrong).unwrap_err(), SealError::Key);
        }
    }
}
