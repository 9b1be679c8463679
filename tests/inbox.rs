//! News that the store does not take, and a host that dies while it settles its inbox.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::sync::atomic::{AtomicUsize, Ordering};

use approval_tracker::{
    Approvals, Budget, Cause, Failure, HostKey, Key, Later, Looked, MemoryStore, Notice, Pin, Policy,
    Request, State, Store as _, StoreError, Submitted, Tracker,
};
use conformance::T0;
use conformance::stepping::{Stepping, Steps};
use host_harness::contract::{Approval, Event, Operation, Status, SubmissionRequest};

/// Beyond the longest time between two looks.
const LATER: u64 = 3_700;

/// A host that dies before this step.
struct DiesBefore(AtomicUsize);

impl Steps for DiesBefore {
    async fn before(&self, step: &str) -> Result<(), StoreError> {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.wrapping_sub(1), Ordering::Relaxed);
        if left == 0 { Err(StoreError::unavailable(step)) } else { Ok(()) }
    }
}

/// A provider that says this of every approval.
struct Says(Looked<Status>);

impl Approvals for Says {
    fn pin(&self) -> Pin {
        Pin::UNRECORDED
    }

    fn connection(&self) -> String {
        String::from("provider")
    }

    fn clock_skew(&self) -> Option<i64> {
        Some(0)
    }

    async fn applicant(&self, _: &SubmissionRequest) -> Option<String> {
        Some(String::from("zhang.san"))
    }

    async fn submit(&self, _: &SubmissionRequest) -> Submitted {
        Submitted::NotNow(busy())
    }

    async fn status(&self, _: &str) -> Looked<Status> {
        self.0.clone()
    }

    async fn find(&self, _: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        Looked::Nothing
    }
}

/// Nothing was submitted.
fn busy() -> Failure {
    Failure::of_host(Cause::Unavailable, "busy", "the provider is busy")
}

fn key() -> Key {
    Key { tenant: "acme".into(), number: "REQ-1".into() }
}

/// A cancelled request, of which a callback says that it was approved: nothing else would have anybody ask about it.
async fn cancelled() -> MemoryStore {
    let rows = MemoryStore::default();
    let request = Request {
        state: State::Abandoned,
        approval_id: Some("A1".into()),
        due_at: None,
        ..Request::intent(key(), Pin::UNRECORDED, T0, T0)
    };
    rows.insert(request).await.unwrap();
    let notice = Notice {
        tenant: "acme".into(),
        deduplication_key: "N1".into(),
        approval_id: "A1".into(),
        status: Status::Approved,
        received_at: T0,
    };
    rows.receive(notice).await.unwrap();
    rows
}

/// Settles with a provider that does not answer, and dies; then a second host with one that does. Gives the step.
async fn dies_before(step: usize, engine: impl Fn(&Request) -> Option<Says> + Sync) -> Option<String> {
    let rows = cancelled().await;
    let first = Tracker::new(
        Stepping::new(rows.clone(), DiesBefore(AtomicUsize::new(step))),
        Policy::default(),
        HostKey::new(&[7; 32]),
    );
    let died = first.settle(engine, T0).await.err().map(|error| error.operation);

    let second = Tracker::new(rows, Policy::default(), HostKey::new(&[7; 32]));
    let answers = |_: &Request| Some(Says(Looked::Found(Status::Approved)));
    second.settle(answers, T0 + LATER).await.unwrap();
    second.reconcile(answers, &Budget::default(), T0 + LATER).await.unwrap();
    let request = second.store().request(&key()).await.unwrap().unwrap();
    assert_eq!((request.state, request.conflict), (State::Abandoned, true), "died before {died:?}");
    assert_eq!(second.store().settleable(T0 + LATER, 1).await.unwrap(), [], "died before {died:?}");
    died
}

#[tokio::test]
async fn news_without_an_answer_or_an_engine_is_not_lost_whenever_the_host_dies() {
    for engine in [|_: &Request| Some(Says(Looked::NotNow(Later::default()))), |_: &Request| None] {
        let mut died = Vec::new();
        while let Some(step) = dies_before(died.len(), engine).await {
            died.push(step);
        }
        assert_eq!(died, ["settleable", "bound-to", "compare-and-set Abandoned None", "settle"]);
    }
}

fn event(key: &str) -> Event {
    Event {
        approval: Approval {
            approval_id: "A1".into(),
            template_id: "T".into(),
            title: String::new(),
            status: Status::Approved,
            raw_status: String::new(),
            applicant: "zhang.san".into(),
            department: None,
            submitted_at: None,
            steps: vec![],
            notified: vec![],
            comments: vec![],
        },
        operation: Operation::Other,
        raw_operation: String::new(),
        actor: None,
        comment: String::new(),
        occurred_at: T0,
        deduplication_key: key.into(),
        kind: "sys_approval_change".into(),
        message_digest: String::new(),
    }
}

/// The error is what a host answers 503 to. What comes again is stored, without what was stored before.
#[tokio::test]
async fn news_that_is_not_stored_is_an_error_and_is_new_when_it_comes_again() {
    let events = [event("N1"), event("N2")];
    for stored in 0..events.len() {
        let rows = Stepping::new(MemoryStore::default(), DiesBefore(AtomicUsize::new(stored)));
        let tracker = Tracker::new(rows, Policy::default(), HostKey::new(&[7; 32]));
        let lost = StoreError::unavailable("receive");
        assert_eq!(tracker.receive("acme", &events, T0).await, Err(lost));
        assert_eq!(tracker.receive("acme", &events, T0).await, Ok(events.len() - stored));
    }
}
