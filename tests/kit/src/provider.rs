//! Whom an engine talks to, as a case needs it: what every provider plays.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use host_harness::Settings;
use host_harness::clock::Clock;
use host_harness::contract::CallbackRequest;
use host_harness::outbound::SendError;
use serde_json::Value;

mod words;

pub use words::{Draft, Fact, Feature, Letter, Person, Turn};

/// A kind of provider, with a fake that plays it.
pub trait Provider: Send + Sync {
    /// Such as `wecom`.
    fn id(&self) -> &'static str;

    /// What its protocol does not have, and why. Cases that need it are reported as not applicable, with this reason;
    /// whatever is not declared here must be played.
    fn lacks(&self) -> Vec<(Feature, &'static str)>;

    /// Settings with one mistake each.
    fn mistakes(&self) -> Vec<Mistake>;

    /// A new one, in which nothing has happened yet.
    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage>;
}

/// One provider, of one case.
///
/// What it does not play it answers with `None`, `false` or an empty list, and the case fails: only
/// [`Provider::lacks`] makes a case not applicable.
pub trait Stage: Send + Sync {
    /// Sound settings.
    fn settings(&self) -> Settings;

    /// Sound settings that name no template yet.
    fn settings_without_template(&self) -> Option<Settings>;

    /// An account of the directory, as the contract's JSON.
    fn account(&self, person: Person) -> Option<Value>;

    /// A request to submit, as the contract's JSON, without its key.
    fn draft(&self, draft: Draft) -> Option<Value>;

    /// Requests that reach the callback address. [`Letter::News`] may be none: not every provider tells everything.
    fn letters(&self, letter: Letter) -> Vec<Delivery>;

    /// Lets something happen. `false` when it cannot.
    fn turn(&self, turn: Turn) -> bool;

    /// Answers a request of the engine.
    ///
    /// # Errors
    /// - [`SendError`]: the turn that was played leaves the engine without an answer.
    fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError>;

    /// What it has seen so far.
    fn tally(&self) -> Tally;

    /// What it knows and the engine has to get right.
    fn fact(&self, fact: Fact) -> Option<String>;

    /// The numbers of all forms that the settings cover.
    fn forms(&self) -> Vec<String>;

    /// What must not be in anything that the engine gives away.
    fn secrets(&self) -> Secrets;
}

/// Settings with one mistake.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The setting that is wrong.
    pub key: &'static str,
    /// Its value.
    pub value: &'static str,
    /// The code of the problem.
    pub code: &'static str,
}

/// A request that reaches the callback address.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Which of its kind it is, for the report.
    pub what: String,
    /// The request.
    pub request: CallbackRequest,
    /// The text that the answer to an address check has to be.
    pub echo: Option<String>,
}

/// What the provider has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests of any kind.
    pub requests: u64,
    /// Requests that would make a form.
    pub submissions: u64,
    /// Forms.
    pub forms: u64,
    /// Access tokens handed out.
    pub tokens: u64,
    /// Templates.
    pub templates: u64,
}

/// What must not be given away.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Keys and passwords: nowhere.
    pub anywhere: BTreeSet<String>,
    /// Names of people and what they wrote: not in log lines.
    pub in_logs: BTreeSet<String>,
}

impl Secrets {
    /// Adds those of another stage.
    pub(crate) fn extend(&mut self, others: Self) {
        self.anywhere.extend(others.anywhere);
        self.in_logs.extend(others.in_logs);
    }
}
