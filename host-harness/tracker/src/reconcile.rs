//! What has been silent: lost callbacks, unknown outcomes, crashed submissions.

use host_harness::Digest;

use crate::budget::Budget;
use crate::engine::Approvals;
use crate::request::{Request, State};
use crate::store::{Store, StoreError};
use crate::tracker::Tracker;

/// Requests that one [`Tracker::reconcile`] takes up.
const BATCH: usize = 500;

/// What a round of reconciliation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Requests that were asked about.
    pub asked: usize,
    /// Requests that wait for the next round because a budget is spent.
    pub postponed: usize,
    /// Requests that wait because the engine that they are pinned to is not there. Somebody has to load it again.
    pub without_engine: usize,
}

impl<S: Store> Tracker<S> {
    /// Asks about every request whose time has come, tenants in turn, each within its budget. `engine` gives the one
    /// that a request is [pinned](crate::Pin) to.
    ///
    /// # Errors
    /// - [`StoreError`]: what was not asked about stays due.
    pub async fn reconcile<A: Approvals>(
        &self,
        engine: impl Fn(&Request) -> Option<A>,
        budget: &Budget,
        now: u64,
    ) -> Result<Reconciled, StoreError> {
        let mut done = Reconciled::default();
        for request in self.store.due(now, BATCH).await? {
            let Some(engine) = engine(&request) else {
                done.without_engine += 1;
                self.stand_aside(request, now).await?;
                continue;
            };
            if !budget.take(&request.key.tenant, now) {
                done.postponed += 1;
                continue;
            }
            done.asked += 1;
            if matches!(request.state, State::Submitting | State::Unknown) {
                self.search(&engine, request, now).await?;
            } else {
                self.look(&engine, request, None, now).await?;
            }
        }
        Ok(done)
    }

    /// Puts off a request whose engine is not there, so that it does not stand before those that can be asked about.
    async fn stand_aside(&self, request: Request, now: u64) -> Result<(), StoreError> {
        let due_at = Some(now + self.policy.search_interval_seconds);
        self.change(request, |stored| Some((Request { due_at, ..stored }, None))).await?;
        Ok(())
    }

    /// How many requests still need the engine with this digest: open ones, and approved ones that may be revoked. At
    /// 0 it can be unloaded. Reads everything that is not at its end.
    ///
    /// # Errors
    /// - [`StoreError`]: nobody knows.
    pub async fn in_need_of(&self, engine: Digest) -> Result<usize, StoreError> {
        // The end of SQLite's time.
        let ever = i64::MAX.unsigned_abs();
        let watched = self.store.due(ever, usize::MAX).await?;
        Ok(watched.iter().filter(|request| request.pin.engine == engine).count())
    }
}
