//! What the imports of one call were asked and what they answered: written down, or played back.
//!
//! What is written down has a limit. An engine that asks for more is served on, but its recording ends where the limit was
//! hit, and shows nothing from there on.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::Replayed;
use super::difference::{Difference, Place};

/// One call of an import. Holds secrets; `Debug` leaves them out.
#[derive(Clone, PartialEq)]
pub(crate) struct Exchange {
    /// Such as `http.send`.
    pub(crate) import: String,
    pub(crate) arguments: Value,
    /// `None` when the call was cut off while it waited.
    pub(crate) answer: Option<Value>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("import", &self.import).finish_non_exhaustive()
    }
}

/// One call's imports.
#[derive(Debug)]
pub(crate) enum Tape {
    Recording { limit: usize, written: Mutex<Written> },
    Playing { exchanges: Vec<Exchange>, head: Mutex<Head> },
}

/// What has been recorded so far.
#[derive(Debug, Default)]
pub(crate) struct Written {
    exchanges: Vec<Exchange>,
    bytes: usize,
    /// Whether the limit was hit.
    cut: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Head {
    played: usize,
    end: Option<Replayed>,
}

/// What the tape has for a call of an import.
pub(crate) enum Cue {
    /// Carry it out, and hand the answer to [`Tape::answered`] with this number.
    Live(usize),
    /// This was the answer.
    Played(Value),
    /// The recording has nothing for it: the call must end.
    Over,
}

/// What an import does.
pub(crate) enum Cued<T> {
    /// Its work.
    Live(Live),
    /// Nothing: this is the answer.
    Played(T),
}

/// An import at work, and whether its answer is written down.
#[derive(Clone, Copy)]
pub(crate) enum Live {
    Unrecorded,
    Recorded(usize),
}

impl Cue {
    /// An error ends the call: [`Tape::verdict`] knows why.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Value) -> Option<T>) -> wasmtime::Result<Cued<T>> {
        match self {
            Self::Live(number) => Ok(Cued::Live(Live::Recorded(number))),
            Self::Played(answer) => read(&answer)
                .map(Cued::Played)
                .ok_or_else(|| wasmtime::Error::msg("the recording has an answer that no host gives")),
            Self::Over => Err(wasmtime::Error::msg("the replay has parted from the recording")),
        }
    }
}

impl Tape {
    /// A tape that keeps `limit` bytes.
    pub(crate) fn recording(limit: usize) -> Self {
        Self::Recording { limit, written: Mutex::default() }
    }

    pub(crate) fn playing(exchanges: Vec<Exchange>) -> Self {
        Self::Playing { exchanges, head: Mutex::default() }
    }

    /// The engine calls an import.
    pub(crate) fn called(&self, import: &str, arguments: Value) -> Cue {
        match self {
            Self::Recording { limit, written } => {
                let mut written = locked(written);
                let number = written.exchanges.len();
                if written.has_room(import.len().saturating_add(weight(&arguments)), *limit) {
                    written.exchanges.push(Exchange { import: import.to_owned(), arguments, answer: None });
                }
                Cue::Live(number)
            }
            Self::Playing { exchanges, head } => locked(head).play(exchanges, import, &arguments),
        }
    }

    /// A call that was carried out has its answer.
    pub(crate) fn answered(&self, number: usize, answer: Value) {
        if let Self::Recording { limit, written } = self {
            let mut written = locked(written);
            if written.has_room(weight(&answer), *limit)
                && let Some(exchange) = written.exchanges.get_mut(number)
            {
                exchange.answer = Some(answer);
            }
        }
    }

    /// What has been recorded.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        match self {
            Self::Recording { written, .. } => locked(written).exchanges.clone(),
            Self::Playing { exchanges, .. } => exchanges.clone(),
        }
    }

    /// Whether something is missing, because there was more than the limit allows.
    pub(crate) fn is_cut(&self) -> bool {
        match self {
            Self::Recording { written, .. } => locked(written).cut,
            Self::Playing { .. } => false,
        }
    }

    /// What the imports of the replay have shown: `None` when each was called as recorded.
    pub(crate) fn verdict(&self) -> Option<Replayed> {
        let Self::Playing { exchanges, head } = self else { return None };
        let head = locked(head);
        let missing = |exchange: &Exchange| {
            let place = Place::Import { number: head.played + 1, name: exchange.import.clone() };
            Difference {
                place,
                pointer: String::new(),
                recorded: exchange.arguments.clone(),
                replayed: Value::Null,
            }
        };
        head.end.clone().or_else(|| exchanges.get(head.played).map(missing).map(Replayed::Different))
    }
}

impl Written {
    /// Whether so much more may be kept. Once it may not, nothing more is: a recording has no holes.
    fn has_room(&mut self, bytes: usize, limit: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.cut |= self.bytes > limit;
        !self.cut
    }
}

/// About what a value takes in memory.
fn weight(value: &Value) -> usize {
    /// An entry of a list or an object, without its text.
    const ENTRY: usize = 64;
    let inner = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).fold(0, usize::saturating_add),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| name.len().saturating_add(ENTRY).saturating_add(weight(value)))
            .fold(0, usize::saturating_add),
    };
    inner.saturating_add(ENTRY)
}

impl Head {
    fn play(&mut self, exchanges: &[Exchange], import: &str, arguments: &Value) -> Cue {
        if self.end.is_some() {
            return Cue::Over;
        }
        let number = self.played + 1;
        let Some(recorded) = exchanges.get(self.played) else {
            let place = Place::Import { number, name: import.to_owned() };
            let difference = Difference::between(place, &Value::Null, &asked(import, arguments));
            return self.over(difference.map(Replayed::Different));
        };
        let place = Place::Import { number, name: recorded.import.clone() };
        let difference = if recorded.import == import {
            Difference::between(place, &recorded.arguments, arguments)
        } else {
            Difference::between(
                place,
                &asked(&recorded.import, &recorded.arguments),
                &asked(import, arguments),
            )
        };
        match (difference, &recorded.answer) {
            (Some(difference), _) => self.over(Some(Replayed::Different(difference))),
            (None, None) => self.over(Some(Replayed::SameUntilCut { import: number })),
            (None, Some(answer)) => {
                self.played = number;
                Cue::Played(answer.clone())
            }
        }
    }

    fn over(&mut self, end: Option<Replayed>) -> Cue {
        self.end = end;
        Cue::Over
    }
}

impl Exchange {
    pub(crate) fn to_json(&self) -> Value {
        let mut exchange = json!({ "import": self.import, "arguments": self.arguments });
        if let (Some(answer), Some(fields)) = (&self.answer, exchange.as_object_mut()) {
            fields.insert(String::from("answer"), answer.clone());
        }
        exchange
    }

    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            import: value.get("import")?.as_str()?.to_owned(),
            arguments: value.get("arguments")?.clone(),
            answer: value.get("answer").cloned(),
        })
    }
}

/// Which import and what of it, where the imports themselves differ.
fn asked(import: &str, arguments: &Value) -> Value {
    json!({ import: arguments })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(import: &str, arguments: Value, answer: Option<Value>) -> Exchange {
        Exchange { import: import.to_owned(), arguments, answer }
    }

    fn difference(tape: &Tape) -> Difference {
        match tape.verdict() {
            Some(Replayed::Different(difference)) => difference,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_recorded_is_played_back_in_order() {
        let tape = Tape::recording(usize::MAX);
        let Cue::Live(first) = tape.called("http.send", json!("one")) else { panic!("not live") };
        tape.answered(first, json!(1));
        let Cue::Live(_cut) = tape.called("http.send", json!("two")) else { panic!("not live") };

        let tape = Tape::playing(tape.exchanges());
        assert!(matches!(tape.called("http.send", json!("one")), Cue::Played(answer) if answer == json!(1)));
        assert!(matches!(tape.called("http.send", json!("two")), Cue::Over));
        assert_eq!(tape.verdict(), Some(Replayed::SameUntilCut { import: 2 }));
    }

    #[test]
    fn another_import_another_argument_and_one_too_many_or_too_few_are_differences() {
        let recorded = vec![exchange("http.send", json!({ "url": "a" }), Some(json!(1)))];

        let tape = Tape::playing(recorded.clone());
        assert!(matches!(tape.called("log.write", json!({})), Cue::Over));
        assert_eq!(difference(&tape).pointer, "/http.send");

        let tape = Tape::playing(recorded.clone());
        assert!(matches!(tape.called("http.send", json!({ "url": "b" })), Cue::Over));
        assert_eq!(difference(&tape).pointer, "/url");
        assert!(matches!(tape.called("http.send", json!({ "url": "a" })), Cue::Over), "it is over for good");

        let tape = Tape::playing(recorded);
        assert_eq!(difference(&tape).place, Place::Import { number: 1, name: "http.send".into() });
        assert!(matches!(tape.called("http.send", json!({ "url": "a" })), Cue::Played(_)));
        assert_eq!(tape.verdict(), None);
        assert!(matches!(tape.called("http.send", json!({ "url": "a" })), Cue::Over));
        assert_eq!(difference(&tape).place, Place::Import { number: 2, name: "http.send".into() });
    }

    #[test]
    fn debug_shows_which_imports_were_called_and_no_value() {
        let answer = json!({ "ok": { "body": "S3CRET" } });
        let tape = Tape::playing(vec![exchange("http.send", json!({ "body": "S3CRET" }), Some(answer))]);
        let text = format!("{tape:?}");
        assert!(text.contains("http.send") && !text.contains("S3CRET"), "{text}");
    }

    #[test]
    fn a_recording_ends_where_its_limit_was_hit_and_has_no_holes() {
        let one = weight(&json!("x".repeat(1_000))) + "http.send".len();
        let tape = Tape::recording(2 * one + 100);
        for _ in 0..1_000 {
            let Cue::Live(number) = tape.called("http.send", json!("x".repeat(1_000))) else {
                panic!("not live")
            };
            tape.answered(number, Value::Null);
        }
        tape.called("log.write", Value::Null);
        assert!(tape.is_cut());
        let kept = tape.exchanges();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept.first(), Some(&exchange("http.send", json!("x".repeat(1_000)), Some(Value::Null))));
    }

    #[test]
    fn what_fits_is_not_cut() {
        let tape = Tape::recording(1_000);
        tape.called("log.write", json!({}));
        assert_eq!((tape.is_cut(), tape.exchanges().len()), (false, 1));
    }
}
