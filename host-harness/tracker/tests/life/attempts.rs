//! Several attempts to submit one request, and what the older ones report late.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use approval_tracker::{
    Budget, Cause, Failure, HostKey, Key, Listed, MemoryStore, Message, Notice, Outcome, Policy, Request,
    State, Store, StoreError, SubmitOutcome, Submitted, Tracker,
};
use tokio::sync::Notify;

use crate::desk::{Desk, T0, busy, pin as engine_pin, request};

/// Beyond the time in which a submission may be on its way and the list may lag.
const GIVEN_UP: u64 = T0 + 660;

async fn is_waiting(job: &mut (impl Future<Output = SubmitOutcome> + Unpin)) -> bool {
    poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut *job).poll(context).is_pending())).await
}

/// A first attempt that has `reports` and waits with it until the gate opens; the host has given it up and said so.
async fn given_up(
    desk: &Desk,
    reports: Submitted,
    gate: &Arc<Notify>,
) -> impl Future<Output = SubmitOutcome> + Unpin {
    desk.provider.set(|answers| {
        answers.submit = reports;
        answers.gate = Some(gate.clone());
    });
    let mut first = Box::pin(desk.submit(T0));
    assert!(is_waiting(&mut first).await);
    desk.reconcile(GIVEN_UP).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
    first
}

fn as_approval(approval_id: &str) -> Submitted {
    Submitted::As { approval_id: approval_id.into(), applicant: "zhang.san".into() }
}

#[tokio::test]
async fn an_older_attempt_that_sent_nothing_changes_nothing_of_a_newer_one() {
    for report in [
        Submitted::NotNow(busy()),
        Submitted::Never(Failure::of_host(Cause::Refused, "60020", "refused")),
        Submitted::Unknown { applicant: Some("li.si".into()) },
    ] {
        let (desk, gate) = (Desk::new(), Arc::new(Notify::new()));
        let first = given_up(&desk, report.clone(), &gate).await;
        // The second is under way: its form may exist by now.
        let second_gate = Arc::new(Notify::new());
        desk.provider.set(|answers| {
            answers.submit = as_approval("A2");
            answers.gate = Some(second_gate.clone());
        });
        let mut second = Box::pin(desk.submit(GIVEN_UP + 1));
        assert!(is_waiting(&mut second).await);
        let before = desk.request().await;
        assert_eq!((before.state, before.attempt), (State::Submitting, 2));

        gate.notify_one();
        first.await;

        assert_eq!(desk.request().await, before, "{report:?}");
        second_gate.notify_one();
        assert_eq!(second.await, SubmitOutcome::Pending { approval_id: "A2".into() });
        assert_eq!(desk.provider.submissions(), 2);
    }
}

#[tokio::test]
async fn an_older_attempt_that_succeeded_after_all_is_bound_and_the_request_is_not_submitted_again() {
    let (desk, gate) = (Desk::new(), Arc::new(Notify::new()));
    let first = given_up(&desk, as_approval("A1"), &gate).await;
    gate.notify_one();
    assert_eq!(first.await, SubmitOutcome::Pending { approval_id: "A1".into() });
    assert_eq!(desk.submit(GIVEN_UP + 1).await, SubmitOutcome::Pending { approval_id: "A1".into() });
    assert_eq!(desk.provider.submissions(), 1);
}

#[tokio::test]
async fn two_attempts_that_both_succeeded_are_a_conflict() {
    let (desk, gate) = (Desk::new(), Arc::new(Notify::new()));
    let first = given_up(&desk, as_approval("A1"), &gate).await;
    desk.provider.set(|answers| answers.submit = as_approval("A2"));
    assert_eq!(desk.submit(GIVEN_UP + 1).await, SubmitOutcome::Pending { approval_id: "A2".into() });
    gate.notify_one();
    assert_eq!(first.await, SubmitOutcome::UnderWay);
    let request = desk.request().await;
    assert_eq!((request.approval_id.as_deref(), request.conflict), (Some("A2"), true));
}

/// A search that is under way while another node gives up and a new attempt begins.
#[tokio::test]
async fn a_search_for_an_older_attempt_changes_nothing_of_a_newer_one() {
    let desk = Desk::new();
    let rows = desk.tracker.store().clone();
    rows.insert(Request::intent(crate::desk::key(), engine_pin(), T0, T0 + 60)).await.unwrap();
    let tracker = Tracker::new(
        Odd { rows: rows.clone(), overtakes: AtomicBool::new(true), takes: Duration::ZERO },
        Policy::default(),
        HostKey::new(&[7; 32]),
    );
    let provider = desk.provider.clone();
    tracker.reconcile(|_| Some(provider.clone()), &Budget::default(), GIVEN_UP).await.unwrap();

    assert_eq!(desk.provider.searches().len(), 1);
    let stored = desk.request().await;
    assert_eq!((stored.attempt, stored.state, stored.due_at), (2, State::Submitting, Some(GIVEN_UP + 60)));
    assert_eq!(desk.outcomes().await, []);
}

/// The tags of both attempts are the same, and no caller chooses them.
#[tokio::test]
async fn every_attempt_carries_the_key_that_the_host_makes() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::NotNow(busy()));
    desk.submit(T0).await;
    desk.submit(T0 + 1).await;
    let [first, second] = desk.provider.submitted().try_into().unwrap();
    assert_eq!(first, second);
    let (number, tag) = first.rsplit_once('.').unwrap();
    assert_eq!((number, tag.len()), ("REQ-1", 16));
    assert_ne!(first, request().idempotency_key);
}

#[tokio::test]
async fn a_number_that_cannot_be_one_is_refused_before_anything_is_stored() {
    let desk = Desk::new();
    let key = Key { tenant: "acme".into(), number: "REQ 1".into() };
    let refused = desk.tracker.submit_once(&desk.provider, &key, &request(), T0).await.unwrap();
    assert_eq!(
        refused,
        SubmitOutcome::Failed(Failure::of_host(
            Cause::Request,
            "request-number",
            "a request number is 1 to 47 characters of A-Z a-z 0-9 . _ : -: the product gives another one, and nothing \
             was stored or sent"
        ))
    );
    assert_eq!(desk.tracker.store().request(&key).await.unwrap(), None);
}

#[tokio::test]
async fn an_approval_is_bound_to_one_request_and_a_second_one_gets_nothing() {
    let desk = Desk::new();
    desk.submit(T0).await;
    let other = Key { tenant: "acme".into(), number: "REQ-2".into() };
    let submitted = desk.tracker.submit_once(&desk.provider, &other, &request(), T0).await.unwrap();
    assert_eq!(submitted, SubmitOutcome::UnderWay);
    let stored = desk.tracker.store().request(&other).await.unwrap().unwrap();
    assert_eq!((stored.state, stored.approval_id, stored.conflict), (State::Unknown, None, true));
    assert_eq!(
        stored.stuck.unwrap(),
        "approval A1 is bound to request REQ-1: the provider's administrator looks which of the two it belongs to, and \
         the other one is cancelled in the product"
    );
    assert_eq!(desk.reconcile(T0 + 60).await.stuck, 1);
}

/// Another node may give the attempt up while its form is on its way.
#[tokio::test(start_paused = true)]
async fn an_intent_that_took_too_long_to_store_is_not_sent() {
    let half = Duration::from_secs(30);
    for (takes, submissions) in [(half, 0), (half - Duration::from_millis(1), 1)] {
        let desk = Desk::new();
        let rows = desk.tracker.store().clone();
        let tracker = Tracker::new(
            Odd { rows, overtakes: AtomicBool::new(false), takes },
            Policy::default(),
            HostKey::new(&[7; 32]),
        );
        let outcome = tracker.submit_once(&desk.provider, &crate::desk::key(), &request(), T0).await.unwrap();
        assert_eq!(desk.provider.submissions(), submissions);
        let stored = desk.request().await;
        if submissions > 0 {
            assert_eq!(outcome, SubmitOutcome::Pending { approval_id: "A1".into() });
            continue;
        }
        let failure = Failure::of_host(
            Cause::Unavailable,
            "slow-store",
            "the store took so long to keep the intent that another node may take the submission for lost soon: nothing \
             was sent, and the product is told to submit again; the operator looks at the store",
        );
        assert_eq!(outcome, SubmitOutcome::NotNow(failure.clone()));
        assert_eq!((stored.state, stored.failure), (State::Resubmit, Some(failure)));
        desk.reconcile(T0 + 60).await;
        assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
    }
}

/// A store that is slow to insert, or in which a new attempt begins behind the first change.
struct Odd {
    rows: MemoryStore,
    /// Whether the next change is overtaken.
    overtakes: AtomicBool,
    takes: Duration,
}

impl Store for Odd {
    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let set = self.rows.compare_and_set(changed.clone(), outcome).await?;
        if set && self.overtakes.swap(false, Ordering::Relaxed) {
            let newer = Request {
                revision: changed.revision + 1,
                attempt: changed.attempt + 1,
                state: State::Submitting,
                intended_at: GIVEN_UP,
                due_at: Some(GIVEN_UP + 60),
                ..changed
            };
            assert!(self.rows.compare_and_set(newer, None).await?);
        }
        Ok(set)
    }

    async fn forget_ended(&self, before: u64) -> Result<u64, StoreError> {
        self.rows.forget_ended(before).await
    }

    async fn due(&self, now: u64, latest: u64, most: usize) -> Result<Listed<Request>, StoreError> {
        self.rows.due(now, latest, most).await
    }

    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        let inserted = self.rows.insert(request).await?;
        tokio::time::sleep(self.takes).await;
        Ok(inserted)
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.rows.request(key).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.rows.bound_to(tenant, approval_id).await
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.rows.receive(notice).await
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Listed<Notice>, StoreError> {
        self.rows.settleable(since, most).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.rows.settle(notice).await
    }

    async fn forget_settled(&self, before: u64) -> Result<u64, StoreError> {
        self.rows.forget_settled(before).await
    }

    async fn outbox(&self) -> Result<Listed<Message>, StoreError> {
        self.rows.outbox().await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.rows.acknowledge(message).await
    }
}
