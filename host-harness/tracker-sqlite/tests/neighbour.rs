//! Rows that this version cannot read, beside those of others.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::path::PathBuf;

use approval_tracker::{
    Approvals, Budget, Cause, Failure, HostKey, Key, Looked, Message, Notice, Outcome, Pin, Policy,
    Reconciled, Request, Settled, State, Store as _, StoreError, StoreFailure, Submitted, Tracker,
    Unreadable,
};
use approval_tracker_sqlite::SqliteStore;
use host_harness::Digest;
use host_harness::contract::{Status, SubmissionRequest};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// Each makes the row of `loud` one that this version cannot read, and the column that is told.
const DAMAGES: [(&str, &str, &str); 5] = [
    ("UPDATE requests SET state = 'held-back' WHERE tenant = 'loud'", "state", "held-back"),
    ("UPDATE requests SET state = 'Corp Secret' WHERE tenant = 'loud'", "state", ""),
    ("UPDATE requests SET engine = 'sha512' WHERE tenant = 'loud'", "engine", ""),
    ("UPDATE requests SET heard_at = -1 WHERE tenant = 'loud'", "heard_at", ""),
    ("UPDATE requests SET silent_looks = 5000000000 WHERE tenant = 'loud'", "silent_looks", ""),
];

struct File(TempDir);

impl File {
    fn path(&self) -> PathBuf {
        self.0.path().join("approvals.sqlite")
    }

    /// A request of each of two tenants, an event and a decision of each.
    async fn of_two_tenants() -> (Self, Tracker<SqliteStore>) {
        let file = Self(TempDir::new().unwrap());
        let store = SqliteStore::open(&file.path()).await.unwrap();
        for tenant in ["loud", "quiet"] {
            let request = Request {
                state: State::Pending,
                approval_id: Some("A1".into()),
                ..Request::intent(key(tenant), pin(), 10, 10)
            };
            store.insert(request).await.unwrap();
            store.receive(notice(tenant)).await.unwrap();
            let decided = Request::intent(Key { number: "REQ-0".into(), ..key(tenant) }, pin(), 5, 99);
            let (decided, _) = store.insert(decided).await.unwrap();
            let decided = Request { state: State::Rejected, due_at: None, ..decided };
            assert!(store.compare_and_set(decided, Some(Outcome::Rejected)).await.unwrap());
        }
        (file, Tracker::new(store, Policy::default(), HostKey::new(&[7; 32])))
    }

    async fn execute(&self, statement: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Nothing was submitted.
fn busy() -> Failure {
    Failure::of_host(Cause::Unavailable, "busy", "the provider is busy")
}

fn key(tenant: &str) -> Key {
    Key { tenant: tenant.into(), number: "REQ-1".into() }
}

fn pin() -> Pin {
    Pin { engine: Digest::of(b"an engine"), configuration: 7 }
}

fn notice(tenant: &str) -> Notice {
    Notice {
        tenant: tenant.into(),
        deduplication_key: "N-12345".into(),
        approval_id: "A1".into(),
        status: Status::Approved,
        received_at: 20,
    }
}

/// A provider that has approved everything.
struct Approves;

impl Approvals for Approves {
    fn pin(&self) -> Pin {
        pin()
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
        Looked::Found(Status::Approved)
    }

    async fn find(&self, _: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        Looked::Nothing
    }
}

fn unreadable(table: &'static str, key: &str, column: &'static str, word: &str) -> Unreadable {
    Unreadable::new(table, "loud", key, column, word)
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_told_and_another_tenants_is_decided() {
    for (damage, column, word) in DAMAGES {
        let (file, tracker) = File::of_two_tenants().await;
        file.execute(damage).await;
        let listed = tracker.store().due(50, 1_000_000, 1).await.unwrap();
        let keys = listed.rows.iter().map(|request| request.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys, [key("quiet")], "{damage}: the other one takes up no place");
        assert_eq!(listed.examples, [unreadable("requests", "REQ-1", column, word)], "{damage}");

        let budget = Budget::default();
        let done = tracker.reconcile(|_| Some(Approves), &budget, 50).await.unwrap();
        assert_eq!(done, Reconciled { asked: 1, unreadable: 1, ..Reconciled::default() }, "{damage}");
        assert_eq!(tracker.store().request(&key("quiet")).await.unwrap().unwrap().state, State::Approved);

        let met = StoreFailure::Unreadable(Box::new(unreadable("requests", "REQ-1", column, word)));
        let refused = StoreError {
            store: file.path().display().to_string(),
            operation: "request".into(),
            failure: met,
        };
        assert_eq!(tracker.store().request(&key("loud")).await, Err(refused), "{damage}");
    }
}

/// It may need the engine, so the operator does not unload that.
#[tokio::test]
async fn a_request_that_cannot_be_read_needs_every_engine() {
    let (file, tracker) = File::of_two_tenants().await;
    file.execute(DAMAGES[0].0).await;
    assert_eq!(tracker.in_need_of(pin().engine).await, Ok(2));
    assert_eq!(tracker.in_need_of(Digest::of(b"another")).await, Ok(1));
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_stands_before_no_other() {
    let (file, tracker) = File::of_two_tenants().await;
    file.execute("UPDATE inbox SET status = 'archived' WHERE tenant = 'loud'").await;
    let listed = tracker.store().settleable(99, 1).await.unwrap();
    assert_eq!((listed.rows, listed.unreadable), (vec![notice("quiet")], 1));
    assert_eq!(listed.examples, [unreadable("inbox", "N-12345", "status", "archived")]);
    tracker.settle(|_| Some(Approves), 50).await.unwrap();
    assert_eq!(tracker.store().request(&key("quiet")).await.unwrap().unwrap().state, State::Approved);
}

/// News of a request that cannot be read, before news of others of the same tenant.
#[tokio::test]
async fn a_request_that_cannot_be_read_keeps_no_other_news_of_its_tenant_in_the_inbox() {
    let (file, tracker) = File::of_two_tenants().await;
    let other = Key { number: "REQ-2".into(), ..key("loud") };
    let pending = Request {
        state: State::Pending,
        approval_id: Some("A2".into()),
        ..Request::intent(other.clone(), pin(), 10, 10)
    };
    tracker.store().insert(pending).await.unwrap();
    let news = Notice { deduplication_key: "N-2".into(), approval_id: "A2".into(), ..notice("loud") };
    tracker.store().receive(news).await.unwrap();
    file.execute("UPDATE requests SET state = 'held-back' WHERE number = 'REQ-1' AND tenant = 'loud'").await;

    let settled = tracker.settle(|_| Some(Approves), 50).await;
    assert_eq!(settled, Ok(Settled { unreadable: 1 }));
    assert_eq!(tracker.store().request(&other).await.unwrap().unwrap().state, State::Approved);
    assert_eq!(tracker.store().settleable(99, 10).await.unwrap(), [notice("loud")]);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_keeps_no_other_from_the_product() {
    let (file, tracker) = File::of_two_tenants().await;
    file.execute("UPDATE outbox SET outcome = 'escalated' WHERE tenant = 'loud'").await;
    let listed = tracker.store().outbox().await.unwrap();
    let message = Message { key: Key { number: "REQ-0".into(), ..key("quiet") }, outcome: Outcome::Rejected };
    assert_eq!((listed.rows, listed.unreadable), (vec![message], 1));
    assert_eq!(listed.examples, [unreadable("outbox", "REQ-0", "outcome", "escalated")]);
}

/// More of them than one round takes up.
#[tokio::test]
async fn a_thousand_tenants_whose_rows_cannot_be_read_keep_nobody_from_being_looked_at() {
    let (file, tracker) = File::of_two_tenants().await;
    file.execute(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000) \
         INSERT INTO requests (tenant, number, revision, state, approval_id, applicant, intended_at, created_at, heard_at, due_at, \
         silent_looks, expecting_until, conflict, engine, configuration, unanswered_looks) \
         SELECT 'loud-' || n, number, revision, 'held-back', approval_id, applicant, intended_at, \
         created_at, heard_at, 1, silent_looks, expecting_until, conflict, engine, configuration, unanswered_looks \
         FROM n, requests WHERE tenant = 'loud' AND number = 'REQ-1'",
    )
    .await;
    let done = tracker.reconcile(|_| Some(Approves), &Budget::default(), 50).await.unwrap();
    assert_eq!(done, Reconciled { asked: 2, unreadable: 1_000, ..Reconciled::default() });
    let listed = tracker.store().due(50, 1_000_000, 500).await.unwrap();
    assert_eq!(listed.examples.len(), 16, "told one by one");
}
