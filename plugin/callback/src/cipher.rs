//! Opening what is sealed: base64, AES-256-CBC, and the frame inside.
//!
//! ```text
//! 16 random bytes | length n, u32 big-endian | n bytes of message | receiver id | p times the byte p
//! ```
//!
//! `p` is 1 to 32, since the frame is filled up to blocks of 32 bytes, twice those of AES. A padder for AES
//! would refuse half of all messages, so none is used.

use subtle::{Choice, ConstantTimeEq as _, ConstantTimeLess as _};

use super::error::Error;
use super::excerpt;
use super::signature::Verified;
use crate::AesKey;
use crate::model::CorpId;

/// What a frame is filled up to, in bytes.
pub(super) const BLOCK: usize = 32;

/// What stands before the message: random bytes, then its length.
const RANDOM: usize = 16;
const LENGTH: usize = 4;

/// A message from a proven sender to us. Only [`open`] makes one.
///
/// It need not be UTF-8. The receiver's id behind it has been read by then, so the key is right and is never blamed for
/// a text that WeCom cut in the middle of a character.
pub(super) enum Opened {
    /// The usual case.
    Text(String),
    /// As it came, and with U+FFFD in place of what is no UTF-8. A repair touches no ASCII, and so no markup.
    Repaired {
        /// As it came.
        bytes: Vec<u8>,
        /// To read.
        text: String,
    },
}

/// Opens a sealed text whose sender is proven, for any of these receivers. Whether it verifies the address is for the
/// error.
///
/// # Errors
/// - [`Error::Undecryptable`]: wrong key or altered bytes. One case for base64, blocks, padding and length alike, so
///   that a sender learns nothing from which check failed.
/// - [`Error::WrongReceiver`]: sound frame, other company or none.
pub(super) fn open(
    verified: &Verified<'_>,
    receivers: &[&CorpId],
    verification: bool,
) -> Result<Opened, Error> {
    verified
        .keys()
        .map(|key| open_with(key, verified.sealed(), receivers, verification))
        .find(|opened| !matches!(opened, Err(Error::Undecryptable)))
        .unwrap_or(Err(Error::Undecryptable))
}

impl Opened {
    /// The message, repaired where it had to be.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Repaired { text, .. } => text,
        }
    }

    /// The message as it came.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Repaired { bytes, .. } => bytes,
        }
    }

    fn of(message: Vec<u8>) -> Self {
        String::from_utf8(message).map_or_else(|broken| Self::repaired(broken.into_bytes()), Self::Text)
    }

    #[cold]
    fn repaired(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self::Repaired { bytes, text }
    }
}

fn open_with(key: &AesKey, sealed: &str, receivers: &[&CorpId], verification: bool) -> Result<Opened, Error> {
    let mut bytes = wecom_cipher::decoded(sealed).ok_or(Error::Undecryptable)?;
    if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) {
        return Err(Error::Undecryptable);
    }
    let (iv, _) = key.expose().split_first_chunk().ok_or(Error::Undecryptable)?;
    let (blocks, _) = bytes.as_chunks_mut();
    wecom_cipher::decrypt(key.expose(), iv, blocks);
    let frame = Frame::read(&bytes).ok_or(Error::Undecryptable)?;
    let ours = |receiver: &&CorpId| frame.receiver == receiver.as_str().as_bytes();
    if frame.receiver.is_empty() || !receivers.iter().any(ours) {
        let shortened = |receiver: &&CorpId| excerpt::shortened(receiver.as_str().as_bytes());
        return Err(Error::WrongReceiver {
            receiver: excerpt::shortened(frame.receiver),
            expected: receivers.iter().map(shortened).collect(),
            verification,
        });
    }
    let end = RANDOM + LENGTH + frame.message.len();
    bytes.truncate(end);
    bytes.drain(..RANDOM + LENGTH);
    Ok(Opened::of(bytes))
}

/// The parts of a decrypted frame that mean something.
struct Frame<'a> {
    message: &'a [u8],
    receiver: &'a [u8],
}

impl<'a> Frame<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_, content) = unpadded(bytes)?.split_at_checked(RANDOM)?;
        let (length, content) = content.split_first_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (message, receiver) = content.split_at_checked(length)?;
        Some(Self { message, receiver })
    }
}

/// Takes the padding off. `None` unless it is 1 to 32 bytes that all say how many they are.
///
/// All of the last 32 bytes are looked at, whatever the last one says.
fn unpadded(bytes: &[u8]) -> Option<&[u8]> {
    let (_, last) = bytes.split_last_chunk::<BLOCK>()?;
    let padding = *last.last()?;
    let mut sound = !padding.ct_eq(&0) & !33_u8.ct_lt(&padding) & !33_u8.ct_eq(&padding);
    for (from_end, byte) in (0_u8..).zip(last.iter().rev()) {
        let inside: Choice = from_end.ct_lt(&padding);
        sound &= !inside | byte.ct_eq(&padding);
    }
    if bool::from(sound) { bytes.get(..bytes.len().checked_sub(padding.into())?) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_answer_opens_to_its_plaintext() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../protocol/tests/vectors/vectors.json")).unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let part = |name: &str| vector[name].as_str().unwrap();
            let key = AesKey::read(part("encoding_aes_key")).unwrap();
            let receiver = CorpId(part("receiveid").to_owned());
            let opened =
                open_with(&key, part("encrypt"), &[&receiver], false).map(|opened| opened.text().to_owned());
            let (nobody, expected) = (String::new(), vec![String::new()]);
            let nobody = Error::WrongReceiver { receiver: nobody, expected, verification: false };
            let expected = if receiver.0.is_empty() { Err(nobody) } else { Ok(part("plaintext").to_owned()) };
            assert_eq!(opened, expected, "{}", part("id"));
        }
    }

    #[test]
    fn every_padding_from_1_to_32_comes_off() {
        for padding in 1..=32_u8 {
            let mut bytes = vec![0xAA; 64 - usize::from(padding)];
            bytes.resize(64, padding);
            assert_eq!(unpadded(&bytes).map(<[u8]>::len), Some(64 - usize::from(padding)));
        }
    }

    #[test]
    fn no_other_padding_does() {
        for padding in (33..=255_u8).chain([0]) {
            assert_eq!(unpadded(&[padding; 64]), None, "{padding}");
        }
        for padding in 2..=32_u8 {
            for wrong in 2..=padding {
                let mut bytes = [padding; 64];
                bytes[64 - usize::from(wrong)] ^= 1;
                assert_eq!(unpadded(&bytes), None, "{padding}, byte {wrong} from the end");
            }
        }
        assert_eq!(unpadded(&[]), None);
        assert_eq!(unpadded(&[1; 31]), None);
    }

    #[test]
    fn a_frame_s_length_cannot_reach_past_its_end() {
        let frame = |length: u32| {
            let mut bytes = vec![7; RANDOM];
            bytes.extend(length.to_be_bytes());
            bytes.extend(b"hello+receiver");
            bytes.resize(64, 30);
            bytes
        };
        let read = |length| {
            Frame::read(&frame(length)).map(|frame| (frame.message.to_vec(), frame.receiver.to_vec()))
        };
        assert_eq!(read(5), Some((b"hello".to_vec(), b"+receiver".to_vec())));
        assert_eq!(read(14), Some((b"hello+receiver".to_vec(), vec![])));
        assert_eq!(read(15), None);
        assert_eq!(read(0xffff_ffec), None);
        assert_eq!(read(u32::MAX), None);
    }
}
