//! What the bench and the native program say to each other: one JSON value a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub mod clock;

/// What the program is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Keep this callback, behind those that were kept before. Answered by [`Answer::Outcome`].
    Keep(Callback),
    /// Handle these callbacks in their order, `passes` times on each of `threads`. The answer is the time that one thread
    /// computes; of several, the wall clock until the last of them is done.
    Handle {
        /// The first of them.
        first: usize,
        /// How many.
        count: usize,
        /// How often.
        passes: u32,
        /// On how many threads at once.
        threads: usize,
    },
    /// Read the settings of this callback so many times.
    Configure {
        /// Which.
        callback: usize,
        /// How often.
        passes: u32,
    },
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// What the protocol makes of a callback: the name of its disposition in the contract.
    Outcome(String),
    /// How long it took.
    Nanoseconds(u64),
    /// Why it could not be done.
    Failed(String),
}

/// A callback and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Settings by key. Of a held secret it counts that it is there.
    pub settings: BTreeMap<String, String>,
    /// Upper case.
    pub method: String,
    /// Without `?`.
    pub query: String,
    /// In base64.
    pub body: String,
    /// When it arrived, unix seconds.
    pub received_at: u64,
}
