//! Texts of a sender's choosing, made short and harmless.

use std::borrow::Cow;

/// The beginning of `text`: at most `limit` bytes, whole characters.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

/// `text` for a log line or a label: at most `limit` bytes of ASCII, anything but letters, digits and
/// punctuation shown as `_`.
pub(super) fn plain(text: &str, limit: usize) -> String {
    text.chars().take(limit).map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect()
}

/// An id as logs show it: `ww3f…c1`. Ids of up to eight characters stay whole.
pub(super) fn shortened(id: &[u8]) -> String {
    let show = |part: &[u8]| plain(&String::from_utf8_lossy(part), part.len());
    match (id.len() > 8, id.first_chunk::<4>(), id.last_chunk::<2>()) {
        (true, Some(first), Some(last)) => format!("{}…{}", show(first), show(last)),
        (false, ..) | (_, None, _) | (.., None) => show(id),
    }
}

/// Takes ASCII white space off both ends, in place where the text is borrowed.
pub(super) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) if text.trim_ascii().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_keeps_characters_whole() {
        assert_eq!(cut("审批", 5), "审");
        assert_eq!(cut("审批", 6), "审批");
        assert_eq!(cut("", 6), "");
    }

    #[test]
    fn a_plain_text_has_no_line_to_break_and_no_quote_to_escape_from() {
        assert_eq!(plain("enter_agent", 80), "enter_agent");
        assert_eq!(plain("a\nb\u{1b}[31m 审", 80), "a_b_[31m__");
        assert_eq!(plain(&"x".repeat(100), 80).len(), 80);
    }

    #[test]
    fn a_shortened_id_shows_its_ends() {
        assert_eq!(shortened(b"ww0123456789abcdef"), "ww01…ef");
        assert_eq!(shortened(b"ww-corp"), "ww-corp");
        assert_eq!(shortened(b""), "");
        assert_eq!(shortened(b"\xff\n\x00 \xfe\xfd\xfc\xfb\xfa"), "____…__");
    }
}
