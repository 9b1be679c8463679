//! Sentences in both languages.

use sha2::{Digest, Sha256};

use crate::types::Text;

/// One sentence.
pub(crate) fn text(en: impl Into<String>, zh_cn: impl Into<String>) -> Text {
    Text { en: en.into(), zh_cn: zh_cn.into() }
}

/// What a stranger chose, as it may be shown: without control characters, at most `bytes` long.
pub(crate) fn shown(text: &str, bytes: usize) -> String {
    let mut kept = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if kept.len() + c.len_utf8() > bytes {
            break;
        }
        kept.push(c);
    }
    kept
}

/// SHA-256 of parts that cannot run into each other, lower-case hex.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    hex(&sha.finalize())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
