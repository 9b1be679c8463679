//! Where a replay parts from its recording.

use std::fmt;

use serde_json::Value;

use crate::redact::in_error;

/// The first difference between what was recorded and what the replay did.
///
/// Its values may hold secrets: `Debug` and `Display` show the place alone.
#[derive(Clone, PartialEq)]
pub struct Difference {
    /// In which call of an import, or in the result.
    pub place: Place,
    /// Where in it, as a JSON pointer (RFC 6901); empty for all of it.
    pub pointer: String,
    /// What was recorded there; `Null` when there was nothing.
    pub recorded: Value,
    /// What the replay did there; `Null` when it did nothing.
    pub replayed: Value,
}

/// What a difference is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A call of an import.
    Import {
        /// Which, counted from 1.
        number: usize,
        /// What the recording has there, or else the replay: such as `http.send`.
        name: String,
    },
    /// What the call came to.
    Result,
}

impl Difference {
    /// The first difference, going through objects by name and through arrays in order.
    pub(crate) fn between(place: Place, recorded: &Value, replayed: &Value) -> Option<Self> {
        let (pointer, recorded, replayed) = first(recorded, replayed)?;
        Some(Self { place, pointer, recorded: recorded.clone(), replayed: replayed.clone() })
    }
}

fn first<'a>(recorded: &'a Value, replayed: &'a Value) -> Option<(String, &'a Value, &'a Value)> {
    const NOTHING: &Value = &Value::Null;
    let below = |step: String, (rest, recorded, replayed): (String, &'a Value, &'a Value)| {
        (format!("/{}{rest}", step.replace('~', "~0").replace('/', "~1")), recorded, replayed)
    };
    match (recorded, replayed) {
        (Value::Object(left), Value::Object(right)) => {
            let added = right.keys().filter(|name| !left.contains_key(*name));
            left.keys().chain(added).find_map(|name| {
                let sides = (left.get(name).unwrap_or(NOTHING), right.get(name).unwrap_or(NOTHING));
                first(sides.0, sides.1).map(|found| below(name.clone(), found))
            })
        }
        (Value::Array(left), Value::Array(right)) => (0..left.len().max(right.len())).find_map(|at| {
            let sides = (left.get(at).unwrap_or(NOTHING), right.get(at).unwrap_or(NOTHING));
            first(sides.0, sides.1).map(|found| below(at.to_string(), found))
        }),
        (left, right) => (left != right).then(|| (String::new(), left, right)),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import { number, name } => write!(f, "call {number} of an import, {}", in_error(name)),
            Self::Result => f.write_str("the result"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if !self.pointer.is_empty() {
            write!(f, ", at {}", in_error(&self.pointer))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference")
            .field("place", &self.place)
            .field("pointer", &self.pointer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(recorded: &Value, replayed: &Value) -> Option<String> {
        Difference::between(Place::Result, recorded, replayed).map(|difference| difference.pointer)
    }

    #[test]
    fn the_first_difference_has_a_pointer_to_it() {
        let recorded = json!({ "a": 1, "b/c": [{ "d": 2 }, 3] });
        assert_eq!(pointer(&recorded, &recorded), None);
        assert_eq!(pointer(&recorded, &json!({ "a": 1, "b/c": [{ "d": 5 }, 4] })), Some("/b~1c/0/d".into()));
        assert_eq!(pointer(&recorded, &json!({ "a": 1, "b/c": [{ "d": 2 }] })), Some("/b~1c/1".into()));
        assert_eq!(pointer(&json!({}), &json!({ "new": true })), Some("/new".into()));
        assert_eq!(pointer(&json!("x"), &json!(["x"])), Some(String::new()));
    }

    #[test]
    fn values_are_not_printed_by_the_way() {
        let difference = Difference::between(Place::Result, &json!("S3CRET"), &json!("other")).unwrap();
        assert!(!format!("{difference} {difference:?}").contains("S3CRET"));
    }
}
