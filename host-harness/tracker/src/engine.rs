//! The engine as the tracker needs it.

use std::future::Future;

use host_harness::contract::{Status, SubmissionRequest};

use crate::failure::Failure;
use crate::policy::Policy;
use crate::request::Pin;

/// How a submission ended, as far as anybody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// The approval exists.
    As {
        /// The provider's number.
        approval_id: String,
        /// The provider's member who applied.
        applicant: String,
    },
    /// Certainly not submitted. Another attempt may do better.
    NotNow(Failure),
    /// Certainly not submitted, and the same request is not going to be until the cause is removed.
    Never(Failure),
    /// Submitted or not.
    Unknown {
        /// The provider's member who applied, when known.
        applicant: Option<String>,
    },
}

/// What a question to the provider found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked<T> {
    /// The answer.
    Found(T),
    /// The provider knows nothing of the kind.
    Nothing,
    /// No answer at this time.
    NotNow(Later),
    /// No answer until somebody acts.
    Never(String),
    /// The question asks too much at once: a shorter span may have an answer.
    TooMuch(String),
    /// More than one approval answers, or one that cannot be the one in question. Who has to look.
    Conflict(String),
}

/// A question without an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Later {
    /// When to ask again, where that is known.
    pub retry_after_seconds: Option<u32>,
    /// Why there is no answer, for the operator.
    pub reason: String,
}

impl<T> Looked<T> {
    /// How long to wait before the same question: for `interval` at least.
    pub(crate) fn wait(&self, policy: &Policy, interval: u64) -> u64 {
        match self {
            // Not longer than any other wait: a due time further away is taken for that of a clock that was ahead.
            Self::NotNow(later) => later
                .retry_after_seconds
                .map_or(interval, |seconds| interval.max(seconds.into()))
                .min(policy.longest_wait_seconds()),
            Self::Found(_) => interval,
            // The provider forgot what it numbered itself, or cannot be asked: somebody has to look.
            Self::Nothing | Self::Never(_) | Self::TooMuch(_) | Self::Conflict(_) => {
                policy.longest_look_seconds
            }
        }
    }
}

/// One tenant's engine.
pub trait Approvals: Sync {
    /// What a request that is submitted here is pinned to.
    fn pin(&self) -> Pin;

    /// Which provider a tenant submits to, such as `wecom`. The same for every version of its engine.
    fn connection(&self) -> String;

    /// How many seconds the provider's clock is ahead of the host's, as far as its last answer told.
    fn clock_skew(&self) -> Option<i64>;

    /// The provider's member for whom `request` would be submitted, where that is known without asking the provider.
    fn applicant(&self, request: &SubmissionRequest) -> impl Future<Output = Option<String>> + Send;

    /// Submits. Never submits twice by itself.
    fn submit(&self, request: &SubmissionRequest) -> impl Future<Output = Submitted> + Send;

    /// The authoritative status of an approval.
    fn status(&self, approval_id: &str) -> impl Future<Output = Looked<Status>> + Send;

    /// The one approval that carries `idempotency_key` and was submitted from `starts_at` up to `ends_at`, by the
    /// provider's clock, by this applicant.
    fn find(
        &self,
        idempotency_key: &str,
        applicant: Option<&str>,
        starts_at: u64,
        ends_at: u64,
    ) -> impl Future<Output = Looked<String>> + Send;
}
