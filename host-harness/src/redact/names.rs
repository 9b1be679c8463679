//! The second net: values that stand behind the name of a secret.

use std::collections::BTreeSet;
use std::ops::Range;

use super::reading::Reading;

/// How names of secrets end, for any provider.
const ENDINGS: [&str; 5] = ["token", "secret", "password", "signature", "apikey"];

/// A name as it is compared: letters and digits, without their case.
pub(super) fn comparable(name: &[u8]) -> String {
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// Where `text` has values behind such a name or one of `names`: `name=value`, `"name": "value"`, and of `names` also
/// `name: value`.
pub(super) fn places(names: &BTreeSet<String>, text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    Reading::of(text, true).each(&mut |reading| {
        for (at, byte) in reading.bytes.iter().enumerate() {
            if !matches!(byte, b'=' | b':') {
                continue;
            }
            let (before, after) = (
                reading.bytes.get(..at).unwrap_or_default(),
                reading.bytes.get(at + 1..).unwrap_or_default(),
            );
            let value =
                if *byte == b'=' { parameter(names, before, after) } else { field(names, before, after) };
            found.extend(value.and_then(|value| reading.place(at + 1 + value.start, at + 1 + value.end)));
        }
    });
    found
}

fn is_secret(names: &BTreeSet<String>, name: &[u8]) -> bool {
    let name = comparable(name);
    names.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `name=value` of a URL, a form or a log line.
fn parameter(names: &BTreeSet<String>, before: &[u8], after: &[u8]) -> Option<Range<usize>> {
    is_secret(names, last_word(before)?).then(|| value(after))
}

/// `"name": "value"` of JSON, or a header's line.
fn field(names: &BTreeSet<String>, before: &[u8], after: &[u8]) -> Option<Range<usize>> {
    let before = before.trim_ascii_end();
    let blanks = after.len() - after.trim_ascii_start().len();
    let at = |value: Range<usize>| blanks + value.start..blanks + value.end;
    match before.split_last() {
        Some((b'"' | b'\'', name)) => {
            is_secret(names, last_word(name)?).then(|| at(value(after.trim_ascii_start())))
        }
        _ => {
            let header = names.contains(&comparable(last_word(before)?));
            let line =
                after.iter().position(|byte| matches!(byte, b'\r' | b'\n' | b'"')).unwrap_or(after.len());
            header.then(|| blanks.min(line)..line)
        }
    }
}

/// The word that the bytes end with.
fn last_word(bytes: &[u8]) -> Option<&[u8]> {
    let of_a_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = bytes.iter().rev().take_while(of_a_name).count();
    bytes.get(bytes.len() - length..).filter(|word| !word.is_empty())
}

/// A value up to its closing quote, or to what ends one without.
fn value(after: &[u8]) -> Range<usize> {
    let (from, rest, quote) = match after.split_first() {
        Some((quote @ (b'"' | b'\''), rest)) => (1, rest, Some(*quote)),
        _ => (0, after, None),
    };
    let ends = |byte: &u8| match quote {
        Some(quote) => *byte == quote,
        None => byte.is_ascii_whitespace() || b"&\"')>#,;<}]\\".contains(byte),
    };
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    from..from + length
}
