//! What has been silent: lost callbacks, unknown outcomes, crashed submissions.

use host_harness::Digest;
use tracing::warn;

use crate::budget::Budget;
use crate::engine::Approvals;
use crate::request::{Outcome, Request, State};
use crate::search::Searched;
use crate::side_by_side::{by_tenant, run};
use crate::store::{Store, StoreError, StoreFailure};
use crate::tracker::{Provider, Tracker, is_stuck};

/// Requests that one [`Tracker::reconcile`] takes up.
const BATCH: usize = 500;

/// How far the clocks of two nodes may be apart without the due times of one being news to the other, in seconds.
const NODES_APART: u64 = 300;

/// What a round of reconciliation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Requests that were asked about.
    pub asked: usize,
    /// Requests that wait for the next round, because a budget is spent or their tenant's provider does not answer.
    pub postponed: usize,
    /// Requests that may have been submitted or not, until a person acts: [`Request::stuck`](crate::Request::stuck) says
    /// who.
    pub stuck: usize,
    /// Requests that wait because the engine that they are pinned to is not there. The operator has to load it again.
    pub without_engine: usize,
    /// Requests whose due time is further away than any wait of the policy: a clock that was ahead has set it. They count
    /// as due. The operator has to look at the clocks of the nodes.
    pub from_the_future: usize,
    /// Requests that were left out because this version cannot [read their rows](crate::Unreadable).
    pub unreadable: usize,
}

impl<S: Store> Tracker<S> {
    /// Asks about every request whose time has come, each tenant within its budget. `engine` gives the one that a
    /// request is [pinned](crate::Pin) to.
    ///
    /// Up to [`Policy::tenants_at_once`](crate::Policy::tenants_at_once) tenants are asked about at the same time, each
    /// with one question at a time. After a question without an answer, the tenant's other requests wait for the next
    /// round.
    ///
    /// # Errors
    /// - [`StoreError`]: what was not asked about stays due. The tenants that it did not concern were asked about.
    pub async fn reconcile<A: Approvals>(
        &self,
        engine: impl Fn(&Request) -> Option<A> + Sync,
        budget: &Budget,
        now: u64,
    ) -> Result<Reconciled, StoreError> {
        self.notice_the_clock(now);
        let latest = now.saturating_add(self.policy.longest_wait_seconds()).saturating_add(NODES_APART);
        let due = self.store.due(now, latest, BATCH).await?;
        let from_the_future = due.rows.iter().filter(|request| request.due_at > Some(latest)).count();
        if from_the_future > 0 {
            warn!(requests = from_the_future, now, latest, "due-times-from-a-clock-that-is-ahead");
        }
        let unreadable = due.unreadable;
        let tenants = by_tenant(due.rows, |request| &request.key.tenant);
        let work =
            tenants.into_iter().map(|requests| self.reconcile_in_order(&engine, budget, requests, now));
        let mut done = Reconciled { from_the_future, unreadable, ..Reconciled::default() };
        for tenant in run(work, self.policy.tenants_at_once).await {
            let tenant = tenant?;
            done.asked += tenant.asked;
            done.postponed += tenant.postponed;
            done.stuck += tenant.stuck;
            done.unreadable += tenant.unreadable;
            done.without_engine += tenant.without_engine;
        }
        Ok(done)
    }

    /// Asks about the requests of one tenant, until its provider does not answer.
    async fn reconcile_in_order<A: Approvals>(
        &self,
        engine: &(impl Fn(&Request) -> Option<A> + Sync),
        budget: &Budget,
        requests: Vec<Request>,
        now: u64,
    ) -> Result<Reconciled, StoreError> {
        let mut done = Reconciled::default();
        let mut provider = Provider::Answers;
        for request in requests {
            if matches!(request.state, State::Resubmit | State::Failed) {
                self.ask_to_submit_again(request).await?;
                continue;
            }
            let Some(engine) = engine(&request) else {
                done.without_engine += 1;
                self.stand_aside(request, now).await?;
                continue;
            };
            if provider == Provider::Silent || !budget.take(&request.key.tenant, now) {
                done.postponed += 1;
                continue;
            }
            done.asked += 1;
            done.stuck += usize::from(request.state == State::Pending && is_stuck(&request));
            let asked = if matches!(request.state, State::Submitting | State::Unknown) {
                self.search(&engine, request, now).await
            } else {
                let looked = self.look(&engine, request, None, now).await;
                looked.map(|provider| Searched { provider, stuck: false })
            };
            match asked {
                Ok(searched) => {
                    done.stuck += usize::from(searched.stuck);
                    provider = searched.provider;
                }
                // The approval that was found is bound to a request that this version cannot read.
                Err(StoreError { failure: StoreFailure::Unreadable(row), .. }) => {
                    warn!(%row, "found-an-unreadable-request");
                    done.unreadable += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// The wait after an attempt that submitted nothing is over: the product begins another one.
    async fn ask_to_submit_again(&self, request: Request) -> Result<(), StoreError> {
        let attempt = request.attempt;
        self.change(request, |stored| {
            let waits = stored.attempt == attempt
                && matches!(stored.state, State::Resubmit | State::Failed)
                && stored.due_at.is_some();
            // A request in conflict is not submitted again.
            let outcome = (!stored.conflict).then_some(Outcome::SubmitAgain);
            waits.then_some((Request { due_at: None, ..stored }, outcome))
        })
        .await?;
        Ok(())
    }

    /// Puts off a request whose engine is not there, so that it does not delay those that can be asked about.
    async fn stand_aside(&self, request: Request, now: u64) -> Result<(), StoreError> {
        let due_at = Some(now + self.policy.search_interval_seconds);
        // Not if it has become something else meanwhile, such as another attempt.
        let revision = request.revision;
        self.change(request, |stored| {
            (stored.revision == revision).then_some((Request { due_at, ..stored }, None))
        })
        .await?;
        Ok(())
    }

    /// How many requests still need the engine with this digest: open ones, and approved ones that may be revoked. At
    /// 0 it can be unloaded. Reads everything that is not at its end. A row that this version cannot read counts: it may
    /// need the engine.
    ///
    /// # Errors
    /// - [`StoreError`]: the number is not known.
    pub async fn in_need_of(&self, engine: Digest) -> Result<usize, StoreError> {
        // The end of SQLite's time.
        let ever = i64::MAX.unsigned_abs();
        let watched = self.store.due(ever, ever, usize::MAX).await?;
        let in_need = watched.rows.iter().filter(|request| request.pin.engine == engine).count();
        Ok(in_need + watched.unreadable)
    }
}
