//! Finds out what a submission came to whose attempt has reported nothing.

use crate::engine::{Approvals, Looked};
use crate::request::{Outcome, Request, State};
use crate::store::{Store, StoreError};
use crate::submit::conflicting;
use crate::tracker::{Provider, Tracker, no_answer};

/// Questions of one search at most. An engine reads dozens of approvals for one of them.
const QUESTIONS: usize = 64;

/// Searches in a row without an answer, after which the operator is told of the request.
const SILENCE: u32 = 8;

/// How far a search reaches back when the difference of the clocks was unknown at the intent. A larger one that is heard
/// counts as unknown, so whatever the difference was, it is known to be larger or is within this.
const UNSEEN_SKEW_SECONDS: u64 = 86_400;

/// What a search came to.
pub(crate) struct Searched {
    /// Whether the provider can be asked further questions in this round.
    pub(crate) provider: Provider,
    /// Whether it stays unknown until a person acts.
    pub(crate) stuck: bool,
}

impl<S: Store> Tracker<S> {
    /// Looks for the approval of an attempt that has reported nothing.
    pub(crate) async fn search(
        &self,
        engine: &impl Approvals,
        request: Request,
        now: u64,
    ) -> Result<Searched, StoreError> {
        let policy = &self.policy;
        let attempt = request.attempt;
        let is_open = |stored: &Request| {
            stored.attempt == attempt && matches!(stored.state, State::Submitting | State::Unknown)
        };
        let unknown = |stored: Request, wait: u64| Request {
            state: State::Unknown,
            due_at: Some(now.saturating_add(wait)),
            ..stored
        };
        // The provider has answered.
        let not_yet = |stored: Request, wait: u64| Request {
            unanswered_looks: 0,
            stuck: None,
            ..unknown(stored, wait)
        };
        let in_vain = |stored: Request, why: &str| Request {
            stuck: Some(why.to_owned()),
            ..unknown(stored, policy.longest_look_seconds)
        };
        if request.conflict {
            // Whatever would be found now, there was another one.
            let due_at = Some(now.saturating_add(policy.longest_look_seconds));
            self.change(request, |stored| is_open(&stored).then_some((Request { due_at, ..stored }, None)))
                .await?;
            return Ok(Searched { provider: Provider::Answers, stuck: true });
        }
        // Another node that has it in its round as well would ask the same dozens of questions.
        let claimed = Request { due_at: Some(now.saturating_add(policy.search_interval_seconds)), ..request };
        if !self.store.compare_and_set(claimed.clone(), None).await? {
            return Ok(Searched { provider: Provider::Answers, stuck: false });
        }
        let request = Request { revision: claimed.revision + 1, ..claimed };
        let reach = self.reach(&request, engine.clock_skew());
        let found = self.find(engine, &request, reach, now).await;
        let stored = match &found {
            Looked::Found(approval_id) => {
                let bound = self.bind(request, approval_id, None, now).await?;
                match bound.filter(|bound| bound.approval_id.as_ref() == Some(approval_id)) {
                    Some(bound) => {
                        let provider = self.look(engine, bound, None, now).await?;
                        return Ok(Searched { provider, stuck: false });
                    }
                    None => return Ok(Searched { provider: Provider::Answers, stuck: true }),
                }
            }
            Looked::Nothing => {
                let doubt = self.doubt(reach, engine.clock_skew());
                // The list may lag behind: only a late "nothing" is proof.
                let late_at = |stored: &Request| {
                    stored.intended_at.saturating_add(policy.submission_seconds + policy.list_lag_seconds)
                };
                // Another node may have stored the intent, by a clock as far from the provider's as it was seen to be (or as
                // far as is allowed, where it was not seen), and this node's may be as far off the other way.
                let apart = engine.clock_skew().map_or(0, i64::unsigned_abs);
                let at_the_intent =
                    |stored: &Request| stored.skew_seconds.unwrap_or(policy.clock_skew_seconds);
                let proven_at = |stored: &Request| {
                    late_at(stored).saturating_add(apart).saturating_add(at_the_intent(stored))
                };
                self.change(request, |stored| {
                    is_open(&stored).then(|| match &doubt {
                        // Two forms were seen meanwhile: nothing is submitted again.
                        _ if stored.conflict => (stored, None),
                        _ if now < late_at(&stored) => {
                            (not_yet(stored, policy.search_interval_seconds), None)
                        }
                        Some(doubt) => (Request { unanswered_looks: 0, ..in_vain(stored, doubt) }, None),
                        // The list has most likely caught up: each wait is as long as all before, for a search among many
                        // forms costs many questions.
                        None if now < proven_at(&stored) => {
                            let wait = now.saturating_sub(late_at(&stored));
                            let left = proven_at(&stored).saturating_sub(now);
                            let wait = wait.min(policy.longest_look_seconds).min(left);
                            (not_yet(stored, wait.max(policy.search_interval_seconds)), None)
                        }
                        None => {
                            let nothing = Request {
                                state: State::Resubmit,
                                due_at: None,
                                stuck: None,
                                unanswered_looks: 0,
                                ..stored
                            };
                            (nothing, Some(Outcome::SubmitAgain))
                        }
                    })
                })
                .await?
            }
            Looked::NotNow(later) => {
                no_answer(&request.key, &found);
                self.change(request, |stored| {
                    is_open(&stored).then(|| {
                        let wait = policy.doubled(policy.search_interval_seconds, stored.unanswered_looks);
                        let unanswered_looks = stored.unanswered_looks.saturating_add(1);
                        let stuck = if unanswered_looks < SILENCE {
                            stored.stuck.clone()
                        } else {
                            Some(format!(
                                "{unanswered_looks} searches in a row had no answer ({}): the operator looks at the \
                                 provider and at the way to it; the host goes on searching",
                                later.reason
                            ))
                        };
                        let searched = unknown(stored, found.wait(policy, wait));
                        (Request { unanswered_looks, stuck, ..searched }, None)
                    })
                })
                .await?
            }
            Looked::Never(why) | Looked::TooMuch(why) => {
                self.change(request, |stored| is_open(&stored).then(|| (in_vain(stored, why), None))).await?
            }
            Looked::Conflict(why) => {
                self.change(request, |stored| {
                    is_open(&stored).then(|| (conflicting(in_vain(stored, why), why), None))
                })
                .await?
            }
        };
        let stuck = stored.is_some_and(|stored| is_open(&stored) && stored.stuck.is_some());
        Ok(Searched { provider: Provider::after(&found), stuck })
    }

    /// The one approval of a request, among all that were submitted while it may have been.
    async fn find(&self, engine: &impl Approvals, request: &Request, reach: u64, now: u64) -> Looked<String> {
        // A clock that was put back since the intent showed a later time then than it does now, and the provider's did not.
        let starts_at = request.created_at.min(request.intended_at).min(now);
        let reach_back = if request.skew_seconds.is_some() { reach } else { reach.max(UNSEEN_SKEW_SECONDS) };
        let starts_at = starts_at.saturating_sub(reach_back);
        let lasts = request.intended_at.saturating_add(self.policy.submission_seconds);
        // Where the skew of the clock at the time is unknown, it may have been put right since.
        let lasts = if request.skew_seconds.is_some() { lasts } else { lasts.max(now) };
        let mut spans = vec![(starts_at, lasts.saturating_add(reach))];
        let mut found = None;
        for _ in 0..QUESTIONS {
            let Some((starts_at, ends_at)) = spans.pop() else {
                return found.map_or(Looked::Nothing, Looked::Found);
            };
            let applicant = request.applicant.as_deref();
            match engine.find(&request.idempotency_key, applicant, starts_at, ends_at).await {
                Looked::Found(approval_id) => match found {
                    Some(other) if other != approval_id => {
                        return Looked::Conflict(format!(
                            "approvals {other} and {approval_id} carry the idempotency key of this request: the \
                             provider's administrator looks which one was copied by hand, and the request is cancelled \
                             in the product"
                        ));
                    }
                    _ => found = Some(approval_id),
                },
                Looked::Nothing => {}
                Looked::TooMuch(why) => {
                    let middle = starts_at + ends_at.saturating_sub(starts_at) / 2;
                    if middle == starts_at {
                        return Looked::Never(why);
                    }
                    spans.extend([(starts_at, middle), (middle, ends_at)]);
                }
                other @ (Looked::NotNow(_) | Looked::Never(_) | Looked::Conflict(_)) => return other,
            }
        }
        Looked::Never(format!(
            "the provider has more approvals of the time than {QUESTIONS} questions tell of: its administrator looks for \
             one that carries {}, and the request is cancelled in the product",
            request.idempotency_key
        ))
    }

    /// How far a search reaches beyond the host's own times: as far as the clocks have been apart, or may be.
    fn reach(&self, request: &Request, skew: Option<i64>) -> u64 {
        let seen = skew.map_or(0, i64::unsigned_abs).max(request.skew_seconds.unwrap_or(0));
        seen.max(self.policy.clock_skew_seconds)
    }

    /// Why "nothing" is no proof, with the clocks as far apart as the answer showed.
    fn doubt(&self, reach: u64, skew: Option<i64>) -> Option<String> {
        let allowed = self.policy.clock_skew_seconds;
        match skew {
            Some(skew) if skew.unsigned_abs() <= allowed && skew.unsigned_abs() <= reach => None,
            Some(skew) => Some(format!(
                "the provider's clock is {skew} s ahead of this host's, and {allowed} s either way are allowed: that its \
                 list does not have the submission proves nothing. The operator sets the host's clock"
            )),
            None if self.policy.trusts_unseen_clock => None,
            None => Some(String::from(
                "the provider's answers have no Date, so this host cannot tell how far the clocks are apart: that its \
                 list does not have the submission proves nothing. The operator compares the clocks and sets \
                 `trusts_unseen_clock`, or the request is cancelled in the product",
            )),
        }
    }
}
