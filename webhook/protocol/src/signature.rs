//! Signatures under the rules of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
//!
//! A signature header is a list, `v1,<base64>` separated by spaces, so that a secret can be replaced without a pause:
//! for a while the sender signs with both, and the receiver takes either.

use core::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// How far a message's time may be from the receiver's clock, in seconds, either way.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Bytes of a secret, as Standard Webhooks has them.
pub const SECRET_BYTES: core::ops::RangeInclusive<usize> = 24..=64;

/// Signatures of one message that are looked at. Two secrets make two.
const SIGNATURES: usize = 16;

/// Administrators lose `=` when they copy.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signing secret. Its `Debug` shows nothing, and it is wiped on drop.
#[derive(Clone)]
pub struct Key {
    mac: Hmac<Sha256>,
    /// To find it where it must not stand.
    encoded: Zeroizing<String>,
}

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Not base64 after `whsec_`.
    Base64,
    /// So many bytes, and not [`SECRET_BYTES`] of them.
    Length(usize),
}

impl Key {
    /// Reads a secret: base64, with `whsec_` before it or without.
    ///
    /// # Errors
    /// - [`KeyError`]: the text is no secret.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = LENIENT.decode(encoded).map(Zeroizing::new).map_err(|_not| KeyError::Base64)?;
        let wrong_length = KeyError::Length(bytes.len());
        if !SECRET_BYTES.contains(&bytes.len()) {
            return Err(wrong_length);
        }
        // HMAC takes keys of any length.
        let mac = Hmac::new_from_slice(&bytes).map_err(|_never| wrong_length)?;
        Ok(Self { mac, encoded: Zeroizing::new(encoded.trim_end_matches('=').to_owned()) })
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The secret in force, and during a change the one before it.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Signs, and is believed.
    pub current: Key,
    /// Signs too, and is believed too.
    pub previous: Option<Key>,
}

impl Keys {
    fn iter(&self) -> impl Iterator<Item = &Key> {
        core::iter::once(&self.current).chain(&self.previous)
    }

    /// The value of `webhook-signature`: one signature for each secret.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let sign = |key: &Key| format!("v1,{}", STANDARD.encode(key.mac(id, &timestamp, body)));
        self.iter().map(sign).collect::<Vec<_>>().join(" ")
    }

    /// Whether one of `signatures`, a header's value, was made with one of the secrets.
    ///
    /// `timestamp` is the header's own text: what was signed is what was sent. Every signature is compared with every
    /// secret in constant time, and all of them are, whichever fits.
    #[must_use]
    pub fn verify(&self, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
        let given: Vec<Vec<u8>> = signatures
            .split(' ')
            .take(SIGNATURES)
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .collect();
        let mut fits = Choice::from(0);
        for key in self.iter() {
            let expected = key.mac(id, timestamp, body);
            for signature in &given {
                fits |= signature.as_slice().ct_eq(expected.as_slice());
            }
        }
        fits.into()
    }

    /// A foreign text without our secrets, which a careless endpoint may quote.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.iter().fold(text.to_owned(), |text, key| text.replace(key.encoded.as_str(), "***"))
    }
}
