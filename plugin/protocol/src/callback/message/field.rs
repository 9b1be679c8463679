//! Rules for single elements: how often, how many, how long.

use std::borrow::Cow;

use super::super::error::Unreadable;
use super::super::excerpt::trimmed;
use super::super::query;
use super::super::xml::Cursor;
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

/// Fills a slot that an element may fill once. A second one is refused: of two readers one would take the
/// first, the other the last.
pub(super) fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), Unreadable> {
    if slot.replace(value).is_some() { Err(Unreadable::Doubled(name)) } else { Ok(()) }
}

/// Fills a slot with the text of the current element, and goes out of it. Called for three dozen elements, and worth
/// inlining for none.
#[inline(never)]
pub(super) fn fill<'a>(
    slot: &mut Field<'a>,
    name: &'static str,
    cursor: &mut Cursor<'a>,
) -> Result<(), Unreadable> {
    once(slot, name, cursor.text()?)
}

/// Goes out of the current element, whatever is in it.
pub(super) fn skip(cursor: &mut Cursor<'_>) -> Result<(), Unreadable> {
    Ok(cursor.skip()?)
}

/// Adds to a list that has a limit; nothing when there is nothing to add.
pub(super) fn keep<T>(
    list: &mut Vec<T>,
    limit: usize,
    name: &'static str,
    value: impl Into<Option<T>>,
) -> Result<(), Unreadable> {
    let Some(value) = value.into() else { return Ok(()) };
    if list.len() >= limit {
        return Err(Unreadable::TooMany(name));
    }
    list.push(value);
    Ok(())
}

/// Reads each child of the current element that has this name, skips the others, and goes out of it.
pub(super) fn each<'a>(
    cursor: &mut Cursor<'a>,
    name: &str,
    read: &mut dyn FnMut(&mut Cursor<'a>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    while let Some(element) = cursor.child()? {
        if element.name() == name { read(cursor)? } else { cursor.skip()? }
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
