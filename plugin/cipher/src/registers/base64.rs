//! Base64, sixteen characters at a time.
//!
//! A sealed text is thousands of characters of the alphabet and, at its end, perhaps a padding. Whole groups of the
//! alphabet are decoded here; the end, and everything from the first group with another character on, is the `base64`
//! crate's, which says what is base64 and what is not.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

use super::lanes::Lanes;

/// Characters of a group, and the bytes that they stand for.
const CHARACTERS: usize = 16;
const BYTES: usize = 12;

/// As [`crate::decoded`].
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len().div_ceil(4) * 3];
    let (groups, _) = text.as_bytes().as_chunks::<CHARACTERS>();
    let (rooms, _) = bytes.as_chunks_mut::<BYTES>();
    let mut done = 0;
    for (group, room) in groups.iter().zip(rooms) {
        let Some(opened) = opened(Lanes::of(*group)) else { break };
        *room = opened;
        done += 1;
    }
    let (rest, room) = (text.get(done * CHARACTERS..)?, bytes.get_mut(done * BYTES..)?);
    let length = STANDARD.decode_slice(rest, room).ok()?;
    bytes.truncate(done * BYTES + length);
    Some(bytes)
}

/// The bytes of sixteen characters; `None` when one of them is not of the alphabet.
#[inline(always)]
fn opened(group: Lanes) -> Option<[u8; BYTES]> {
    let [upper, lower, digit] = [(b'A', b'Z'), (b'a', b'z'), (b'0', b'9')].map(|(a, z)| group.within(a, z));
    let [plus, slash] = [b'+', b'/'].map(|one| group.within(one, one));
    if !(upper | lower | digit | plus | slash).is_full() {
        return None;
    }
    // What has to be added to a character to get its six bits.
    let offset = |class: Lanes, first: u8, bits: u8| class & Lanes::of([bits.wrapping_sub(first); 16]);
    let letters = offset(upper, b'A', 0) | offset(lower, b'a', 26) | offset(digit, b'0', 52);
    let bits = group.plus(letters | offset(plus, b'+', 62) | offset(slash, b'/', 63));
    // Two characters are twelve bits of each pair of bytes; two pairs are three bytes of each four, the last one first.
    let six = repeated([0x3f, 0, 0x3f, 0]);
    let twelve = (bits & six).left::<6>() | bits.right::<8>() & six;
    let low = repeated([0xff, 0xff, 0, 0]);
    let twice = (twelve & low).left::<12>() | twelve.right::<16>() & low;
    let bytes = twice.shuffled::<2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 7, 11, 15>().bytes();
    bytes.first_chunk().copied()
}

#[inline(always)]
fn repeated(four: [u8; 4]) -> Lanes {
    let [a, b, c, d] = four;
    Lanes::of([a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::registers::decoded;

    #[test]
    fn each_character_at_each_place_is_what_the_crate_makes_of_it() {
        for place in 0..CHARACTERS {
            for character in (0..=127_u8).map(char::from) {
                let mut text = "Zz09+/AaBbCcDdEe".repeat(2);
                text.replace_range(place..=place, character.encode_utf8(&mut [0; 4]));
                assert_eq!(decoded(&text), STANDARD.decode(&text).ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_padding_belongs_at_the_end() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("QQ==", Some(b"A")),
            ("QUJDREVGR0hJSktMTU5PUA==", Some(b"ABCDEFGHIJKLMNOP")),
            ("QUJDREVGR0hJSktM", Some(b"ABCDEFGHIJKL")),
            ("QUJDREVGR0hJSktMTU5PUB==", None),
            ("QUJDREVGR0hJSktMTU5PUA", None),
            ("QUJDREVGR0hJSg==QUJDREVGR0hJSktM", None),
            ("=", None),
        ] {
            assert_eq!(decoded(text).as_deref(), bytes, "{text}");
        }
    }

    proptest! {
        #![proptest_config(crate::drawn::cases(256))]

        #[test]
        fn whatever_was_encoded_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decoded(&STANDARD.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_what_the_crate_makes_of_it(text in "[A-Za-z0-9+/]{0,70}[^A-Z]{0,3}[A-Z=]{0,6}") {
            prop_assert_eq!(decoded(&text), STANDARD.decode(&text).ok());
        }
    }
}
