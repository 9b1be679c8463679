//! What came out, and its three forms.

use host_harness::ApprovalEngine;

use crate::case::Case;

mod json;
mod junit;
mod table;

/// What came out of every case.
#[derive(Clone, Debug)]
pub struct Report {
    /// `description.id`.
    pub engine: String,
    /// `description.version`.
    pub version: String,
    /// SHA-256 of the component, lower-case hex.
    pub digest: String,
    /// [`Provider::id`](crate::Provider::id).
    pub provider: String,
    /// Calls that were made.
    pub calls: usize,
    /// In the order of the cases.
    pub outcomes: Vec<Outcome>,
}

/// What came out of one case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// What came out.
    pub verdict: Verdict,
}

/// Whether a promise was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was.
    Passed,
    /// It was not, and this is what was seen instead.
    Failed(Vec<String>),
    /// The protocol or the engine has nothing to show it with, and why.
    NotApplicable(String),
}

impl Verdict {
    pub(crate) fn of(misfits: Vec<String>) -> Self {
        if misfits.is_empty() { Self::Passed } else { Self::Failed(misfits) }
    }
}

impl Report {
    pub(crate) fn new(engine: &ApprovalEngine, provider: &str, calls: usize, outcomes: Vec<Outcome>) -> Self {
        let description = engine.description();
        Self {
            engine: description.id.clone(),
            version: description.version.clone(),
            digest: engine.digest().to_string(),
            provider: provider.to_owned(),
            calls,
            outcomes,
        }
    }

    /// Whether nothing failed. What is not applicable has not failed; [`counts`](Self::counts) tells how much that is.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The names of the cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.named(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    /// The names of the cases that do not apply.
    pub fn not_applicable(&self) -> impl Iterator<Item = &str> {
        self.named(|verdict| matches!(verdict, Verdict::NotApplicable(_)))
    }

    fn named(&self, which: impl Fn(&Verdict) -> bool) -> impl Iterator<Item = &str> {
        self.outcomes
            .iter()
            .filter(move |outcome| which(&outcome.verdict))
            .map(|outcome| outcome.case.name.as_str())
    }

    /// How many passed, failed, and do not apply.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let (failed, not_applicable) = (self.failed().count(), self.not_applicable().count());
        (self.outcomes.len() - failed - not_applicable, failed, not_applicable)
    }
}
