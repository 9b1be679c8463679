//! What a store promises, kept by the one in memory and by a file.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use approval_tracker::{
    Cause, Failure, HostKey, Key, MemoryStore, Message, Notice, Outcome, Pin, Policy, Request, State, Store,
    StoreFailure, Tracker,
};
use approval_tracker_sqlite::SqliteStore;
use host_harness::Digest;
use host_harness::contract::Status;
use tempfile::TempDir;

/// Runs each of these with every kind of store.
macro_rules! with_each_store {
    ($($promise:ident)*) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise(super::MemoryStore::default()).await;
                }
            )*
        }

        mod sqlite {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise(super::File::new().open().await).await;
                }
            )*
        }
    };
}

with_each_store! {
    a_change_from_an_old_revision_changes_nothing_and_decides_nothing
    an_approval_is_bound_to_one_request_of_its_tenant
    all_that_a_request_has_is_kept
    a_key_is_inserted_once_and_a_notice_is_received_once
    a_notice_that_cannot_be_settled_stands_before_no_other
    what_ended_long_ago_is_forgotten_and_nothing_that_may_still_change
    what_was_settled_long_ago_is_forgotten_and_nothing_else
    what_is_due_comes_longest_waiting_first
    what_is_due_comes_from_tenants_in_turn
    a_due_time_that_a_clock_ahead_has_set_counts_as_due
    notices_come_from_tenants_in_turn
    who_is_in_need_of_an_engine_is_known
}

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0.path().join("approvals.sqlite")).await.unwrap()
    }
}

fn key(number: &str) -> Key {
    Key { tenant: "acme".into(), number: number.into() }
}

fn pin(configuration: u64) -> Pin {
    Pin { engine: Digest::of(&configuration.to_be_bytes()), configuration }
}

fn notice(deduplication_key: &str) -> Notice {
    Notice {
        tenant: "acme".into(),
        deduplication_key: deduplication_key.into(),
        approval_id: "A1".into(),
        status: Status::Approved,
        received_at: 100,
    }
}

#[tokio::test]
async fn everything_stored_is_there_after_the_file_is_opened_again() {
    let file = File::new();
    let store = file.open().await;
    let (first, added) = store.insert(Request::intent(key("R1"), pin(1), 10, 70)).await.unwrap();
    assert!(added);
    let bound = Request {
        pin: pin(2),
        state: State::Approved,
        approval_id: Some("A1".into()),
        applicant: Some("zhang.san".into()),
        due_at: None,
        silent_looks: 3,
        unanswered_looks: 2,
        expecting_until: Some(400),
        conflict: true,
        ..first
    };
    assert!(store.compare_and_set(bound.clone(), Some(Outcome::Approved)).await.unwrap());
    assert!(store.receive(notice("N1")).await.unwrap());
    drop(store);

    let store = file.open().await;
    let stored = Request { revision: 1, ..bound };
    assert_eq!(store.request(&key("R1")).await.unwrap(), Some(stored.clone()));
    assert_eq!(store.bound_to("acme", "A1").await.unwrap(), Some(stored));
    assert_eq!(store.bound_to("globex", "A1").await.unwrap(), None);
    assert_eq!(store.settleable(100, 10).await.unwrap(), [notice("N1")]);
    let message = Message { key: key("R1"), outcome: Outcome::Approved };
    assert_eq!(store.outbox().await.unwrap().rows, std::slice::from_ref(&message));
    store.acknowledge(&message).await.unwrap();
    assert_eq!(store.outbox().await.unwrap(), []);
}

async fn a_change_from_an_old_revision_changes_nothing_and_decides_nothing(store: impl Store) {
    let (request, _) = store.insert(Request::intent(key("R1"), pin(1), 10, 70)).await.unwrap();
    let pending = Request { state: State::Pending, ..request.clone() };
    assert!(store.compare_and_set(pending, None).await.unwrap());
    let late = Request { state: State::Rejected, ..request };
    assert!(!store.compare_and_set(late, Some(Outcome::Rejected)).await.unwrap());
    assert_eq!(store.request(&key("R1")).await.unwrap().unwrap().state, State::Pending);
    assert_eq!(store.outbox().await.unwrap(), []);
}

async fn a_key_is_inserted_once_and_a_notice_is_received_once(store: impl Store) {
    store.insert(Request::intent(key("R1"), pin(1), 10, 70)).await.unwrap();
    let (existing, added) = store.insert(Request::intent(key("R1"), pin(1), 99, 99)).await.unwrap();
    assert_eq!((existing.intended_at, added), (10, false));
    assert!(store.receive(notice("N1")).await.unwrap());
    store.settle(&notice("N1")).await.unwrap();
    assert!(!store.receive(notice("N1")).await.unwrap(), "settled is still known");
    assert_eq!(store.settleable(100, 10).await.unwrap(), []);
}

async fn what_was_settled_long_ago_is_forgotten_and_nothing_else(store: impl Store) {
    let at = |key: &str, received_at| Notice { received_at, ..notice(key) };
    for (key, received_at, settled) in [("old", 9, true), ("waits", 9, false), ("new", 10, true)] {
        store.receive(at(key, received_at)).await.unwrap();
        store.receive(Notice { tenant: "globex".into(), ..at(key, received_at) }).await.unwrap();
        if settled {
            store.settle(&at(key, received_at)).await.unwrap();
        }
    }
    assert_eq!(store.forget_settled(10).await.unwrap(), 1);
    assert_eq!(store.forget_settled(10).await.unwrap(), 0);
    let acme = store.settleable(100, 10).await.unwrap().rows;
    let acme = acme.iter().filter(|notice| notice.tenant == "acme").map(|notice| &*notice.deduplication_key);
    assert_eq!(acme.collect::<Vec<_>>(), ["waits"]);
    for (key, is_new) in [("old", true), ("waits", false), ("new", false)] {
        assert_eq!(store.receive(at(key, 20)).await.unwrap(), is_new, "{key}");
        assert!(!store.receive(Notice { tenant: "globex".into(), ..at(key, 20) }).await.unwrap(), "{key}");
    }
}

async fn what_ended_long_ago_is_forgotten_and_nothing_that_may_still_change(store: impl Store) {
    let ended = |number: &str, state| Request {
        state,
        approval_id: Some(format!("A-{number}")),
        heard_at: 9,
        due_at: None,
        ..Request::intent(key(number), pin(1), 5, 5)
    };
    let forgotten = [
        ended("approved", State::Approved),
        ended("rejected", State::Rejected),
        ended("failed", State::Failed),
        ended("abandoned", State::Abandoned),
        ended("revoked", State::Revoked),
    ];
    let kept = [
        Request { due_at: Some(99), ..ended("revocable", State::Approved) },
        Request { heard_at: 10, ..ended("lately", State::Rejected) },
        Request { conflict: true, ..ended("in-conflict", State::Rejected) },
        ended("pending", State::Pending),
        ended("resubmit", State::Resubmit),
        ended("in-the-inbox", State::Approved),
    ];
    for request in forgotten.iter().chain(&kept) {
        store.insert(request.clone()).await.unwrap();
    }
    let (unheard, _) = store.insert(ended("unheard", State::Pending)).await.unwrap();
    let unheard = Request { state: State::Rejected, ..unheard };
    assert!(store.compare_and_set(unheard, Some(Outcome::Rejected)).await.unwrap());
    store.receive(Notice { approval_id: "A-in-the-inbox".into(), ..notice("N1") }).await.unwrap();
    store
        .receive(Notice { tenant: "globex".into(), approval_id: "A-rejected".into(), ..notice("N2") })
        .await
        .unwrap();

    assert_eq!(store.forget_ended(10).await.unwrap(), forgotten.len() as u64);
    assert_eq!(store.forget_ended(10).await.unwrap(), 0);
    for request in &forgotten {
        assert_eq!(store.request(&request.key).await.unwrap(), None);
    }
    for request in kept {
        assert_eq!(store.request(&request.key).await.unwrap(), Some(request));
    }
    store.acknowledge(&Message { key: key("unheard"), outcome: Outcome::Rejected }).await.unwrap();
    assert_eq!(store.forget_ended(10).await.unwrap(), 1, "the product has heard of it");
}

async fn a_notice_that_cannot_be_settled_stands_before_no_other(store: impl Store) {
    let of = |approval_id: &str| Notice { approval_id: approval_id.into(), ..notice(approval_id) };
    for approval_id in ["A1", "A2", "A3"] {
        store.receive(of(approval_id)).await.unwrap();
    }
    let globex = Notice { tenant: "globex".into(), ..of("A2") };
    store.receive(globex.clone()).await.unwrap();
    let (request, _) = store.insert(Request::intent(key("R2"), pin(1), 10, 70)).await.unwrap();
    let bound = Request { approval_id: Some("A2".into()), ..request };
    assert!(store.compare_and_set(bound, None).await.unwrap());
    assert_eq!(store.settleable(99, 1).await.unwrap(), [of("A2")]);
    assert_eq!(
        store.settleable(99, 10).await.unwrap(),
        [of("A2")],
        "another tenant's A2 is another approval"
    );
    assert_eq!(store.settleable(100, 3).await.unwrap(), [of("A1"), globex, of("A2")]);
}

async fn what_is_due_comes_longest_waiting_first(store: impl Store) {
    for (number, due_at) in [("R1", 30), ("R2", 10), ("R3", 20), ("R4", 40)] {
        store.insert(Request::intent(key(number), pin(1), 1, due_at)).await.unwrap();
    }
    let due = store.due(30, 1_000, 2).await.unwrap().rows;
    assert_eq!(due.iter().map(|request| request.key.number.as_str()).collect::<Vec<_>>(), ["R2", "R3"]);
}

async fn what_is_due_comes_from_tenants_in_turn(store: impl Store) {
    for (tenant, number, due_at) in
        [("acme", "R1", 10), ("acme", "R2", 20), ("globex", "R3", 40), ("acme", "R4", 30)]
    {
        let key = Key { tenant: tenant.into(), number: number.into() };
        store.insert(Request::intent(key, pin(1), 1, due_at)).await.unwrap();
    }
    let due = store.due(40, 1_000, 3).await.unwrap().rows;
    assert_eq!(due.iter().map(|request| request.key.number.as_str()).collect::<Vec<_>>(), ["R1", "R3", "R2"]);
}

async fn an_approval_is_bound_to_one_request_of_its_tenant(store: impl Store) {
    let bound = |tenant: &str, number: &str| Request {
        approval_id: Some("A1".into()),
        ..Request::intent(Key { tenant: tenant.into(), number: number.into() }, pin(1), 10, 70)
    };
    let first = bound("acme", "R1");
    store.insert(first.clone()).await.unwrap();
    store.insert(bound("globex", "R1")).await.unwrap();
    let refused = store.insert(bound("acme", "R2")).await.unwrap_err();
    assert_eq!(refused.failure, StoreFailure::AlreadyBound);
    assert_eq!(store.request(&key("R2")).await.unwrap(), None);

    let (second, _) = store.insert(Request::intent(key("R3"), pin(1), 10, 70)).await.unwrap();
    let stolen = Request { approval_id: Some("A1".into()), ..second.clone() };
    let refused = store.compare_and_set(stolen, Some(Outcome::Approved)).await.unwrap_err();
    assert_eq!(refused.failure, StoreFailure::AlreadyBound);
    assert_eq!(store.request(&key("R3")).await.unwrap(), Some(second));
    assert_eq!(store.outbox().await.unwrap(), []);
    assert_eq!(store.bound_to("acme", "A1").await.unwrap(), Some(first));
}

async fn all_that_a_request_has_is_kept(store: impl Store) {
    let request = Request {
        idempotency_key: "R1.ABCDEFGHIJKLMNOP".into(),
        attempt: 3,
        applicant: Some("zhang.san".into()),
        skew_seconds: Some(400),
        conflict: true,
        stuck: Some("the operator sets the clock".into()),
        failure: Some(Failure {
            retry_after_seconds: Some(90),
            ..Failure::of_host(Cause::Refused, "60020", "地址不允许 \" \n")
        }),
        ..Request::intent(key("R1"), pin(1), 10, 70)
    };
    let (inserted, _) = store.insert(request.clone()).await.unwrap();
    assert_eq!(
        (inserted, store.request(&key("R1")).await.unwrap()),
        (request.clone(), Some(request.clone()))
    );
    let changed = Request { attempt: 4, skew_seconds: None, stuck: None, failure: None, ..request };
    assert!(store.compare_and_set(changed.clone(), None).await.unwrap());
    let stored = store.request(&key("R1")).await.unwrap();
    assert_eq!(stored, Some(Request { revision: 1, ..changed }));
}

/// A host asks whether an engine can be unloaded.
async fn a_due_time_that_a_clock_ahead_has_set_counts_as_due(store: impl Store) {
    for (number, due_at) in [("due", 40), ("later", 41), ("at-the-latest", 1_000), ("ahead", 1_001)] {
        store.insert(Request::intent(key(number), pin(1), 10, due_at)).await.unwrap();
    }
    let due = store.due(40, 1_000, 10).await.unwrap();
    assert_eq!(due.rows.iter().map(|request| &*request.key.number).collect::<Vec<_>>(), ["due", "ahead"]);
}

async fn notices_come_from_tenants_in_turn(store: impl Store) {
    for key in ["1", "2", "3"] {
        store.receive(notice(key)).await.unwrap();
    }
    store.receive(Notice { tenant: "globex".into(), ..notice("4") }).await.unwrap();
    let first = store.settleable(100, 2).await.unwrap();
    let first: Vec<_> = first.rows.iter().map(|notice| &*notice.deduplication_key).collect();
    assert_eq!(first, ["1", "4"]);
}

async fn who_is_in_need_of_an_engine_is_known(store: impl Store) {
    let tracker = Tracker::new(store, Policy::default(), HostKey::new(&[7; 32]));
    tracker.store().insert(Request::intent(key("R1"), pin(1), 10, 70)).await.unwrap();
    assert_eq!(tracker.in_need_of(pin(1).engine).await.unwrap(), 1);
    assert_eq!(tracker.in_need_of(pin(2).engine).await.unwrap(), 0);
}
