//! One recorded call.

use std::fmt;

use serde_json::{Value, json};

use super::tape::Exchange;
use crate::contract::Setting;
use crate::error::CallError;
use crate::json;

/// Which engine was called, and for what. No secret: it stands readable at the head of a sealed recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The engine's id.
    pub engine: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, lower-case hex.
    pub digest: String,
    /// The function that was called.
    pub function: String,
}

/// A call: what went in, what its imports answered, and what came of it. Holds secrets; `Debug` leaves them out.
#[derive(Clone, PartialEq)]
pub struct Recording {
    pub(crate) origin: Origin,
    pub(crate) settings: Vec<Setting>,
    pub(crate) arguments: Value,
    pub(crate) exchanges: Vec<Exchange>,
    /// Whether imports are missing at the end, because they came to more than `limits.recording_bytes`.
    pub(crate) cut: bool,
    pub(crate) outcome: Outcome,
}

/// What a call came to.
#[derive(Clone, PartialEq)]
pub(crate) enum Outcome {
    /// The engine's verdict.
    Returned(Value),
    /// Why there is none, in the host's words.
    Failed(String),
}

impl Recording {
    /// Which engine was called, and for what.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How often the engine called its imports.
    #[must_use]
    pub const fn imports(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether imports are missing at the end, because they came to more than
    /// [`limits.recording_bytes`](crate::Limits::recording_bytes). Such a recording is not replayed.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut recording = json!({
            "settings": json::settings(&self.settings),
            "arguments": self.arguments,
            "imports": self.exchanges.iter().map(Exchange::to_json).collect::<Vec<_>>(),
            "outcome": self.outcome.to_json(),
        });
        if let (true, Some(fields)) = (self.cut, recording.as_object_mut()) {
            fields.insert(String::from("cut"), Value::Bool(true));
        }
        recording
    }

    pub(crate) fn from_json(origin: Origin, value: &Value) -> Option<Self> {
        Some(Self {
            origin,
            settings: json::to_settings(value.get("settings")?)?,
            arguments: value.get("arguments")?.clone(),
            exchanges: value
                .get("imports")?
                .as_array()?
                .iter()
                .map(Exchange::from_json)
                .collect::<Option<_>>()?,
            cut: match value.get("cut") {
                None => false,
                Some(cut) => cut.as_bool()?,
            },
            outcome: Outcome::from_json(value.get("outcome")?)?,
        })
    }
}

impl Outcome {
    pub(crate) fn of(result: &Result<Value, CallError>) -> Self {
        match result {
            Ok(value) => Self::Returned(value.clone()),
            Err(call) => Self::Failed(call.error.to_string()),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Returned(value) => json!({ "returned": value }),
            Self::Failed(reason) => json!({ "failed": reason }),
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value.get("failed") {
            Some(reason) => Some(Self::Failed(reason.as_str()?.to_owned())),
            None => Some(Self::Returned(value.get("returned")?.clone())),
        }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("origin", &self.origin)
            .field("imports", &self.imports())
            .finish_non_exhaustive()
    }
}
