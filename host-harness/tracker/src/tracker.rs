//! The tracker, and the one way in which it learns an authoritative status.

use std::sync::atomic::{AtomicU64, Ordering};

use host_harness::contract::Status;
use tracing::warn;

use crate::engine::{Approvals, Looked};
use crate::host_key::HostKey;
use crate::policy::Policy;
use crate::request::{Key, Outcome, Request, State, Transition};
use crate::store::{Notice, Store, StoreError};

/// Keeps track of approval requests. One for all tenants; cheap to make.
#[derive(Debug)]
pub struct Tracker<S> {
    pub(crate) store: S,
    pub(crate) policy: Policy,
    pub(crate) host_key: HostKey,
    /// The latest time that this tracker was given.
    latest: AtomicU64,
}

/// An approval of a request in conflict.
const WITHHELD: &str = "approved at the provider, and not granted, because the provider has more than one form for the \
                        request: its administrator looks at the forms, and the request is cancelled in the product";

/// Whether a tenant's provider can be asked further questions in this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// It had an answer, or one that concerns the one question only.
    Answers,
    /// It had none in time. The next question would wait as long, so the tenant's others wait for the next round.
    Silent,
}

impl Provider {
    pub(crate) const fn after<T>(looked: &Looked<T>) -> Self {
        match looked {
            Looked::NotNow(_) => Self::Silent,
            Looked::Found(_)
            | Looked::Nothing
            | Looked::Never(_)
            | Looked::TooMuch(_)
            | Looked::Conflict(_) => Self::Answers,
        }
    }
}

impl<S: Store> Tracker<S> {
    /// A tracker on this store. All nodes over one store have the same key.
    pub const fn new(store: S, policy: Policy, host_key: HostKey) -> Self {
        Self { store, policy, host_key, latest: AtomicU64::new(0) }
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Logs when the clock has been put back since the last round. The round counts by the new time. A second is no news:
    /// rounds that run side by side read the clock before they get here.
    pub(crate) fn notice_the_clock(&self, now: u64) {
        let before = self.latest.swap(now, Ordering::Relaxed);
        let back_seconds = before.saturating_sub(now);
        if back_seconds > 1 {
            warn!(back_seconds, "clock-put-back");
        }
    }

    /// The product cancelled the request. A later approval is recorded and never executed. `false` when it was
    /// decided before.
    ///
    /// # Errors
    /// - [`StoreError`]: nothing has changed.
    pub async fn abandon(&self, request: Request, now: u64) -> Result<bool, StoreError> {
        let mut request = request;
        loop {
            // What failed may be submitted again, unless the product says otherwise.
            if request.state.is_terminal() && request.state != State::Failed {
                return Ok(request.state == State::Abandoned);
            }
            let abandoned =
                Request { state: State::Abandoned, heard_at: now, due_at: None, ..request.clone() };
            if self.store.compare_and_set(abandoned, None).await? {
                return Ok(true);
            }
            match self.store.request(&request.key).await? {
                Some(stored) => request = stored,
                None => return Ok(false),
            }
        }
    }

    /// Asks the provider about a bound request, and lets its answer count. `news` is what a callback said of it. The
    /// request is due again, unless there is nothing more to learn. Returns whether the provider could be asked.
    pub(crate) async fn look(
        &self,
        engine: &impl Approvals,
        request: Request,
        news: Option<&Notice>,
        now: u64,
    ) -> Result<Provider, StoreError> {
        let Some(approval_id) = request.approval_id.clone() else {
            // Not if it has become something else meanwhile, such as another attempt. One that waits for a person is told
            // again and again.
            let revision = request.revision;
            let waits = is_stuck(&request) && !request.state.is_terminal();
            let due_at = waits.then(|| now.saturating_add(self.policy.longest_look_seconds));
            self.change(request, |stored| {
                (stored.revision == revision).then_some((Request { due_at, ..stored }, None))
            })
            .await?;
            return Ok(Provider::Answers);
        };
        let looked = engine.status(&approval_id).await;
        if let Looked::Found(status) = looked {
            self.learn(request, status, news, now).await?;
            return Ok(Provider::Answers);
        }
        no_answer(&request.key, &looked);
        self.change(request, |stored| Some((self.put_off(stored, &looked, news, now), None))).await?;
        Ok(Provider::after(&looked))
    }

    /// No answer: to be asked again, ever more rarely. News begins anew.
    fn put_off(&self, request: Request, looked: &Looked<Status>, news: Option<&Notice>, now: u64) -> Request {
        let request = self.expect(request, news, now);
        if *looked == Looked::Nothing && request.state.is_terminal() {
            // Gone, as ended requests may be: there is nothing to contradict the end.
            return after_silence(&self.policy, Request { unanswered_looks: 0, ..request }, now);
        }
        let unanswered = if news.is_some() { 0 } else { request.unanswered_looks };
        let first = match request.expecting_until {
            Some(_) => self.policy.expecting_interval_seconds,
            None => self.policy.search_interval_seconds,
        };
        let wait = looked.wait(&self.policy, self.policy.doubled(first, unanswered));
        Request { due_at: Some(now + wait), unanswered_looks: unanswered.saturating_add(1), ..request }
    }

    /// Lets an authoritative status count.
    async fn learn(
        &self,
        request: Request,
        status: Status,
        news: Option<&Notice>,
        now: u64,
    ) -> Result<(), StoreError> {
        let policy = &self.policy;
        self.change(request, |stored| {
            let stored = Request { unanswered_looks: 0, ..stored };
            let transition = stored.state.learn(status);
            let expired = stored.state == State::Pending
                && transition == Transition::Stay
                && policy.expiry_seconds.is_some_and(|wait| now >= stored.created_at + wait);
            let (learnt, outcome) = match transition {
                // Which of the two forms was approved, and whether it was the one that counts, a person has to say. Looked
                // at further on, for it may be rejected or revoked.
                Transition::Decide(State::Approved, _) if stored.conflict => {
                    let stuck = stored.stuck.clone().unwrap_or_else(|| String::from(WITHHELD));
                    (Request { stuck: Some(stuck), ..after_silence(policy, stored, now) }, None)
                }
                Transition::Decide(state, outcome) => {
                    let decided = Request {
                        state,
                        heard_at: now,
                        silent_looks: 0,
                        expecting_until: None,
                        due_at: (state == State::Approved).then(|| policy.next_look(now, 0)),
                        ..stored
                    };
                    (decided, Some(outcome))
                }
                Transition::Stay if expired => (
                    Request { state: State::Expired, heard_at: now, due_at: None, ..stored },
                    Some(Outcome::Expired),
                ),
                Transition::Stay => (after_silence(policy, stored, now), None),
                Transition::Conflict => (Request { conflict: true, due_at: None, ..stored }, None),
            };
            Some((self.expect(learnt, news, now), outcome))
        })
        .await?;
        Ok(())
    }

    /// Changes a request by compare-and-set, from whatever it has become in the meantime. `f` says `None` when there
    /// is nothing to change any more. Returns what is stored afterwards.
    pub(crate) async fn change(
        &self,
        request: Request,
        f: impl Fn(Request) -> Option<(Request, Option<Outcome>)>,
    ) -> Result<Option<Request>, StoreError> {
        let mut stored = request;
        loop {
            let Some((changed, outcome)) = f(stored.clone()) else { return Ok(Some(stored)) };
            if changed == stored && outcome.is_none() {
                return Ok(Some(stored));
            }
            if self.store.compare_and_set(changed.clone(), outcome).await? {
                return Ok(Some(Request { revision: changed.revision + 1, ..changed }));
            }
            match self.store.request(&stored.key).await? {
                Some(newer) => stored = newer,
                None => return Ok(None),
            }
        }
    }
}

/// Whether a request without an approval waits for a person.
pub(crate) const fn is_stuck(request: &Request) -> bool {
    request.approval_id.is_none() && request.stuck.is_some()
}

/// Tells the operator why a question had no answer.
pub(crate) fn no_answer<T>(key: &Key, looked: &Looked<T>) {
    let reason = match looked {
        Looked::NotNow(later) => &later.reason,
        Looked::Never(reason) | Looked::TooMuch(reason) | Looked::Conflict(reason) => reason,
        Looked::Nothing => "the provider knows no such approval",
        Looked::Found(_) => return,
    };
    warn!(tenant = key.tenant, number = key.number, reason, "no-answer");
}

/// When to look next at a request that had no news: soon while an event is ahead of the detail, else ever more rarely.
fn after_silence(policy: &Policy, request: Request, now: u64) -> Request {
    // One that lies further away was set by a clock that was ahead.
    let expecting = now..=now.saturating_add(policy.detail_lag_seconds);
    if request.expecting_until.is_some_and(|until| now != until && expecting.contains(&until)) {
        return Request { due_at: Some(now + policy.expecting_interval_seconds), ..request };
    }
    let watched = match request.state {
        State::Pending => true,
        State::Approved => now < request.heard_at + policy.revocable_seconds,
        State::Submitting
        | State::Unknown
        | State::Resubmit
        | State::Failed
        | State::Rejected
        | State::Withdrawn
        | State::Deleted
        | State::Expired
        | State::Abandoned
        | State::Revoked => false,
    };
    let silent_looks = request.silent_looks.saturating_add(1);
    let due_at = watched.then(|| policy.next_look(now, silent_looks));
    Request { due_at, silent_looks, expecting_until: None, ..request }
}
