//! Callbacks: stored first, confirmed later.

use host_harness::contract::{Event, Status};
use tracing::warn;

use crate::engine::Approvals;
use crate::request::{Request, State};
use crate::side_by_side::{by_tenant, run};
use crate::store::{Notice, Store, StoreError, StoreFailure};
use crate::tracker::{Provider, Tracker};

/// Notices that one [`Tracker::settle`] takes up.
const BATCH: usize = 100;

/// What a round of [`Tracker::settle`] left in the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Notices that were left out because this version cannot read their rows, or those of their requests. They stay in
    /// the inbox; the operator runs the program that wrote the rows, or a newer one.
    pub unreadable: usize,
}

impl<S: Store> Tracker<S> {
    /// Takes events into the inbox. The host answers the provider with 200 only after this has returned.
    /// Returns how many were new.
    ///
    /// # Errors
    /// - [`StoreError`]: not stored. The host answers 503 and the provider sends it again.
    pub async fn receive(&self, tenant: &str, events: &[Event], now: u64) -> Result<usize, StoreError> {
        let mut new = 0;
        for event in events {
            let notice = Notice {
                tenant: tenant.to_owned(),
                deduplication_key: event.deduplication_key.clone(),
                approval_id: event.approval.approval_id.clone(),
                status: event.approval.status,
                received_at: now,
            };
            new += usize::from(self.store.receive(notice).await?);
        }
        Ok(new)
    }

    /// Confirms with the provider what the inbox says, and decides. Call it after each callback and now and then.
    /// `engine` gives the one that a request is [pinned](crate::Pin) to.
    ///
    /// A notice of an approval that is bound to no request waits: the callback may be faster than the answer to the
    /// submission. When no request has claimed it for long enough, it belongs to a form of another product. A notice
    /// without an engine or without an answer is left to [`reconcile`](Self::reconcile): each costs one question.
    ///
    /// Up to [`Policy::tenants_at_once`](crate::Policy::tenants_at_once) tenants are asked about at the same time, each with one question at a time.
    /// After a question without an answer, the tenant's other notices wait in the inbox for the next round.
    ///
    /// # Errors
    /// - [`StoreError`]: what was not settled stays in the inbox. The tenants that it did not concern are settled.
    pub async fn settle<A: Approvals>(
        &self,
        engine: impl Fn(&Request) -> Option<A> + Sync,
        now: u64,
    ) -> Result<Settled, StoreError> {
        let since = now.saturating_sub(self.unclaimed_seconds());
        let notices = self.store.settleable(since, BATCH).await?;
        let mut settled = Settled { unreadable: notices.unreadable };
        let tenants = by_tenant(notices.rows, |notice| &notice.tenant);
        let work = tenants.into_iter().map(|notices| self.settle_in_order(&engine, notices, now));
        for tenant in run(work, self.policy.tenants_at_once).await {
            settled.unreadable += tenant?;
        }
        Ok(settled)
    }

    /// Settles the notices of one tenant, until its provider does not answer. Gives how many wait because the row of their
    /// request cannot be read.
    async fn settle_in_order<A: Approvals>(
        &self,
        engine: &(impl Fn(&Request) -> Option<A> + Sync),
        notices: Vec<Notice>,
        now: u64,
    ) -> Result<usize, StoreError> {
        let mut unreadable = 0;
        for notice in notices {
            match self.settle_one(engine, &notice, now).await {
                Ok(Provider::Answers) => {}
                Ok(Provider::Silent) => break,
                Err(StoreError { failure: StoreFailure::Unreadable(row), .. }) => {
                    warn!(tenant = notice.tenant, %row, "notice-of-an-unreadable-request");
                    unreadable += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(unreadable)
    }

    async fn settle_one<A: Approvals>(
        &self,
        engine: &(impl Fn(&Request) -> Option<A> + Sync),
        notice: &Notice,
        now: u64,
    ) -> Result<Provider, StoreError> {
        let mut provider = Provider::Answers;
        if let Some(request) = self.store.bound_to(&notice.tenant, &notice.approval_id).await? {
            match engine(&request) {
                Some(engine) => provider = self.look(&engine, request, Some(notice), now).await?,
                None => self.leave_to_reconcile(request, notice, now).await?,
            }
        }
        self.store.settle(notice).await?;
        Ok(provider)
    }

    /// How long an approval may be unknown before it is nobody's: until every submission is found or given up.
    const fn unclaimed_seconds(&self) -> u64 {
        2 * (self.policy.submission_seconds + self.policy.list_lag_seconds)
    }

    async fn leave_to_reconcile(
        &self,
        request: Request,
        notice: &Notice,
        now: u64,
    ) -> Result<(), StoreError> {
        self.change(request, |stored| {
            Some((Request { due_at: Some(now), ..self.expect(stored, Some(notice), now) }, None))
        })
        .await?;
        Ok(())
    }

    /// A callback is ahead of the detail, or behind it. While it may be ahead, the request is looked at often.
    pub(crate) fn expect(&self, request: Request, news: Option<&Notice>, now: u64) -> Request {
        let ahead = |notice: &&Notice| {
            matches!(
                (request.state, notice.status),
                (State::Pending, Status::Approved | Status::Rejected | Status::Withdrawn | Status::Deleted)
                    // Something happened, and the message does not prove what.
                    | (State::Pending | State::Approved, Status::Revoked | Status::Unknown)
            )
        };
        let until =
            news.filter(ahead).map(|notice| notice.received_at.min(now) + self.policy.detail_lag_seconds);
        match until.filter(|until| now < *until) {
            Some(until) => Request {
                expecting_until: Some(until),
                due_at: Some(now + self.policy.expecting_interval_seconds),
                ..request
            },
            None => request,
        }
    }
}
