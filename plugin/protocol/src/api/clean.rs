//! Texts of others, made fit to print or to send.

/// The most that an error text shows of a value that somebody else chose, in bytes.
const SHOWN_BYTES: usize = 80;

/// A value for an error text: one line, [`SHOWN_BYTES`] at most.
pub(crate) fn shown(value: &str) -> String {
    let head = head(value, SHOWN_BYTES * 2);
    let line = one_line(head);
    if line.len() <= SHOWN_BYTES && head.len() == value.len() {
        return line;
    }
    format!("{}…", self::head(&line, SHOWN_BYTES - '…'.len_utf8()))
}

/// The longest head of whole characters within `bytes`.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// At most `characters` characters; the last one is `…` when something is left out.
pub(crate) fn cut(text: &str, characters: usize) -> Option<String> {
    text.chars().nth(characters)?;
    let mut cut: String = text.chars().take(characters.saturating_sub(1)).collect();
    cut.push('…');
    Some(cut)
}

/// One line: line ends and tabs become spaces, other control characters vanish.
pub(crate) fn one_line(text: &str) -> String {
    let text = lines(text);
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Lines end in `\n`; tabs stay; other control characters vanish. serde_json would write them as `\u00XX`, which
/// WeCom refuses (40033).
pub(crate) fn lines(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            '\n' | '\t' => clean.push(character),
            _ if character.is_control() => {}
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_value_is_one_line_of_80_bytes_at_most() {
        assert_eq!(shown("zhang.san"), "zhang.san");
        assert_eq!(shown("a\r\nb\0c"), "a bc");
        let long = shown(&"张".repeat(40));
        assert_eq!(long, format!("{}…", "张".repeat(25)));
        assert!(long.len() <= SHOWN_BYTES);
    }

    #[test]
    fn a_cut_counts_characters_and_shows_itself() {
        assert_eq!(cut("四个字符", 4), None);
        assert_eq!(cut("五个字符了", 4).as_deref(), Some("五个字…"));
    }
}
