//! Where requests, inbox and outbox live.

use std::future::Future;

use host_harness::contract::Status;

use crate::request::{Key, Outcome, Request};

mod error;
mod listed;
pub(crate) mod memory;

pub use error::{StoreError, StoreFailure, Unreadable};
pub use listed::Listed;

/// News of an approval, as a callback brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose.
    pub tenant: String,
    /// The same for every delivery of one change.
    pub deduplication_key: String,
    /// The provider's number.
    pub approval_id: String,
    /// What the event says. News, not a decision.
    pub status: Status,
    /// When it arrived.
    pub received_at: u64,
}

/// Something for the product to do. Stays in the outbox until acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which request.
    pub key: Key,
    /// What.
    pub outcome: Outcome,
}

/// Keeps what the host knows.
///
/// Every function is atomic: what it writes is there as a whole or not at all, also after a [`StoreError`], which does
/// not say which of the two. What a function has returned `Ok` for is there from then on, whatever fails later.
///
/// A function that lists leaves out rows that this version cannot read, tells how many, and lists as many others in their
/// place: a row of one tenant does not keep another's from being read.
pub trait Store: Send + Sync {
    /// Adds a request unless there is one with its key. Gives the one that is there afterwards, and whether it was
    /// added. An approval of a tenant is bound to one request: a second one is an error, here and in
    /// [`compare_and_set`](Self::compare_and_set).
    fn insert(&self, request: Request) -> impl Future<Output = Result<(Request, bool), StoreError>> + Send;

    /// Reads a request.
    fn request(&self, key: &Key) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send;

    /// Reads the request that is bound to an approval.
    fn bound_to(
        &self,
        tenant: &str,
        approval_id: &str,
    ) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send;

    /// Replaces a request, and puts `outcome` into the outbox in the same step, if the stored revision is still
    /// `changed.revision`. The stored request then has the next revision. `false` when somebody was faster.
    fn compare_and_set(
        &self,
        changed: Request,
        outcome: Option<Outcome>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes a notice into the inbox. `false` when it was there before, settled or not.
    fn receive(&self, notice: Notice) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Notices that can be settled, at most `most`: the oldest of each tenant, then the next of each, so that a tenant
    /// with thousands delays no other. A notice can be settled when a request of its tenant is bound to its approval,
    /// and when it arrived at `since` or before. The others wait for the answer to a submission, and delay no notice.
    fn settleable(
        &self,
        since: u64,
        most: usize,
    ) -> impl Future<Output = Result<Listed<Notice>, StoreError>> + Send;

    /// Marks a notice as settled. Its key stays known until it is forgotten.
    fn settle(&self, notice: &Notice) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets settled notices that arrived before `before`, and says how many those were.
    fn forget_settled(&self, before: u64) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Forgets requests that ended before `before`, and says how many those were. A request has ended when its state is
    /// [terminal](crate::State::is_terminal), nothing was heard of it since, and it is not due any more. Those stay that
    /// a message in the outbox or an unsettled notice is about, and those in conflict, which wait for a person.
    fn forget_ended(&self, before: u64) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Requests whose time has come, at most `most`: the longest waiting of each tenant, then the next of each, so that a
    /// tenant with thousands delays no other. Those whose due time lies after `latest` are among them: a clock that was
    /// ahead has set it.
    fn due(
        &self,
        now: u64,
        latest: u64,
        most: usize,
    ) -> impl Future<Output = Result<Listed<Request>, StoreError>> + Send;

    /// What the product has not acknowledged, oldest first.
    fn outbox(&self) -> impl Future<Output = Result<Listed<Message>, StoreError>> + Send;

    /// Takes a message out of the outbox, once the product has acted on it.
    fn acknowledge(&self, message: &Message) -> impl Future<Output = Result<(), StoreError>> + Send;
}
