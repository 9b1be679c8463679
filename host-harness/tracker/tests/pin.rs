//! D32: an engine is swapped while requests are open, and each of them ends on the engine that it began on.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use approval_tracker::{
    Approvals, Budget, Cause, Failure, HostKey, Key, Looked, MemoryStore, Notice, Pin, Policy, Reconciled,
    Request, State, Store as _, SubmitOutcome, Submitted, Tracker,
};
use host_harness::Digest;
use host_harness::contract::{Account, Route, Status, SubmissionRequest};

const T0: u64 = 1_767_225_600;

/// One version of an engine, and what it was asked for.
#[derive(Clone)]
struct Engine {
    pin: Pin,
    submits: Submitted,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Engine {
    fn version(version: u64) -> Self {
        Self {
            pin: Pin { engine: Digest::of(&version.to_be_bytes()), configuration: version },
            submits: Submitted::Unknown { applicant: None },
            asked: Arc::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Approvals for Engine {
    fn pin(&self) -> Pin {
        self.pin
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

    async fn submit(&self, request: &SubmissionRequest) -> Submitted {
        self.asked.lock().unwrap().push(format!("submit {}", number(&request.idempotency_key)));
        self.submits.clone()
    }

    async fn status(&self, approval_id: &str) -> Looked<Status> {
        self.asked.lock().unwrap().push(format!("status of {approval_id}"));
        Looked::Found(Status::Approved)
    }

    async fn find(&self, key: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        self.asked.lock().unwrap().push(format!("find {}", number(key)));
        Looked::Found(format!("A-{}", number(key)))
    }
}

/// The number that an idempotency key is made of.
fn number(idempotency_key: &str) -> &str {
    idempotency_key.rsplit_once('.').unwrap().0
}

/// The engines that are loaded, by digest.
struct Loaded(BTreeMap<Digest, Engine>);

impl Loaded {
    fn of<'a>(engines: impl IntoIterator<Item = &'a Engine>) -> Self {
        Self(engines.into_iter().map(|engine| (engine.pin.engine, engine.clone())).collect())
    }

    fn pinned(&self, request: &Request) -> Option<Engine> {
        self.0.get(&request.pin.engine).cloned()
    }
}

/// Nothing was submitted.
fn busy() -> Failure {
    Failure::of_host(Cause::Unavailable, "busy", "the provider is busy")
}

fn key(number: &str) -> Key {
    Key { tenant: "acme".into(), number: number.into() }
}

async fn submit(tracker: &Tracker<MemoryStore>, engine: &Engine, number: &str, now: u64) -> SubmitOutcome {
    let request = SubmissionRequest {
        idempotency_key: number.into(),
        applicant: Account { id: "u-1".into(), display_name: "张三".into(), attributes: vec![] },
        department: None,
        summary: vec![],
        fields: vec![],
        route: Route::TemplateFlow,
    };
    tracker.submit_once(engine, &key(number), &request, now).await.unwrap()
}

/// A request that waits for approvers, and a callback that says they agreed.
async fn hear(tracker: &Tracker<MemoryStore>, engine: &Engine, number: &str) {
    let approval_id = format!("A-{number}");
    let pending = Request {
        state: State::Pending,
        approval_id: Some(approval_id.clone()),
        due_at: Some(T0 + 3_600),
        ..Request::intent(key(number), engine.pin, T0, T0)
    };
    tracker.store().insert(pending).await.unwrap();
    let notice = Notice {
        tenant: "acme".into(),
        deduplication_key: number.into(),
        approval_id,
        status: Status::Approved,
        received_at: T0,
    };
    tracker.store().receive(notice).await.unwrap();
}

async fn stored(tracker: &Tracker<MemoryStore>, number: &str) -> Request {
    tracker.store().request(&key(number)).await.unwrap().unwrap()
}

async fn reconcile(tracker: &Tracker<MemoryStore>, loaded: &Loaded, now: u64) -> Reconciled {
    tracker.reconcile(|request| loaded.pinned(request), &Budget::default(), now).await.unwrap()
}

#[tokio::test]
async fn every_request_is_looked_after_by_the_engine_it_began_on() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let (old, new) = (Engine::version(1), Engine::version(2));
    submit(&tracker, &old, "R1", T0).await;
    submit(&tracker, &new, "R2", T0).await;
    assert_eq!(stored(&tracker, "R1").await.pin, old.pin);
    assert_eq!((old.asked(), new.asked()), (vec!["submit R1".to_owned()], vec!["submit R2".to_owned()]));

    reconcile(&tracker, &Loaded::of([&old, &new]), T0 + 60).await;

    assert_eq!(old.asked(), ["find R1", "status of A-R1"]);
    assert_eq!(new.asked(), ["find R2", "status of A-R2"]);
}

#[tokio::test]
async fn a_call_for_a_request_that_is_under_way_moves_it_to_no_other_engine() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let (old, new) = (Engine::version(1), Engine::version(2));
    submit(&tracker, &old, "R1", T0).await;

    assert_eq!(submit(&tracker, &new, "R1", T0 + 1).await, SubmitOutcome::UnderWay);

    assert_eq!(stored(&tracker, "R1").await.pin, old.pin);
    assert_eq!(new.asked(), Vec::<String>::new());
}

/// Nothing of it exists at the provider, so nothing is left to end.
#[tokio::test]
async fn a_request_that_was_not_submitted_is_tried_again_on_the_engine_of_the_day() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let old = Engine { submits: Submitted::NotNow(busy()), ..Engine::version(1) };
    let new = Engine::version(2);
    submit(&tracker, &old, "R1", T0).await;

    submit(&tracker, &new, "R1", T0 + 1).await;

    assert_eq!(stored(&tracker, "R1").await.pin, new.pin);
}

#[tokio::test]
async fn a_request_whose_engine_is_gone_waits_and_is_counted_and_delays_nobody() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let (old, new) = (Engine::version(1), Engine::version(2));
    submit(&tracker, &old, "R1", T0).await;
    submit(&tracker, &new, "R2", T0).await;

    let done = reconcile(&tracker, &Loaded::of([&new]), T0 + 60).await;
    assert_eq!(done, Reconciled { asked: 1, without_engine: 1, ..Reconciled::default() });
    assert_eq!(stored(&tracker, "R1").await.state, State::Unknown);
    assert_eq!(reconcile(&tracker, &Loaded::of([&new]), T0 + 60).await, Reconciled::default());

    reconcile(&tracker, &Loaded::of([&old, &new]), T0 + 120).await;
    assert_eq!(stored(&tracker, "R1").await.state, State::Approved);
}

#[tokio::test]
async fn an_engine_is_needed_until_the_last_request_on_it_has_ended() {
    let policy = Policy { revocable_seconds: 600, ..Policy::default() };
    let tracker = Tracker::new(MemoryStore::default(), policy, HostKey::new(&[7; 32]));
    let (old, new) = (Engine::version(1), Engine::version(2));
    submit(&tracker, &old, "R1", T0).await;
    submit(&tracker, &new, "R2", T0).await;
    assert_eq!(tracker.in_need_of(old.pin.engine).await.unwrap(), 1);

    let loaded = Loaded::of([&old, &new]);
    reconcile(&tracker, &loaded, T0 + 60).await;
    assert_eq!(tracker.in_need_of(old.pin.engine).await.unwrap(), 1, "it may still be revoked");

    reconcile(&tracker, &loaded, T0 + 3_600).await;
    assert_eq!(tracker.in_need_of(old.pin.engine).await.unwrap(), 0);
}

#[tokio::test]
async fn news_for_an_engine_that_is_gone_waits_for_it_and_holds_nobody_back() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let (old, new) = (Engine::version(1), Engine::version(2));
    for n in 1..=250 {
        hear(&tracker, &old, &format!("R{n}")).await;
    }
    hear(&tracker, &new, "R251").await;

    for _ in 0..3 {
        tracker.settle(|request| Loaded::of([&new]).pinned(request), T0 + 1).await.unwrap();
    }
    assert_eq!(stored(&tracker, "R251").await.state, State::Approved);
    let done = reconcile(&tracker, &Loaded::of([&new]), T0 + 1).await;
    assert_eq!(done, Reconciled { without_engine: 250, ..Reconciled::default() });

    let done = reconcile(&tracker, &Loaded::of([&old, &new]), T0 + 61).await;
    assert_eq!(done, Reconciled { asked: 250, ..Reconciled::default() });
    assert_eq!(stored(&tracker, "R250").await.state, State::Approved);
}

#[tokio::test]
async fn an_approval_of_what_was_cancelled_is_flagged_once_the_engine_is_back() {
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let old = Engine::version(1);
    hear(&tracker, &old, "R1").await;
    assert!(tracker.abandon(stored(&tracker, "R1").await, T0).await.unwrap());

    tracker.settle(|_| None::<Engine>, T0 + 1).await.unwrap();
    assert!(!stored(&tracker, "R1").await.conflict);

    reconcile(&tracker, &Loaded::of([&old]), T0 + 1).await;
    let request = stored(&tracker, "R1").await;
    assert_eq!((request.state, request.conflict, request.due_at), (State::Abandoned, true, None));
}
