//! Digests as WeCom and the contract write them: lower-case hexadecimal.

use sha2::{Digest as _, Sha256};

/// SHA-256 of `bytes`.
pub(super) fn sha256(bytes: &[u8]) -> String {
    lower_hex(&Sha256::digest(bytes))
}

/// SHA-256 of several texts, each behind its length, so that no two lists of texts give the same bytes.
pub fn sha256_of_parts(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    lower_hex(&hash.finalize())
}

/// Two digits for each byte.
pub fn lower_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
    let mut digits = vec![0; 2 * bytes.len()];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 0x0f)];
    }
    // All of them are ASCII, so there is no other case.
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_nothing_is_the_published_one() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn every_byte_has_its_two_digits() {
        for byte in 0..=255 {
            assert_eq!(lower_hex(&[byte]), format!("{byte:02x}"));
        }
        assert_eq!(lower_hex(&[]), "");
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        assert_ne!(sha256_of_parts(&["ab", "c"]), sha256_of_parts(&["a", "bc"]));
        assert_ne!(sha256_of_parts(&["a", ""]), sha256_of_parts(&["a"]));
    }
}
