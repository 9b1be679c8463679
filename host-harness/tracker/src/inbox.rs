//! Callbacks: stored first, confirmed later.

use host_harness::contract::{Event, Status};

use crate::engine::Approvals;
use crate::request::{Request, State};
use crate::store::{Notice, Store, StoreError};
use crate::tracker::{Look, Tracker};

/// Notices that one [`Tracker::settle`] takes up.
const BATCH: usize = 100;

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
    /// `engine` gives the one that a request is [pinned](crate::Pin) to; what it has none for waits.
    ///
    /// A notice of an approval that is bound to no request waits: the callback may be faster than the answer to the
    /// submission. When no request has claimed it for long enough, it is somebody else's form.
    ///
    /// # Errors
    /// - [`StoreError`]: what was not settled stays in the inbox.
    pub async fn settle<A: Approvals>(
        &self,
        engine: impl Fn(&Request) -> Option<A>,
        now: u64,
    ) -> Result<(), StoreError> {
        for notice in self.store.unsettled(BATCH).await? {
            match self.store.bound_to(&notice.tenant, &notice.approval_id).await? {
                Some(request) => {
                    let Some(engine) = engine(&request) else { continue };
                    if let Look::Saw(status) = self.look(&engine, request, now).await? {
                        if status != notice.status {
                            self.expect_news(&notice, now).await?;
                        }
                        self.store.settle(&notice).await?;
                    }
                }
                None if now >= notice.received_at + self.unclaimed_seconds() => {
                    self.store.settle(&notice).await?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// How long an approval may be unknown before it is nobody's: until every submission is found or given up.
    const fn unclaimed_seconds(&self) -> u64 {
        2 * (self.policy.submission_seconds + self.policy.list_lag_seconds)
    }

    /// The event is ahead of the detail, or behind it. While it may be ahead, the request is looked at often.
    async fn expect_news(&self, notice: &Notice, now: u64) -> Result<(), StoreError> {
        let Some(request) = self.store.bound_to(&notice.tenant, &notice.approval_id).await? else {
            return Ok(());
        };
        let until = notice.received_at + self.policy.detail_lag_seconds;
        let ahead = matches!(
            (request.state, notice.status),
            (State::Pending, Status::Approved | Status::Rejected | Status::Withdrawn | Status::Deleted)
                | (State::Pending | State::Approved, Status::Revoked)
        );
        if ahead && now < until {
            let due_at = Some(now + self.policy.expecting_interval_seconds);
            self.change(request, |stored| {
                Some((Request { expecting_until: Some(until), due_at, ..stored }, None))
            })
            .await?;
        }
        Ok(())
    }
}
