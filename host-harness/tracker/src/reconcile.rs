//! What has been silent: lost callbacks, unknown outcomes, crashed submissions.

use std::collections::{BTreeMap, VecDeque};

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
}

impl<S: Store> Tracker<S> {
    /// Asks about every request whose time has come, tenants in turn, each within its budget.
    ///
    /// # Errors
    /// - [`StoreError`]: what was not asked about stays due.
    pub async fn reconcile<A: Approvals>(
        &self,
        engine: impl Fn(&str) -> Option<A>,
        budget: &mut Budget,
        now: u64,
    ) -> Result<Reconciled, StoreError> {
        let mut done = Reconciled::default();
        for request in in_turn(self.store.due(now, BATCH).await?) {
            let Some(engine) = engine(&request.key.tenant) else { continue };
            if !budget.take(&request.key.tenant, now) {
                done.postponed += 1;
                continue;
            }
            done.asked += 1;
            match request.state {
                State::Submitting | State::Unknown => self.search(&engine, request, now).await?,
                State::Pending | State::Approved => {
                    self.look(&engine, request, now).await?;
                }
                State::Resubmit
                | State::Failed
                | State::Rejected
                | State::Withdrawn
                | State::Deleted
                | State::Expired
                | State::Abandoned
                | State::Revoked => {
                    self.change(request, |stored| Some((Request { due_at: None, ..stored }, None))).await?;
                }
            }
        }
        Ok(done)
    }
}

/// One request of each tenant, then the next of each: a tenant with thousands delays nobody.
fn in_turn(due: Vec<Request>) -> Vec<Request> {
    let mut tenants: BTreeMap<String, VecDeque<Request>> = BTreeMap::new();
    for request in due {
        tenants.entry(request.key.tenant.clone()).or_default().push_back(request);
    }
    let mut turns = Vec::new();
    while !tenants.is_empty() {
        tenants.retain(|_, queue| {
            turns.extend(queue.pop_front());
            !queue.is_empty()
        });
    }
    turns
}
