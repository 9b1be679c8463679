//! One approval for one key.
//!
//! The intent is stored before anything is sent. Whoever finds an intent later — another caller, another node, this
//! process after a crash — looks the key up at the provider before it is ever submitted again.

use host_harness::contract::SubmissionRequest;

use crate::engine::{Approvals, Looked, Submitted};
use crate::request::{Key, Outcome, Pin, Request, State};
use crate::store::{Store, StoreError};
use crate::tracker::{Provider, Tracker};

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
    /// Nothing was submitted; try again after this many seconds, when known.
    NotNow(Option<u32>),
    /// Nothing was submitted and nothing will be. Who has to act.
    Failed(String),
    /// The request has come to its end before.
    Ended(State),
}

impl<S: Store> Tracker<S> {
    /// Submits `request` under `key` unless that has been done.
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
        let due_at = now + self.policy.submission_seconds;
        let (stored, added) =
            self.store.insert(Request::intent(key.clone(), engine.pin(), now, due_at)).await?;
        let intent = if added {
            stored
        } else {
            match self.take_up_again(stored, engine.pin(), now).await? {
                Ok(intent) => intent,
                Err(outcome) => return Ok(outcome),
            }
        };
        match engine.submit(request).await {
            Submitted::As { approval_id, applicant } => {
                self.bind(intent, &approval_id, Some(applicant), now).await?;
                Ok(SubmitOutcome::Pending { approval_id })
            }
            Submitted::NotNow(seconds) => {
                self.leave(intent, State::Resubmit, None).await?;
                Ok(SubmitOutcome::NotNow(seconds))
            }
            Submitted::Never(sentence) => {
                self.leave(intent, State::Failed, None).await?;
                Ok(SubmitOutcome::Failed(sentence))
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
        pin: Pin,
        now: u64,
    ) -> Result<Result<Request, SubmitOutcome>, StoreError> {
        match (stored.state, &stored.approval_id) {
            // Certainly not submitted, so the caller may try again under the same key, and with another engine.
            (State::Resubmit | State::Failed, _) => {
                let due_at = Some(now + self.policy.submission_seconds);
                let intent = Request { pin, state: State::Submitting, intended_at: now, due_at, ..stored };
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

    /// Binds a request to its approval. A request that was cancelled meanwhile keeps its state and learns the number.
    pub(crate) async fn bind(
        &self,
        request: Request,
        approval_id: &str,
        applicant: Option<String>,
        now: u64,
    ) -> Result<Option<Request>, StoreError> {
        self.change(request, |stored| match &stored.approval_id {
            Some(bound) if bound == approval_id => None,
            // Two approvals for one key: somebody has to look.
            Some(_) => Some((Request { conflict: true, ..stored }, None)),
            None => {
                let pending = !stored.state.is_terminal();
                let bound = Request {
                    state: if pending { State::Pending } else { stored.state },
                    approval_id: Some(approval_id.to_owned()),
                    applicant: applicant.clone().or(stored.applicant.clone()),
                    heard_at: now,
                    due_at: pending.then(|| self.policy.next_look(now, 0)),
                    silent_looks: 0,
                    ..stored
                };
                Some((bound, None))
            }
        })
        .await
    }

    /// Ends an intent without an approval, unless somebody has found one.
    async fn leave(&self, intent: Request, state: State, due_at: Option<u64>) -> Result<(), StoreError> {
        let applicant = intent.applicant.clone();
        self.change(intent, |stored| {
            (stored.state == State::Submitting)
                .then(|| (Request { state, due_at, applicant: applicant.clone(), ..stored }, None))
        })
        .await?;
        Ok(())
    }

    /// Looks for the approval of an intent that nobody has reported on. Returns whether the provider could be asked.
    pub(crate) async fn search(
        &self,
        engine: &impl Approvals,
        request: Request,
        now: u64,
    ) -> Result<Provider, StoreError> {
        let policy = &self.policy;
        let (number, applicant) = (request.key.number.clone(), request.applicant.clone());
        let starts_at = request.created_at.saturating_sub(policy.clock_skew_seconds);
        let ends_at = now + policy.clock_skew_seconds;
        let unknown = |stored: Request, due_at| Request { state: State::Unknown, due_at, ..stored };
        let open = |state| matches!(state, State::Submitting | State::Unknown);
        let found = engine.find(&number, applicant.as_deref(), starts_at, ends_at).await;
        match &found {
            Looked::Found(approval_id) => {
                if let Some(bound) = self.bind(request, approval_id, None, now).await? {
                    return self.look(engine, bound, None, now).await;
                }
            }
            // The list may lag behind: only a late "nothing" is one.
            Looked::Nothing => {
                let proof_at = |stored: &Request| {
                    stored.intended_at + policy.submission_seconds + policy.list_lag_seconds
                };
                self.change(request, |stored| {
                    if !open(stored.state) {
                        return None;
                    }
                    Some(if now >= proof_at(&stored) {
                        let nothing = Request { state: State::Resubmit, due_at: None, ..stored };
                        (nothing, Some(Outcome::SubmitAgain))
                    } else {
                        (unknown(stored, Some(now + policy.search_interval_seconds)), None)
                    })
                })
                .await?;
            }
            Looked::NotNow(_) | Looked::Never(_) => {
                let wait = found.wait(policy, policy.search_interval_seconds);
                self.change(request, |stored| {
                    open(stored.state).then(|| (unknown(stored, Some(now + wait)), None))
                })
                .await?;
            }
        }
        Ok(Provider::after(&found))
    }
}
