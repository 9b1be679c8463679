//! One approval for one key.
//!
//! The intent is stored before anything is sent. Whoever finds an intent later — another caller, another node, this
//! process after a crash — looks the key up at the provider before it is ever submitted again.

use std::time::Duration;

use host_harness::contract::SubmissionRequest;
use tokio::time::Instant;

use crate::engine::{Approvals, Submitted};
use crate::failure::{Cause, Failure};
use crate::host_key::is_number;
use crate::request::{Key, Request, State};
use crate::store::{Store, StoreError};
use crate::tracker::Tracker;

/// The caller's number cannot be one.
const NO_NUMBER: &str = "a request number is 1 to 47 characters of A-Z a-z 0-9 . _ : -: the product gives another one, and \
                         nothing was stored or sent";

/// The store has taken too long.
const TOO_SLOW: &str = "the store took so long to keep the intent that another node may take the submission for lost soon: \
                        nothing was sent, and the product is told to submit again; the operator looks at the store";

/// Where a submission stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// The approval exists and is bound to the request.
    Pending {
        /// The provider's number.
        approval_id: String,
    },
    /// Another caller is at it, or the outcome is unknown and is being looked up. Nothing for the caller to do:
    /// [`Tracker::reconcile`] goes on.
    UnderWay,
    /// Nothing was submitted, and another attempt may do better. The failure is kept with the request;
    /// [`Outcome::SubmitAgain`](crate::Outcome::SubmitAgain) comes when it is time for that attempt.
    NotNow(Failure),
    /// Nothing was submitted, and the same attempt would fail again. The failure is kept with the request. The caller
    /// submits again under the same number when its cause is removed. Unless the request itself is the cause
    /// ([`Cause::Request`]), [`Outcome::SubmitAgain`](crate::Outcome::SubmitAgain) comes now and then as well: an
    /// administrator or an operator may have removed it.
    Failed(Failure),
    /// The request has come to its end before.
    Ended(State),
}

impl<S: Store> Tracker<S> {
    /// Submits `request` under `key` unless that has been done. The request's idempotency key is made here: what the
    /// caller put there does not count.
    ///
    /// `now` is the time of this call. When half of [`Policy::submission_seconds`](crate::Policy::submission_seconds) has
    /// passed before the intent is stored, nothing is sent: the other half has to be enough for the engine's call.
    ///
    /// # Errors
    /// - [`StoreError`]: when the intent could not be stored, nothing was sent. When what came of it could not be
    ///   stored, [`reconcile`](Self::reconcile) finds out.
    pub async fn submit_once(
        &self,
        engine: &impl Approvals,
        key: &Key,
        request: &SubmissionRequest,
        now: u64,
    ) -> Result<SubmitOutcome, StoreError> {
        // Others give the attempt up after `submission_seconds` of `now`, however slow this one is.
        let begun = Instant::now();
        if !is_number(&key.number) {
            return Ok(SubmitOutcome::Failed(Failure::of_host(Cause::Request, "request-number", NO_NUMBER)));
        }
        let due_at = now + self.policy.submission_seconds;
        let Key { tenant, number } = key;
        let first = Request {
            idempotency_key: self.host_key.idempotency_key(tenant, &engine.connection(), number),
            applicant: engine.applicant(request).await,
            skew_seconds: engine.clock_skew().map(i64::unsigned_abs),
            ..Request::intent(key.clone(), engine.pin(), now, due_at)
        };
        let (stored, added) = self.store.insert(first.clone()).await?;
        let intent = if added {
            stored
        } else {
            match self.take_up_again(stored, first).await? {
                Ok(intent) => intent,
                Err(outcome) => return Ok(outcome),
            }
        };
        if begun.elapsed() >= Duration::from_secs(self.policy.submission_seconds) / 2 {
            let failure = Failure::of_host(Cause::Unavailable, "slow-store", TOO_SLOW);
            let due_at = now.saturating_add(self.policy.search_interval_seconds);
            let failed = Request { failure: Some(failure.clone()), ..intent };
            self.leave(failed, State::Resubmit, Some(due_at)).await?;
            return Ok(SubmitOutcome::NotNow(failure));
        }
        let request =
            SubmissionRequest { idempotency_key: intent.idempotency_key.clone(), ..request.clone() };
        match engine.submit(&request).await {
            Submitted::As { approval_id, applicant } => {
                let bound = self.bind(intent, &approval_id, Some(applicant), now).await?;
                let is_bound =
                    bound.is_some_and(|request| request.approval_id.as_ref() == Some(&approval_id));
                Ok(if is_bound { SubmitOutcome::Pending { approval_id } } else { SubmitOutcome::UnderWay })
            }
            Submitted::NotNow(failure) => {
                let wait = failure.retry_after_seconds.map_or(0, u64::from);
                let wait =
                    wait.max(self.policy.search_interval_seconds).min(self.policy.longest_wait_seconds());
                let failed = Request { failure: Some(failure.clone()), ..intent };
                self.leave(failed, State::Resubmit, Some(now.saturating_add(wait))).await?;
                Ok(SubmitOutcome::NotNow(failure))
            }
            Submitted::Never(failure) => {
                // What the caller does not see mended: another attempt finds out.
                let due_at = (failure.cause != Cause::Request)
                    .then(|| now.saturating_add(self.policy.longest_look_seconds));
                let failed = Request { failure: Some(failure.clone()), ..intent };
                self.leave(failed, State::Failed, due_at).await?;
                Ok(SubmitOutcome::Failed(failure))
            }
            Submitted::Unknown { applicant } => {
                let due_at = now + self.policy.search_interval_seconds;
                let unknown = Request { applicant: applicant.or(intent.applicant.clone()), ..intent };
                self.leave(unknown, State::Unknown, Some(due_at)).await?;
                Ok(SubmitOutcome::UnderWay)
            }
        }
    }

    /// A request that exists: its place in the queue, or what has become of it.
    async fn take_up_again(
        &self,
        stored: Request,
        first: Request,
    ) -> Result<Result<Request, SubmitOutcome>, StoreError> {
        match (stored.state, &stored.approval_id) {
            // The provider has two forms of it: a third one would help no person who looks.
            (State::Resubmit | State::Failed, _) if stored.conflict => Ok(Err(SubmitOutcome::UnderWay)),
            // Certainly not submitted, so the caller may try again under the same key, and with another engine.
            (State::Resubmit | State::Failed, _) => {
                let intent = Request {
                    pin: first.pin,
                    attempt: stored.attempt.saturating_add(1),
                    state: State::Submitting,
                    applicant: first.applicant,
                    skew_seconds: stored.skew_seconds.zip(first.skew_seconds).map(|(a, b)| a.max(b)),
                    intended_at: first.intended_at,
                    due_at: first.due_at,
                    unanswered_looks: 0,
                    stuck: None,
                    failure: None,
                    ..stored
                };
                if self.store.compare_and_set(intent.clone(), None).await? {
                    return Ok(Ok(Request { revision: intent.revision + 1, ..intent }));
                }
                Ok(Err(SubmitOutcome::UnderWay))
            }
            (State::Submitting | State::Unknown, _) | (State::Pending, None) => {
                Ok(Err(SubmitOutcome::UnderWay))
            }
            (State::Pending, Some(id)) => Ok(Err(SubmitOutcome::Pending { approval_id: id.clone() })),
            (
                State::Approved
                | State::Rejected
                | State::Withdrawn
                | State::Deleted
                | State::Expired
                | State::Abandoned
                | State::Revoked,
                _,
            ) => Ok(Err(SubmitOutcome::Ended(stored.state))),
        }
    }

    /// Binds a request to its approval, whichever attempt it came of: it exists. A request that was cancelled meanwhile
    /// keeps its state and learns the number.
    pub(crate) async fn bind(
        &self,
        request: Request,
        approval_id: &str,
        applicant: Option<String>,
        now: u64,
    ) -> Result<Option<Request>, StoreError> {
        let bound = self.store.bound_to(&request.key.tenant, approval_id).await?;
        if let Some(other) = bound.filter(|bound| bound.key != request.key) {
            let why = format!(
                "approval {approval_id} is bound to request {}: the provider's administrator looks which of the two it \
                 belongs to, and the other one is cancelled in the product",
                other.key.number
            );
            return self.change(request, |stored| Some((conflicting(stored, &why), None))).await;
        }
        self.change(request, |stored| match &stored.approval_id {
            Some(bound) if bound == approval_id => None,
            // Two approvals for one key: a person has to look.
            Some(bound) => {
                let why = format!(
                    "approvals {bound} and {approval_id} were both submitted for this request: the provider's \
                     administrator looks at both, and the request is cancelled in the product"
                );
                Some((conflicting(stored, &why), None))
            }
            None => {
                let pending = !stored.state.is_terminal();
                let bound = Request {
                    state: if pending { State::Pending } else { stored.state },
                    approval_id: Some(approval_id.to_owned()),
                    applicant: applicant.clone().or(stored.applicant.clone()),
                    heard_at: now,
                    due_at: pending.then(|| self.policy.next_look(now, 0)),
                    silent_looks: 0,
                    unanswered_looks: 0,
                    // A person has to look all the same.
                    stuck: stored.stuck.clone().filter(|_| stored.conflict),
                    failure: None,
                    ..stored
                };
                Some((bound, None))
            }
        })
        .await
    }

    /// Ends an attempt without an approval, unless the request has moved on: a search has found one, or another attempt
    /// has begun. A search that has found nothing so far knows less than the attempt itself.
    async fn leave(&self, intent: Request, state: State, due_at: Option<u64>) -> Result<(), StoreError> {
        let Request { attempt, applicant, failure, .. } = intent.clone();
        self.change(intent, |stored| {
            let is_open = matches!(stored.state, State::Submitting | State::Unknown) && !stored.conflict;
            (stored.attempt == attempt && is_open).then(|| {
                let (applicant, failure) = (applicant.clone(), failure.clone());
                (Request { state, due_at, applicant, failure, stuck: None, ..stored }, None)
            })
        })
        .await?;
        Ok(())
    }
}

/// A request that nothing is granted for any more, unless its approval is known already.
pub(crate) fn conflicting(request: Request, why: &str) -> Request {
    let state = if request.state == State::Submitting { State::Unknown } else { request.state };
    Request { state, conflict: true, stuck: Some(why.to_owned()), ..request }
}
