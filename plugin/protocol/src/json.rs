//! JSON: ours is made, and WeCom's is read.
//!
//! [`read`] is the one way from WeCom's bytes to values. JSON as it is sent is not always JSON as it is defined: raw
//! control characters and broken UTF-8 come in names and comments that people wrote. Such a text is [`repaired`], and
//! everything around it is read as it stands.
//!
//! An object that has a name twice is not read. Of two readers one takes the first value, the other the last; and who
//! writes `","sp_status":2,"x":"` into a text that was not escaped adds a field, which nothing but its name gives away.

use core::mem;
use std::borrow::Cow;

use serde_json::{Map, Value};

use once::Once;
use repair::Pieces;

mod once;
mod repair;

/// JSON that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What it says.
    pub value: Value,
    /// In how many places something was put right first.
    pub places: usize,
}

/// Why bytes are not read. The place is a byte of them, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Up to this byte it could be JSON.
    Syntax(usize),
    /// An object that has this name twice, and the byte at which the second value has been read.
    Twice(String, usize),
}

impl Flaw {
    /// The byte, counted from 1.
    #[must_use]
    pub const fn place(&self) -> usize {
        match self {
            Self::Syntax(place) | Self::Twice(_, place) => *place,
        }
    }
}

/// Reads JSON. What is sound is read as it stands, and costs no more than that; the rest is [`repaired`] and read again.
///
/// # Errors
/// - [`Flaw`]: it is no JSON even when it was repaired, or has a name twice.
pub fn read(bytes: &[u8]) -> Result<Read, Flaw> {
    let sound = match strict(bytes) {
        Ok(value) => return Ok(Read { value, places: 0 }),
        Err(flaw @ Flaw::Twice(..)) => return Err(flaw),
        Err(flaw @ Flaw::Syntax(_)) => flaw,
    };
    let (text, places) = repair::repair(bytes);
    if places == 0 {
        return Err(sound);
    }
    match strict(&text) {
        Ok(value) => Ok(Read { value, places }),
        Err(Flaw::Syntax(place)) => Err(Flaw::Syntax(Pieces::new(bytes).origin(place))),
        Err(Flaw::Twice(name, place)) => Err(Flaw::Twice(name, Pieces::new(bytes).origin(place))),
    }
}

/// Reads JSON that has to be sound.
///
/// # Errors
/// - [`Flaw`]: it is no JSON, or has a name twice.
pub fn strict(bytes: &[u8]) -> Result<Value, Flaw> {
    Once::read(bytes).map_err(|(error, twice)| match twice {
        Some(name) => Flaw::Twice(name, place(bytes, &error)),
        None => Flaw::Syntax(place(bytes, &error)),
    })
}

/// Puts right what may be odd inside the strings of a JSON text: raw control characters become their escape or U+FFFD,
/// broken UTF-8 and single surrogates U+FFFD, a pair of surrogates in UTF-8 its character, and a backslash that begins
/// no escape stands for itself. Outside of strings control characters and a byte order mark become blanks. Nothing else
/// changes; the result is at most three times as long, and borrowed when there is nothing to put right.
#[must_use]
pub fn repaired(bytes: &[u8]) -> Cow<'_, [u8]> {
    match repair::repair(bytes) {
        (_, 0) => Cow::Borrowed(bytes),
        (text, _) => Cow::Owned(text),
    }
}

/// The byte, counted from 1, that an error of the parser is about.
fn place(text: &[u8], error: &serde_json::Error) -> usize {
    let before = text.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    before.map(<[u8]>::len).sum::<usize>().saturating_add(error.column())
}

/// An object of these fields. `serde_json::json!` would do, but it sends every value through serde: 13 KB of the
/// component.
pub(crate) fn object<const N: usize>(mut fields: [(&str, Value); N]) -> Value {
    collect(&mut fields)
}

/// [`object`] for any number of fields, so that there is one copy of the loop.
fn collect(fields: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), mem::take(value));
    }
    Value::Object(object)
}
