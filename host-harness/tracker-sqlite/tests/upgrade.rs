//! Files of other builds.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::path::PathBuf;

use approval_tracker::{
    Key, Message, Notice, Outcome, Pin, Request, State, Store as _, StoreError, StoreFailure,
};
use approval_tracker_sqlite::SqliteStore;
use host_harness::Digest;
use host_harness::contract::Status;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

/// The tables of the first build, and what the one that pins requests had in place of one. Neither said which version
/// they are.
const BEFORE_PINS: &str = include_str!("files/before-pins.sql");
const WITH_PINS: &str = include_str!("files/with-pins.sql");

const REST: &str = "
    INSERT INTO inbox (tenant, deduplication_key, approval_id, status, received_at)
        VALUES ('acme', 'N1', 'A1', 'approved', 20);
    INSERT INTO outbox (tenant, number, outcome) VALUES ('acme', 'R0', 'rejected');
";

struct File(TempDir);

impl File {
    async fn of(statements: &[&'static str]) -> Self {
        let file = Self(TempDir::new().unwrap());
        let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        for statement in statements {
            sqlx::raw_sql(*statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("approvals.sqlite")
    }

    fn error(&self, operation: &str, failure: StoreFailure) -> StoreError {
        StoreError { store: self.path().display().to_string(), operation: operation.into(), failure }
    }

    async fn execute(&self, statement: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn execute_text(&self, statement: String) {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn version(&self) -> i64 {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.unwrap()
    }

    /// Opens the file twice: the first time may change it, the second finds it as it has to be.
    async fn holds(&self, pin: Pin) {
        for _ in 0..2 {
            let store = SqliteStore::open(&self.path()).await.unwrap();
            let key = |number: &str| Key { tenant: "acme".into(), number: number.into() };
            let request = Request {
                revision: 1,
                state: State::Pending,
                approval_id: Some("A1".into()),
                applicant: Some("zhang.san".into()),
                due_at: Some(130),
                silent_looks: 2,
                expecting_until: Some(320),
                ..Request::intent(key("R1"), pin, 10, 70)
            };
            assert_eq!(store.request(&key("R1")).await.unwrap(), Some(request));
            let notice = Notice {
                tenant: "acme".into(),
                deduplication_key: "N1".into(),
                approval_id: "A1".into(),
                status: Status::Approved,
                received_at: 20,
            };
            assert_eq!(store.settleable(0, 10).await.unwrap(), [notice]);
            let message = Message { key: key("R0"), outcome: Outcome::Rejected };
            assert_eq!(store.outbox().await.unwrap(), [message]);
        }
    }
}

#[tokio::test]
async fn a_file_from_before_pins_opens_with_all_it_holds_and_its_requests_have_no_pin() {
    let rows = "INSERT INTO requests VALUES \
        ('acme', 'R1', 1, 'pending', 'A1', 'zhang.san', 10, 10, 10, 130, 2, 320, FALSE)";
    File::of(&[BEFORE_PINS, rows, REST]).await.holds(Pin::UNRECORDED).await;
}

#[tokio::test]
async fn a_file_with_pins_that_tells_no_version_opens_with_all_it_holds() {
    let rows = "INSERT INTO requests VALUES ('acme', 'R1', \
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', \
        7, 1, 'pending', 'A1', 'zhang.san', 10, 10, 10, 130, 2, 320, FALSE)";
    let pin = Pin { engine: Digest::of(b"abc"), configuration: 7 };
    File::of(&[BEFORE_PINS, WITH_PINS, rows, REST]).await.holds(pin).await;
}

/// Two requests of one approval: one keeps it, and of the other one a person is told.
#[tokio::test]
async fn a_file_with_an_approval_bound_twice_keeps_it_for_the_first_and_flags_the_other() {
    let rows = "INSERT INTO requests VALUES \
        ('acme', 'R1', 1, 'pending', 'A1', 'zhang.san', 20, 20, 20, 130, 2, NULL, FALSE), \
        ('acme', 'R2', 1, 'pending', 'A1', 'zhang.san', 10, 10, 10, 130, 2, NULL, FALSE), \
        ('globex', 'R1', 1, 'pending', 'A1', 'zhang.san', 30, 30, 30, 130, 2, NULL, FALSE)";
    let file = File::of(&[BEFORE_PINS, rows]).await;
    let store = SqliteStore::open(&file.path()).await.unwrap();
    let read = async |tenant: &str, number: &str| {
        let key = Key { tenant: tenant.into(), number: number.into() };
        let request = store.request(&key).await.unwrap().unwrap();
        (request.approval_id, request.conflict, request.stuck)
    };
    assert_eq!(read("acme", "R2").await, (Some("A1".into()), false, None));
    assert_eq!(read("globex", "R1").await, (Some("A1".into()), false, None));
    let told = "approval A1 was bound to another request as well: the provider's administrator looks which of the \
                two it belongs to, and the other one is cancelled in the product";
    assert_eq!(read("acme", "R1").await, (None, true, Some(told.into())));
}

/// The product has granted something for the later one.
#[tokio::test]
async fn a_file_with_an_approval_bound_twice_keeps_it_for_the_one_that_needs_it() {
    for (first, second, kept) in [
        ("pending", "approved", "R2"),
        ("abandoned", "pending", "R2"),
        ("rejected", "approved", "R2"),
        ("approved", "pending", "R1"),
        ("rejected", "abandoned", "R1"),
    ] {
        let file = File::of(&[BEFORE_PINS]).await;
        for (number, state, at) in [("R1", first, 10), ("R2", second, 20)] {
            let row = format!(
                "INSERT INTO requests VALUES \
                 ('acme', '{number}', 1, '{state}', 'A1', 'zhang.san', {at}, {at}, {at}, 130, 2, NULL, FALSE)"
            );
            file.execute_text(row).await;
        }
        let store = SqliteStore::open(&file.path()).await.unwrap();
        let bound = store.bound_to("acme", "A1").await.unwrap().unwrap();
        assert_eq!((bound.key.number.as_str(), bound.conflict), (kept, false), "{first} {second}");
        let due = store.due(130, 999, 10).await.unwrap();
        let told = due.into_iter().find(|request| request.key.number != kept).unwrap();
        assert_eq!((told.approval_id, told.conflict, told.stuck.is_some()), (None, true, true));
    }
}

#[tokio::test]
async fn a_new_file_is_of_the_version_that_an_upgraded_one_gets() {
    let (upgraded, new) = (File::of(&[BEFORE_PINS]).await, File::of(&[]).await);
    for file in [&upgraded, &new] {
        SqliteStore::open(&file.path()).await.unwrap();
    }
    assert_eq!(new.version().await, 4);
    assert_eq!(upgraded.version().await, 4);
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_and_stays_as_it_is() {
    let file = File::of(&["CREATE TABLE requests (approved_by_telepathy); PRAGMA user_version = 99"]).await;
    let refused = SqliteStore::open(&file.path()).await.unwrap_err();
    assert_eq!(refused, file.error("open", StoreFailure::Newer { found: 99, known: 4 }));
    assert_eq!(
        refused.to_string(),
        format!(
            "the store {} failed at open: its tables are of version 99, this program knows them up to 4: the operator \
             runs the program that upgraded them, or a newer one",
            file.path().display()
        )
    );
    assert_eq!(file.version().await, 99);
}

/// During an update, an older process still has the file open.
#[tokio::test]
async fn a_process_writes_nothing_to_a_file_that_a_newer_program_has_upgraded() {
    let file = File::of(&[]).await;
    let store = SqliteStore::open(&file.path()).await.unwrap();
    let key = Key { tenant: "acme".into(), number: "R1".into() };
    let (request, _) = store.insert(Request::intent(key.clone(), Pin::UNRECORDED, 10, 70)).await.unwrap();
    file.execute("PRAGMA user_version = 99").await;

    let newer = |operation| file.error(operation, StoreFailure::Newer { found: 99, known: 4 });
    let other = Key { number: "R2".into(), ..key.clone() };
    let intent = Request::intent(other.clone(), Pin::UNRECORDED, 10, 70);
    assert_eq!(store.insert(intent).await, Err(newer("insert")));
    let approved = Request { state: State::Approved, ..request.clone() };
    let set = store.compare_and_set(approved, Some(Outcome::Approved)).await;
    assert_eq!(set, Err(newer("compare_and_set")));
    let notice = Notice {
        tenant: "acme".into(),
        deduplication_key: "N1".into(),
        approval_id: "A1".into(),
        status: Status::Approved,
        received_at: 20,
    };
    assert_eq!(store.receive(notice.clone()).await, Err(newer("receive")));
    assert_eq!(store.settle(&notice).await, Err(newer("settle")));
    assert_eq!(store.forget_settled(99).await, Err(newer("forget_settled")));
    assert_eq!(store.forget_ended(99).await, Err(newer("forget_ended")));
    let message = Message { key: key.clone(), outcome: Outcome::Approved };
    assert_eq!(store.acknowledge(&message).await, Err(newer("acknowledge")));

    assert_eq!(store.request(&key).await, Ok(Some(request)));
    assert_eq!(store.request(&other).await, Ok(None));
    assert_eq!(store.settleable(99, 10).await.unwrap(), []);
    assert_eq!(store.outbox().await.unwrap(), []);
}

#[tokio::test]
async fn a_process_writes_nothing_to_a_file_that_was_put_back_from_an_older_backup() {
    let file = File::of(&[]).await;
    let store = SqliteStore::open(&file.path()).await.unwrap();
    file.execute("PRAGMA user_version = 2").await;
    assert_eq!(
        store.forget_settled(99).await,
        Err(file.error("forget_settled", StoreFailure::Older { found: 2, known: 4 }))
    );
}
