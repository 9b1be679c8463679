//! Text and Textarea.

use serde_json::Value;

use super::Filling;
use crate::api::clean;
use crate::form::problem;
use crate::json::object;

/// The longest text that is sent, in characters. Ours: WeCom publishes no limit.
pub const TEXT_CHARACTERS: usize = 2_000;

impl Filling<'_> {
    /// One line: WeCom's Text takes no line breaks.
    pub(super) fn line(&mut self, name: &str, text: &str) -> Option<Value> {
        self.words(name, text, clean::one_line(text))
    }

    pub(super) fn lines(&mut self, name: &str, text: &str) -> Option<Value> {
        let clean = clean::lines(text);
        // Another kind of line end is the same text.
        let given = if clean == text.replace("\r\n", "\n") { clean.clone() } else { text.to_owned() };
        self.words(name, &given, clean)
    }

    fn words(&mut self, name: &str, given: &str, clean: String) -> Option<Value> {
        if clean.trim().is_empty() {
            return None;
        }
        if clean != given {
            self.warnings.push(problem::changed(name));
        }
        let text = match clean::cut(&clean, TEXT_CHARACTERS) {
            Some(cut) => {
                self.warnings.push(problem::cut(name, TEXT_CHARACTERS));
                cut
            }
            None => clean,
        };
        Some(object([("text", text.into())]))
    }
}
