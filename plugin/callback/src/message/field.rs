//! Rules for single elements: how often, how many, how long.

use std::borrow::Cow;

use wecom_xml::{Cursor, Element, Fault};

use super::super::error::Unreadable;
use super::super::excerpt::trimmed;
use super::super::query;
use crate::model::UnixSeconds;

/// Steps of a flow that are kept. WeCom's largest flows have some dozens.
pub(super) const STEPS: usize = 256;
/// Members of a step that are kept.
pub(super) const MEMBERS: usize = 1_024;
/// Members to be told that are kept.
pub(super) const NOTIFIED: usize = 1_024;
/// Comments that are kept.
pub(super) const COMMENTS: usize = 1_024;
/// Attachments of one member's words, or of one comment, that are kept.
pub(super) const ATTACHMENTS: usize = 64;

/// An element's text, or that it was not there.
pub(super) type Field<'a> = Option<Cow<'a, str>>;

/// A cursor, and the first thing wrong with what it has met.
///
/// What is wrong with a form counts once the form is known to be ours, and its template's id may come last: it is
/// noted, and the reading goes on. What is wrong with the XML ends the reading.
pub(super) struct Reading<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) problem: Option<Unreadable>,
}

impl<'a> Reading<'a> {
    /// See [`Cursor::child`].
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Fault> {
        self.cursor.child()
    }

    /// See [`Cursor::text`].
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.cursor.text()
    }

    /// See [`Cursor::skip`].
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        self.cursor.skip()
    }

    /// Keeps the first problem.
    #[cold]
    pub(super) fn note(&mut self, problem: Unreadable) {
        self.problem.get_or_insert(problem);
    }

    /// An id or a number that an event cannot do without; noted when it is not there.
    pub(super) fn demand(&mut self, field: Field<'a>, name: &'static str) -> Cow<'a, str> {
        optional(field).unwrap_or_else(|| {
            self.note(Unreadable::Missing(name));
            Cow::Borrowed("")
        })
    }
}

/// Fills a slot that decides what the message is, and that an element may fill once. A second one is refused: of
/// two readers one would take the first, the other the last.
pub(super) fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), Unreadable> {
    if slot.replace(value).is_some() { Err(Unreadable::Doubled(name)) } else { Ok(()) }
}

/// Fills a slot of a form that an element may fill once; a second one is noted.
pub(super) fn put<T>(slot: &mut Option<T>, name: &'static str, value: T, reading: &mut Reading<'_>) {
    if slot.replace(value).is_some() {
        reading.note(Unreadable::Doubled(name));
    }
}

/// [Puts](put) the text of the current element into a slot, and goes out of it. Called for three dozen elements, and
/// worth inlining for none.
#[inline(never)]
pub(super) fn fill<'a>(
    slot: &mut Field<'a>,
    name: &'static str,
    reading: &mut Reading<'a>,
) -> Result<(), Fault> {
    let text = reading.text()?;
    put(slot, name, text, reading);
    Ok(())
}

/// Adds to a list that has a limit, beyond which it does not grow; nothing when there is nothing to add.
pub(super) fn keep<T>(
    list: &mut Vec<T>,
    limit: usize,
    name: &'static str,
    value: impl Into<Option<T>>,
    reading: &mut Reading<'_>,
) {
    let Some(value) = value.into() else { return };
    if list.len() >= limit {
        return reading.note(Unreadable::TooMany(name));
    }
    list.push(value);
}

/// Reads each child of the current element that has this name, skips the others, and goes out of it.
pub(super) fn each<'a>(
    reading: &mut Reading<'a>,
    name: &str,
    read: &mut dyn FnMut(&mut Reading<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    while let Some(element) = reading.child()? {
        if element.name() == name { read(reading)? } else { reading.skip()? }
    }
    Ok(())
}

/// An id or a number. `None` when it is missing or empty.
pub(super) fn optional(field: Field<'_>) -> Field<'_> {
    field.map(trimmed).filter(|text| !text.is_empty())
}

/// An id or a number that a message cannot do without.
pub(super) fn required<'a>(field: Field<'a>, name: &'static str) -> Result<Cow<'a, str>, Unreadable> {
    optional(field).ok_or(Unreadable::Missing(name))
}

/// A number that need not be there, or an empty text.
pub(super) fn number(field: Field<'_>) -> Cow<'_, str> {
    optional(field).unwrap_or_default()
}

/// A time. `None` for WeCom's 0, for an empty text, and for what is no time: nothing is decided on it.
pub(super) fn time(field: Field<'_>) -> Option<UnixSeconds> {
    query::seconds(&optional(field)?).filter(|seconds| seconds.0 != 0)
}
