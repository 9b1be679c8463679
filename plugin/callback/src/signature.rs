//! The signature: proof that whoever sealed the text knows a Sign Token.
//!
//! ```text
//! lower-case hex of SHA-1 over token, timestamp, nonce and sealed text, sorted as byte strings
//! ```

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use super::digest;
use super::error::Error;
use super::query::Fresh;
use crate::{AesKey, CallbackKey};

/// A sealed text whose sender is proven. Only [`verify`] makes one.
pub(super) struct Verified<'a> {
    sealed: &'a str,
    keys: Vec<&'a AesKey>,
}

/// Proves the sender of `sealed`.
///
/// Every pair is tried, whichever fits first, so that the time taken does not tell which. What it may tell is where a
/// token stands in the order of the parts, and with it its first characters: sorting compares until two texts differ.
///
/// # Errors
/// - [`Error::Forged`]: no pair fits.
pub(super) fn verify<'a>(
    pairs: &'a [CallbackKey],
    stamp: &Fresh<'_>,
    sealed: &'a str,
) -> Result<Verified<'a>, Error> {
    let fits = |pair: &&CallbackKey| {
        let expected = signature(pair.token.expose(), stamp.timestamp(), stamp.nonce(), sealed);
        bool::from(expected.as_bytes().ct_eq(stamp.signature().as_bytes()))
    };
    let keys: Vec<_> = pairs.iter().filter(fits).map(|pair| &pair.aes_key).collect();
    if keys.is_empty() { Err(Error::Forged) } else { Ok(Verified { sealed, keys }) }
}

impl Verified<'_> {
    /// The text of `Encrypt` or `echostr`.
    pub(super) const fn sealed(&self) -> &str {
        self.sealed
    }

    /// The keys that go with the tokens that fit: one, or several after a rotation that kept the token.
    pub(super) fn keys(&self) -> impl Iterator<Item = &AesKey> {
        self.keys.iter().copied()
    }
}

pub(super) fn signature(token: &str, timestamp: &str, nonce: &str, sealed: &str) -> String {
    let mut hash = Sha1::new();
    for part in sorted([token, timestamp, nonce, sealed]) {
        hash.update(part);
    }
    digest::lower_hex(&hash.finalize())
}

/// Four texts as byte strings in order: a sorting network, since the standard library's sort is code for any length.
fn sorted([a, b, c, d]: [&str; 4]) -> [&str; 4] {
    let ((a, b), (c, d)) = (ordered(a, b), ordered(c, d));
    let ((least, b), (c, greatest)) = (ordered(a, c), ordered(b, d));
    let (b, c) = ordered(b, c);
    [least, b, c, greatest]
}

fn ordered<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    if b < a { (b, a) } else { (a, b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_parts_are_sorted_from_every_order() {
        for parts in 0..256 {
            let part = |at: u32| ["", "A", "Ab", "b"][parts >> (2 * at) & 3];
            let parts = [part(0), part(1), part(2), part(3)];
            let mut expected = parts;
            expected.sort_unstable();
            assert_eq!(sorted(parts), expected);
        }
    }

    /// Published with fudiwei/DotNetCore.SKIT.FlurlHttpClient.Wechat, without a key.
    #[test]
    fn a_signature_published_without_its_key_is_reproduced() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../protocol/tests/vectors/vectors.json")).unwrap();
        let vector = &vectors["signature_only"][0];
        let part = |name: &str| vector[name].as_str().unwrap();
        assert_eq!(
            signature(part("token"), part("timestamp"), part("nonce"), part("encrypt")),
            part("msg_signature")
        );
    }
}
