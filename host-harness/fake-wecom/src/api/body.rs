//! The JSON body of a POST.

use serde_json::Value;

use super::Call;
use crate::refusal::Refusal;

/// Reads the body as a JSON object.
///
/// # Errors
/// - 40033: it holds a `\uXXXX` escape; text goes raw, as UTF-8.
/// - 40058: it is no JSON object.
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    if has_unicode_escape(call.body) {
        return Err(Refusal::new(40033, "invalid request character, \\uxxxx is not allowed"));
    }
    let parsed = serde_json::from_slice::<Value>(call.body).ok().filter(Value::is_object);
    parsed.ok_or_else(|| Refusal::new(40058, "Warning: wrong json format. invalid Request Parameter"))
}

/// The text of a required field.
///
/// # Errors
/// 40058: missing, empty, or no text. A number is no text.
pub(super) fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, Refusal> {
    let text = body.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| Refusal::parameter(field))
}

/// An escaped backslash takes the character behind it with it, so `\\u` is none.
fn has_unicode_escape(body: &[u8]) -> bool {
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && bytes.next() == Some(&b'u') {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_backslash_before_u_is_no_unicode_escape() {
        assert!(has_unicode_escape(br#"{"a":"\u4e2d"}"#));
        assert!(has_unicode_escape(br#"{"a":"\\\u4e2d"}"#));
        assert!(!has_unicode_escape(br#"{"a":"c:\\users\n"}"#));
    }
}
