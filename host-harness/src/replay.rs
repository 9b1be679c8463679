//! Calls that can be looked at again: recorded with everything that went into them, replayed without a provider.
//!
//! An engine has no clock, no randomness and no memory between calls. So its settings, the arguments of a call and the
//! answers of its imports determine what it does, and a [`Recording`] of them shows on any machine, with the same
//! version of the engine or another, what it did: [`ApprovalEngine::replay`] gives the same answers and tells the first
//! [`Difference`].
//!
//! A recording is full of secrets: settings, access tokens, names. It leaves the process [sealed](Recording::seal).

mod difference;
mod recording;
mod seal;
mod tape;
pub(crate) mod wire;

pub use self::difference::{Difference, Place};
pub use self::recording::{Origin, Recording};
pub use self::seal::{Key, SealError};
pub(crate) use self::tape::{Cued, Live, Tape};

use std::sync::Arc;

use serde_json::Value;

use self::recording::Outcome;
use crate::engine::ApprovalEngine;
use crate::error::{CallError, CallFailure};
use crate::tenant::Tenant;

/// What a replay has shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// The engine did the same: this many calls of its imports, and the same result.
    Same {
        /// How often it called its imports.
        imports: usize,
    },
    /// The recorded call was cut off while it waited for this import, and so far the engine did the same.
    SameUntilCut {
        /// Which call of an import, counted from 1.
        import: usize,
    },
    /// The engine did something else. After it nothing can be compared, because the provider would have answered
    /// something else.
    Different(Difference),
}

/// Why a recording is not replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The operator: the recording ends before the call did.
    #[error(
        "the recording ends after {imports} calls of imports, where it had `limits.recording_bytes`, and the call went on: \
         raise that limit and record the call again"
    )]
    Cut {
        /// How many it has.
        imports: usize,
    },
    /// The call cannot be made.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Tenant {
    /// Like [`call_json`](Self::call_json), and records the call. A call that ends without a verdict is recorded too.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Input`]: there is no such function, or an argument
    ///   does not fit. Nothing was called.
    /// - [`CallError`] with [`CallFailure::Configuration`]: the settings have what the engine does not get. Nothing was
    ///   called.
    pub async fn record_json(
        &self,
        function: &str,
        arguments: &Value,
    ) -> Result<(Result<Value, CallError>, Recording), CallError> {
        let prepared = self.prepare_json(function, arguments)?;
        // The recording has what the engine gets. It cannot show why that is not all.
        if !self.unfit().is_empty() {
            return Err(CallFailure::Configuration(self.unfit().to_vec()).into());
        }
        let tape = Arc::new(Tape::recording(self.limits().recording_bytes));
        let result = self.run_json(&prepared, Some(tape.clone())).await;
        let description = self.engine().description();
        let recording = Recording {
            origin: Origin {
                engine: description.id.clone(),
                version: description.version.clone(),
                digest: self.engine().digest().to_string(),
                function: function.to_owned(),
            },
            settings: self.passed_settings().to_vec(),
            arguments: arguments.clone(),
            exchanges: tape.exchanges(),
            cut: tape.is_cut(),
            outcome: Outcome::of(&result),
        };
        Ok((result, recording))
    }
}

impl ApprovalEngine {
    /// Does a recorded call again with this engine, whichever made the recording. Nothing leaves the process.
    ///
    /// # Errors
    /// - [`ReplayError::Cut`]: the recording is not whole.
    /// - [`ReplayError::Call`] with [`CallFailure::Input`]: this engine has no such function, or
    ///   has it with other types.
    pub async fn replay(&self, recording: &Recording) -> Result<Replayed, ReplayError> {
        if recording.cut {
            return Err(ReplayError::Cut { imports: recording.imports() });
        }
        let tenant = Tenant::for_replay(self.clone(), recording.settings.clone());
        let prepared = tenant.prepare_json(&recording.origin.function, &recording.arguments)?;
        let tape = Arc::new(Tape::playing(recording.exchanges.clone()));
        let result = tenant.run_json(&prepared, Some(tape.clone())).await;
        Ok(tape.verdict().unwrap_or_else(|| {
            match Difference::between(
                Place::Result,
                &recording.outcome.to_json(),
                &Outcome::of(&result).to_json(),
            ) {
                Some(difference) => Replayed::Different(difference),
                None => Replayed::Same { imports: recording.exchanges.len() },
            }
        }))
    }
}
