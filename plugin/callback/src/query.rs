//! The query of a callback: `msg_signature`, `timestamp`, `nonce`, and `echostr` to verify an address.
//!
//! Values are percent-decoded exactly once, and a `+` stays a `+`: these are URL components, not form fields.
//! Other parameters are a gateway's business and never looked at.

use std::borrow::Cow;
use std::time::Duration;

use super::error::{Error, Parameter, Shape};
use crate::model::UnixSeconds;

/// The longest nonce that is read, in bytes. WeCom's have 10 digits or so.
const NONCE_LIMIT: usize = 64;

/// The parameters that go with every sealed text.
pub(super) struct Stamp<'a> {
    signature: Cow<'a, str>,
    timestamp: Cow<'a, str>,
    nonce: Cow<'a, str>,
    sent_at: UnixSeconds,
}

/// A stamp whose time lies within the window. Only [`Stamp::check`] makes one.
pub(super) struct Fresh<'a>(Stamp<'a>);

/// Reads the stamp. Each parameter occurs once and has a value.
///
/// What is signed is the four parts in a row, in the order of their bytes. So a nonce is no place for more than a nonce.
pub(super) fn read(query: &str) -> Result<Stamp<'_>, Shape> {
    let signature = parameter(query, Parameter::MsgSignature)?;
    let timestamp = parameter(query, Parameter::Timestamp)?;
    let nonce = parameter(query, Parameter::Nonce)?;
    if nonce.len() > NONCE_LIMIT {
        return Err(Shape::TooLong(Parameter::Nonce));
    }
    let sent_at = seconds(&timestamp).ok_or(Shape::Timestamp)?;
    Ok(Stamp { signature, timestamp, nonce, sent_at })
}

/// Reads `echostr`.
///
/// Base64 has no space, so a space stands for a `+` that somebody on the way took for one.
pub(super) fn echo(query: &str) -> Result<Cow<'_, str>, Shape> {
    let echo = parameter(query, Parameter::Echostr)?;
    Ok(if echo.contains(' ') { echo.replace(' ', "+").into() } else { echo })
}

/// A number of seconds, written in ASCII digits and nothing else.
pub(super) fn seconds(text: &str) -> Option<UnixSeconds> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits_only { text.parse().ok().map(UnixSeconds) } else { None }
}

impl<'a> Stamp<'a> {
    /// Takes the stamp for fresh when it lies at most `window` away from `received_at`, either way.
    ///
    /// # Errors
    /// - [`Error::Stale`]: further away.
    pub(super) fn check(self, received_at: UnixSeconds, window: Duration) -> Result<Fresh<'a>, Error> {
        if received_at.0.abs_diff(self.sent_at.0) > window.as_secs() {
            return Err(Error::Stale { timestamp: self.sent_at, received_at, window });
        }
        Ok(Fresh(self))
    }
}

impl Fresh<'_> {
    /// What the sender says the signature is.
    pub(super) fn signature(&self) -> &str {
        &self.0.signature
    }

    /// Signed, as sent.
    pub(super) fn timestamp(&self) -> &str {
        &self.0.timestamp
    }

    /// Signed, as sent.
    pub(super) fn nonce(&self) -> &str {
        &self.0.nonce
    }
}

/// Finds the one value of a parameter.
///
/// Names are decoded too: `nonce` and `%6eonce` are one name to any other reader of the query, and would be a
/// way to show two readers different values.
fn parameter(query: &str, wanted: Parameter) -> Result<Cow<'_, str>, Shape> {
    let mut values = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| decoded(name).is_some_and(|name| name == wanted.name()))
        .map(|(_, value)| value);
    let value = values.next().ok_or(Shape::Missing(wanted))?;
    if values.next().is_some() {
        return Err(Shape::Doubled(wanted));
    }
    match decoded(value) {
        Some(value) if value.is_empty() => Err(Shape::Missing(wanted)),
        Some(value) => Ok(value),
        None => Err(Shape::Encoding(wanted)),
    }
}

/// Percent-decodes once. `None` when a `%` lacks its two digits or the result is not UTF-8.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { nibble(rest.next()?)? << 4 | nibble(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn nibble(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_decoded_once_and_a_plus_stays() {
        assert_eq!(parameter("nonce=%252B", Parameter::Nonce).as_deref(), Ok("%2B"));
        assert_eq!(parameter("nonce=a+b%2Bc", Parameter::Nonce).as_deref(), Ok("a+b+c"));
        assert_eq!(parameter("a=b&nonce=a=b==&c", Parameter::Nonce).as_deref(), Ok("a=b=="));
    }

    #[test]
    fn a_broken_escape_is_named_and_a_stranger_s_is_ignored() {
        for broken in ["nonce=%", "nonce=%2", "nonce=%zz", "nonce=%+1", "nonce=%ff", "nonce=%é"] {
            assert_eq!(
                parameter(broken, Parameter::Nonce),
                Err(Shape::Encoding(Parameter::Nonce)),
                "{broken}"
            );
        }
        assert_eq!(parameter("x=%zz&%zz=1&nonce=1", Parameter::Nonce).as_deref(), Ok("1"));
    }

    #[test]
    fn an_encoded_name_is_the_same_name() {
        assert_eq!(parameter("%6eonce=1", Parameter::Nonce).as_deref(), Ok("1"));
        assert_eq!(parameter("nonce=1&%6Eonce=1", Parameter::Nonce), Err(Shape::Doubled(Parameter::Nonce)));
    }

    #[test]
    fn a_nonce_has_64_bytes_at_most() {
        let query = |length: usize| format!("msg_signature=a&timestamp=1&nonce={}", "%41".repeat(length));
        assert_eq!(read(&query(64)).map(|stamp| stamp.nonce.len()).ok(), Some(64));
        assert_eq!(read(&query(65)).err(), Some(Shape::TooLong(Parameter::Nonce)));
    }

    #[test]
    fn spaces_in_an_echo_are_repaired() {
        assert_eq!(echo("echostr=a%20b+c").as_deref(), Ok("a+b+c"));
    }

    #[test]
    fn seconds_are_digits() {
        assert_eq!(seconds("1767225661"), Some(UnixSeconds(1_767_225_661)));
        for wrong in ["", "+1", "-1", " 1", "1.0", "１", "18446744073709551616"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
