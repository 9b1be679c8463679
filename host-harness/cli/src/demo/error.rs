//! What ends the demo before its end. It plays all the parts itself, so nobody but this machine can be at fault.

use fake_wecom::ActionRefused;
use host_harness::contract::SubmitProblem;
use host_harness::outbound::SendError;

use super::post::PATIENCE;

/// Why the story cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("the fake WeCom refused an act: {0}")]
    Act(#[from] ActionRefused),
    #[error("{number} was not submitted: {problem:?}")]
    NotSubmitted { number: String, problem: Box<SubmitProblem> },
    #[error("a callback brought no news")]
    NoNews,
    #[error("no callback arrived within {} seconds", PATIENCE.as_secs())]
    NoCallback,
    #[error("the callback address cannot be posted to: {0}")]
    NoAddress(#[from] http::Error),
    #[error("the callback address did not answer: {0:?}")]
    NoAnswer(SendError),
}
