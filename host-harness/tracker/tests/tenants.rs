//! One tenant's trouble is no other tenant's: a provider that hangs, a clock that was ahead.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use approval_tracker::{
    Approvals, Budget, Cause, Failure, HostKey, Key, Later, Looked, MemoryStore, Message, Notice, Outcome,
    Pin, Policy, Reconciled, Request, State, Store as _, Submitted, Tracker,
};
use host_harness::contract::{Status, SubmissionRequest};
use tokio::sync::Semaphore;

const T0: u64 = 1_767_225_600;

/// The providers of all tenants. Each approves what it is asked about; some answer later, or not at all.
#[derive(Clone, Default)]
struct Providers(Arc<Mutex<BTreeMap<String, Provider>>>);

#[derive(Clone, Default)]
struct Provider {
    asked: usize,
    /// A question waits until it may go on.
    hangs: Option<Arc<Semaphore>>,
    times_out: bool,
}

impl Providers {
    fn of(&self, tenant: &str) -> Engine {
        Engine { tenant: tenant.into(), providers: self.clone() }
    }

    fn hangs(&self, tenant: &str) -> Arc<Semaphore> {
        let goes_on = Arc::new(Semaphore::new(0));
        self.0.lock().unwrap().entry(tenant.into()).or_default().hangs = Some(goes_on.clone());
        goes_on
    }

    fn times_out(&self, tenant: &str) {
        self.0.lock().unwrap().entry(tenant.into()).or_default().times_out = true;
    }

    fn asked(&self, tenant: &str) -> usize {
        self.0.lock().unwrap().get(tenant).map_or(0, |provider| provider.asked)
    }
}

/// The engine of one tenant.
struct Engine {
    tenant: String,
    providers: Providers,
}

impl Approvals for Engine {
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
        None
    }

    async fn submit(&self, _: &SubmissionRequest) -> Submitted {
        Submitted::NotNow(busy())
    }

    async fn status(&self, _: &str) -> Looked<Status> {
        let provider = {
            let mut providers = self.providers.0.lock().unwrap();
            let provider = providers.entry(self.tenant.clone()).or_default();
            provider.asked += 1;
            provider.clone()
        };
        if let Some(goes_on) = provider.hangs {
            goes_on.acquire().await.unwrap().forget();
        }
        if provider.times_out { Looked::NotNow(Later::default()) } else { Looked::Found(Status::Approved) }
    }

    async fn find(&self, _: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        Looked::Nothing
    }
}

/// Nothing was submitted.
fn busy() -> Failure {
    Failure::of_host(Cause::Unavailable, "busy", "the provider is busy")
}

fn key(tenant: &str, n: usize) -> Key {
    Key { tenant: tenant.into(), number: format!("REQ-{n}") }
}

fn pending(tenant: &str, n: usize) -> Request {
    Request {
        state: State::Pending,
        approval_id: Some(format!("A{n}")),
        ..Request::intent(key(tenant, n), Pin::UNRECORDED, T0, T0)
    }
}

fn notice(tenant: &str, n: usize) -> Notice {
    Notice {
        tenant: tenant.into(),
        deduplication_key: format!("N{n}"),
        approval_id: format!("A{n}"),
        status: Status::Approved,
        received_at: T0,
    }
}

/// Requests that wait for approvers, all of them approved by now as callbacks say, or, without those, silent and due.
async fn tracker(tenants: &[(&str, usize)], news: bool) -> Tracker<MemoryStore> {
    let rows = MemoryStore::default();
    for (tenant, requests) in tenants {
        for n in 0..*requests {
            rows.insert(pending(tenant, n)).await.unwrap();
            if news {
                rows.receive(notice(tenant, n)).await.unwrap();
            }
        }
    }
    Tracker::new(rows, Policy::default(), HostKey::new(&[7; 32]))
}

/// Goes on until nothing can without the semaphore of a provider that hangs.
fn go_on<T>(round: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match round.poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(done) => Some(done),
        std::task::Poll::Pending => None,
    }
}

async fn decided(tracker: &Tracker<MemoryStore>, tenant: &str) -> usize {
    let outbox: Vec<Message> = tracker.store().outbox().await.unwrap().rows;
    outbox
        .iter()
        .filter(|message| message.key.tenant == tenant && message.outcome == Outcome::Approved)
        .count()
}

#[tokio::test]
async fn news_of_a_tenant_whose_provider_hangs_delays_no_other_tenant_s_decision() {
    let (tracker, providers) = (tracker(&[("hangs", 99), ("quick", 1)], true).await, Providers::default());
    let goes_on = providers.hangs("hangs");
    let mut round = pin!(tracker.settle(|request| Some(providers.of(&request.key.tenant)), T0 + 1));
    assert_eq!(go_on(round.as_mut()), None, "it waits for the one that hangs");
    assert_eq!(decided(&tracker, "quick").await, 1);
    assert_eq!(providers.asked("hangs"), 1, "one question a tenant at a time");

    goes_on.add_permits(99);
    assert_eq!(round.await.map(drop), Ok(()));
    assert_eq!((providers.asked("hangs"), decided(&tracker, "hangs").await), (99, 99));
}

#[tokio::test]
async fn silence_of_a_tenant_whose_provider_hangs_delays_no_other_tenant_s_decision() {
    let (tracker, providers) = (tracker(&[("hangs", 99), ("quick", 1)], false).await, Providers::default());
    let goes_on = providers.hangs("hangs");
    let budget = Budget::default();
    let mut round = pin!(tracker.reconcile(|request| Some(providers.of(&request.key.tenant)), &budget, T0));
    assert_eq!(go_on(round.as_mut()), None, "it waits for the one that hangs");
    assert_eq!(decided(&tracker, "quick").await, 1);
    assert_eq!(providers.asked("hangs"), 1, "one question a tenant at a time");

    goes_on.add_permits(99);
    assert_eq!(round.await, Ok(Reconciled { asked: 100, ..Reconciled::default() }));
}

#[tokio::test]
async fn after_a_question_without_an_answer_the_tenant_s_other_news_waits_for_the_next_round() {
    let (tracker, providers) = (tracker(&[("silent", 99)], true).await, Providers::default());
    providers.times_out("silent");
    for round in 1..=3 {
        tracker.settle(|request| Some(providers.of(&request.key.tenant)), T0 + 1).await.unwrap();
        assert_eq!(providers.asked("silent"), round);
    }
    let left = tracker.store().settleable(T0, usize::MAX).await.unwrap();
    assert_eq!(left.rows.len(), 96, "three are left to `reconcile`, the others wait in the inbox");
}

#[tokio::test]
async fn after_a_question_without_an_answer_the_tenant_s_other_requests_wait_for_the_next_round() {
    let (tracker, providers) = (tracker(&[("silent", 99)], false).await, Providers::default());
    providers.times_out("silent");
    let engine = |request: &Request| Some(providers.of(&request.key.tenant));
    let done = tracker.reconcile(engine, &Budget::default(), T0).await.unwrap();
    assert_eq!(done, Reconciled { asked: 1, postponed: 98, ..Reconciled::default() });
    let done = tracker.reconcile(engine, &Budget::default(), T0).await.unwrap();
    assert_eq!(done, Reconciled { asked: 1, postponed: 97, ..Reconciled::default() });
}

#[tokio::test]
async fn a_clock_that_was_ahead_and_is_put_right_silences_no_request() {
    let (tracker, providers) = (tracker(&[("acme", 1)], false).await, Providers::default());
    let engine = |request: &Request| Some(providers.of(&request.key.tenant));
    let ahead = Request { due_at: Some(T0 + 8 * 3_600), ..pending("acme", 0) };
    assert!(tracker.store().compare_and_set(ahead, None).await.unwrap());
    let done = tracker.reconcile(engine, &Budget::default(), T0).await.unwrap();
    assert_eq!(done, Reconciled { asked: 1, from_the_future: 1, ..Reconciled::default() });
    assert_eq!(decided(&tracker, "acme").await, 1);
}

#[tokio::test]
async fn a_due_time_within_the_longest_wait_is_kept() {
    let (tracker, providers) = (tracker(&[("acme", 1)], false).await, Providers::default());
    let later = Request { due_at: Some(T0 + 3_600), ..pending("acme", 0) };
    assert!(tracker.store().compare_and_set(later, None).await.unwrap());
    let engine = |request: &Request| Some(providers.of(&request.key.tenant));
    let done = tracker.reconcile(engine, &Budget::default(), T0).await.unwrap();
    assert_eq!(done, Reconciled::default());
}

#[tokio::test]
async fn a_provider_that_asks_for_a_day_s_patience_is_asked_again_after_the_longest_wait() {
    struct Shut;
    impl Approvals for Shut {
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
            None
        }

        async fn submit(&self, _: &SubmissionRequest) -> Submitted {
            Submitted::NotNow(busy())
        }

        async fn status(&self, _: &str) -> Looked<Status> {
            Looked::NotNow(Later { retry_after_seconds: Some(86_400), ..Later::default() })
        }

        async fn find(&self, _: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
            Looked::Nothing
        }
    }
    let tracker = tracker(&[("acme", 1)], false).await;
    tracker.reconcile(|_| Some(Shut), &Budget::default(), T0).await.unwrap();
    let request = tracker.store().request(&key("acme", 0)).await.unwrap().unwrap();
    assert_eq!(request.due_at, Some(T0 + 3_600));
}
