//! The host's own key, and the idempotency keys that are made with it.

use std::fmt;

use hmac::Hmac;
use hmac::digest::{FixedOutput as _, KeyInit as _, Update as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key. Filled up with zeros to SHA-256's block, as HMAC does with any shorter key.
const KEY_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;

/// Characters of a request number at most, so that an idempotency key has 64.
const NUMBER_CHARACTERS: usize = 47;

/// Bytes of the digest that an idempotency key shows, in [`TAG_CHARACTERS`].
const TAG_BYTES: usize = 10;
const TAG_CHARACTERS: usize = 16;

/// RFC 4648.
const BASE32: [char; 32] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U',
    'V', 'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
];

/// A key that the host keeps **outside its store**, such as beside the key that seals its settings.
///
/// A request number is known before the request is submitted, so a form that carries it proves nothing: its applicant
/// may have typed it. The idempotency key has a part that only this key makes, and it is the same for every attempt,
/// also after a restore that lost the request. A host that changes its key while submissions are under way makes other
/// keys for requests that its store has lost, and keeps those of the requests that it has.
pub struct HostKey(Zeroizing<[u8; BLOCK_BYTES]>);

impl HostKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self(block)
    }

    /// The number, a dot, and 16 characters that cannot be guessed without the key.
    pub(crate) fn idempotency_key(&self, tenant: &str, connection: &str, number: &str) -> String {
        let mut digest = Hmac::<Sha256>::new(&(*self.0).into());
        for part in [tenant, connection, number] {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        let digest = digest.finalize_fixed();
        let tag = digest.iter().take(TAG_BYTES).fold(0_u128, |tag, byte| tag << 8 | u128::from(*byte));
        let characters = (0..TAG_CHARACTERS).rev().filter_map(|place| {
            let five_bits = usize::try_from(tag >> (5 * place) & 31).ok()?;
            BASE32.get(five_bits)
        });
        format!("{number}.{}", characters.collect::<String>())
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostKey(..)")
    }
}

/// Whether a request may have this number: 1 to 47 of `A-Za-z0-9._:-`.
pub(crate) fn is_number(number: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=NUMBER_CHARACTERS).contains(&number.len()) && number.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac`, `hashlib` and `base64`.
    #[test]
    fn the_key_is_the_number_and_an_hmac_over_tenant_connection_and_number() {
        let key = HostKey::new(&[7; 32]);
        assert_eq!(key.idempotency_key("acme", "wecom", "REQ-1"), "REQ-1.WGGHDKNV7CT2KMOV");
    }

    #[test]
    fn another_tenant_connection_number_or_host_has_another_key() {
        let key = HostKey::new(&[7; 32]);
        let made = key.idempotency_key("acme", "wecom", "REQ-1");
        assert_eq!(made, key.idempotency_key("acme", "wecom", "REQ-1"));
        for other in [
            key.idempotency_key("acm", "ewecom", "REQ-1"),
            key.idempotency_key("acme", "webhook", "REQ-1"),
            HostKey::new(&[8; 32]).idempotency_key("acme", "wecom", "REQ-1"),
        ] {
            assert_ne!(made, other);
        }
    }

    #[test]
    fn the_longest_number_makes_a_key_of_64_characters_and_a_longer_one_is_none() {
        let longest = "x".repeat(47);
        assert!(is_number(&longest));
        assert_eq!(HostKey::new(&[7; 32]).idempotency_key("acme", "wecom", &longest).len(), 64);
        for number in ["", &"x".repeat(48), "REQ 1", "REQ/1", "\u{5f20}"] {
            assert!(!is_number(number), "{number}");
        }
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", HostKey::new(&[7; 32])), "HostKey(..)");
    }
}
