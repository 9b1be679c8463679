//! JSON of others, read without ever failing: WeCom sends numbers as texts, `""` for 0, `[]` for `{}`.

use core::fmt;

use serde_json::Value;

/// A place in an answer, there or not. Its `Debug` shows nothing of the answer. Its functions have hundreds of callers
/// and are never inlined: that is 6 KB of the component.
#[derive(Clone, Copy)]
pub struct Lens<'a>(Option<&'a Value>);

impl fmt::Debug for Lens<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_nothing() { "Lens(nothing)" } else { "Lens(something)" })
    }
}

impl<'a> Lens<'a> {
    pub(super) const fn new(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// The field `name` of an object.
    #[must_use]
    #[inline(never)]
    pub fn get(self, name: &str) -> Self {
        Self(self.0.and_then(|value| value.get(name)))
    }

    /// The elements of a list; one value alone counts as a list of one.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = match self.0 {
            Some(Value::Array(items)) => items.as_slice(),
            Some(Value::Null) | None => &[],
            Some(one) => core::slice::from_ref(one),
        };
        items.iter().map(|item| Self(Some(item)))
    }

    /// A text, or a number as text; empty for anything else.
    #[must_use]
    #[inline(never)]
    pub fn text(self) -> String {
        match self.0 {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => String::new(),
        }
    }

    /// A whole number, or a text of one.
    #[must_use]
    #[inline(never)]
    pub fn integer(self) -> Option<i64> {
        match self.0? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Whether a flag is set: `true`, 1, or either as a text.
    #[must_use]
    pub fn is_set(self) -> bool {
        match self.0 {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if text.trim() == "true" => true,
            Some(Value::String(_) | Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_))
            | None => self.integer() == Some(1),
        }
    }

    /// Missing or null.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        matches!(self.0, None | Some(Value::Null))
    }
}
