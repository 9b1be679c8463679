//! The last gate before anything is printed: in one line, bounded, without what steers a terminal, without secrets.
//!
//! Two nets catch secrets. [`Known`] masks the exact values that a call knows, wherever they stand and however they are
//! encoded. The second net masks what stands behind the name of a secret: names that end in `token`, `secret`,
//! `password`, `signature` or `apikey`, and the names under which this call's requests carry held secrets.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::secret::Secret;

mod known;
mod names;
mod reading;

use known::Value;

/// How many times the size of what is printed is looked at: masking makes a text shorter. Texts have any size, and
/// what is cut off costs nothing.
const LOOKED_AT: usize = 8;

/// How many values that a call learns are kept: a call holds leases for half as many.
const LEARNT: usize = 16;

/// How much of a foreign text an error repeats.
const ERROR_BYTES: usize = 400;

/// What stands in a secret's place.
const MASK: &str = "***";

/// Secrets shorter than this are too common as parts of other words to be masked wherever they stand.
const SHORTEST_MASKED: usize = 4;

/// As [`SHORTEST_MASKED`], for an answer that is kept back altogether.
const SHORTEST_WITHHELD: usize = 6;

/// `text` in at most `bytes` bytes, what steers a terminal replaced, values behind names of secrets masked.
#[must_use]
pub fn line(text: &str, bytes: usize) -> String {
    Known::default().line(text, bytes)
}

/// A foreign text as an error repeats it.
#[must_use]
pub fn in_error(text: &str) -> String {
    line(text, ERROR_BYTES)
}

/// Whether a character steers a terminal or the reader's eye: controls (C0 and C1), separators of lines, and characters
/// without a width, those that turn the direction of writing among them.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// JSON as text with what [steers] a terminal escaped. It says the same: outside of its strings, JSON has no
/// such character but blanks and line feeds, which stay.
#[must_use]
pub fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) && c != '\n' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// The secrets that a call knows: those of its settings, and what it learns while it runs. `Debug` shows how many.
#[derive(Clone, Default)]
pub struct Known {
    of_settings: Arc<[Value]>,
    of_call: Vec<Value>,
    names: BTreeSet<String>,
}

/// A line, and how many secrets were masked in it.
pub(crate) struct Masked {
    pub(crate) text: String,
    pub(crate) secrets: usize,
}

impl Known {
    /// Knows these secrets.
    #[must_use]
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let values = secrets.into_iter().map(Secret::expose).filter(|value| value.len() >= SHORTEST_MASKED);
        Self { of_settings: values.map(Value::new).collect(), ..Self::default() }
    }

    /// Knows one more: a token, for instance. Of very many the latest are known.
    pub fn learn(&mut self, secret: &str) {
        if secret.len() < SHORTEST_MASKED {
            return;
        }
        let learnt = Value::new(secret);
        self.of_call.retain(|known| !known.is(&learnt));
        if self.of_call.len() >= LEARNT {
            self.of_call.remove(0);
        }
        self.of_call.push(learnt);
    }

    /// Knows the name of a parameter or header whose value is secret.
    pub fn learn_name(&mut self, name: &str) {
        let name = names::comparable(name.as_bytes());
        if !name.is_empty() {
            self.names.insert(name);
        }
    }

    /// `text` in at most `bytes` bytes, what steers a terminal replaced, secrets masked.
    #[must_use]
    pub fn line(&self, text: &str, bytes: usize) -> String {
        self.mask(text, bytes).text
    }

    /// What of a text may be shown, and what is scanned for it. What begins in the part that is shown is recognised as a
    /// whole: an escape has up to six bytes for one. No value makes that longer than six times [`known::COMPARED`].
    fn looked_at<'a>(&self, text: &'a str, bytes: usize) -> (&'a str, &'a str) {
        let values = self.of_settings.iter().chain(&self.of_call);
        let shown = prefix(text, bytes.saturating_mul(LOOKED_AT));
        let margin = values.map(Value::len).max().unwrap_or_default().saturating_mul(6);
        (shown, prefix(text, shown.len().saturating_add(margin)))
    }

    pub(crate) fn mask(&self, text: &str, bytes: usize) -> Masked {
        let values = self.of_settings.iter().chain(&self.of_call);
        let (shown, seen) = self.looked_at(text, bytes);
        let seen = seen.as_bytes();
        let found = known::places(values, seen);
        let secrets = distinct(found.clone(), shown.len());
        let mut places: Vec<Range<usize>> =
            found.into_iter().chain(names::places(&self.names, seen)).collect();
        places.sort_by_key(|place| place.start);

        let mut clean = String::with_capacity(bytes.min(shown.len()));
        let mut places = places.into_iter().peekable();
        let mut masked_to = 0;
        for (at, c) in shown.char_indices() {
            if clean.len() >= bytes {
                break;
            }
            while let Some(place) = places.next_if(|place| place.start <= at) {
                if place.end > masked_to.max(at) {
                    if masked_to <= at {
                        clean.push_str(MASK);
                    }
                    masked_to = place.end;
                }
            }
            if at >= masked_to {
                clean.push(if steers(c) { ' ' } else { c });
            }
        }
        clean.truncate(clean.floor_char_boundary(bytes));
        Masked { text: clean, secrets }
    }

    /// Whether the bytes hold one of the secrets, raw or encoded.
    #[must_use]
    pub fn occur_in(&self, bytes: &[u8]) -> bool {
        let values = self.of_settings.iter().chain(&self.of_call);
        known::occur(values.filter(|value| value.len() >= SHORTEST_WITHHELD), bytes)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.of_settings.len() + self.of_call.len())
    }
}

/// How many of these places begin before `end`, those that overlap being one.
fn distinct(mut places: Vec<Range<usize>>, end: usize) -> usize {
    places.sort_by_key(|place| place.start);
    let mut last = 0;
    let begins_anew = |place: &Range<usize>| {
        let anew = place.start >= last;
        last = last.max(place.end);
        anew
    };
    places.into_iter().take_while(|place| place.start < end).filter(begins_anew).count()
}

/// At most `bytes` bytes, cut at a character's boundary.
fn prefix(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
