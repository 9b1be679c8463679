//! Bytes that are said to be JSON.

use std::borrow::Cow;

use wecom_protocol::json::{Flaw, read, repaired};

/// What is sound is read as it stands. What is put right is put right once and at most three times as long, and what is
/// read is what the text that was put right says. What cannot be read has a place within what came.
pub fn json(bytes: &[u8]) {
    let text = repaired(bytes);
    assert!(text.len() <= 3 * bytes.len(), "{} bytes became {}", bytes.len(), text.len());
    assert!(matches!(repaired(&text), Cow::Borrowed(_)), "not put right at once");
    let sound = serde_json::from_slice::<serde_json::Value>(bytes);
    match read(bytes) {
        Ok(read) => {
            assert_eq!(sound.is_ok(), read.places == 0);
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), read.value);
        }
        Err(flaw) => {
            // What serde_json reads is refused for a name that is there twice, and for nothing else.
            if sound.is_ok() {
                assert!(matches!(flaw, Flaw::Twice(..)), "{flaw:?}");
            }
            assert!(flaw.place() <= bytes.len(), "{flaw:?} of {}", bytes.len());
        }
    }
}
