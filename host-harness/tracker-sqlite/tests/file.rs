//! Which files are opened and which refused, who may read them, and several processes on one.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approval_tracker::{Key, Notice, Outcome, Pin, Request, State, Store as _, StoreError, StoreFailure};
use approval_tracker_sqlite::SqliteStore;
use host_harness::contract::Status;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::span;

/// The file that a second process of this test opens.
const FILE: &str = "FILE_OF_THE_SECOND_PROCESS";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("approvals.sqlite")
    }
}

fn refused(path: &Path, failure: StoreFailure) -> StoreError {
    StoreError { store: path.display().to_string(), operation: "open".into(), failure }
}

fn intent(number: &str) -> Request {
    Request::intent(Key { tenant: "acme".into(), number: number.into() }, Pin::UNRECORDED, 10, 70)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_file_that_cannot_be_a_store_is_refused_at_the_start_with_its_path() {
    let folder = Folder::new();
    let path = folder.path();
    let missing = folder.0.path().join("nowhere/approvals.sqlite");
    assert_eq!(
        SqliteStore::open(&missing).await.unwrap_err(),
        refused(&missing, StoreFailure::Missing),
        "a folder that is not there"
    );
    let parent = folder.0.path();
    assert_eq!(SqliteStore::open(parent).await.unwrap_err(), refused(parent, StoreFailure::NotAFile));

    fs::write(&path, "a letter, and longer than the header of a database is ".repeat(99)).unwrap();
    assert_eq!(SqliteStore::open(&path).await.unwrap_err(), refused(&path, StoreFailure::NotADatabase));
    fs::remove_file(&path).unwrap();

    drop(SqliteStore::open(&path).await.unwrap());
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error, refused(&path, StoreFailure::ReadOnly));
    assert_eq!(
        error.to_string(),
        format!(
            "the store {} failed at open: the file cannot be written: the operator gives the user of this process the \
             right to write it and its folder, or names another file",
            path.display()
        )
    );
}

#[tokio::test]
async fn a_file_that_another_process_has_locked_is_refused() {
    let folder = Folder::new();
    drop(SqliteStore::open(&folder.path()).await.unwrap());
    let options = SqliteConnectOptions::new().filename(folder.path());
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    assert_eq!(
        SqliteStore::open_within(&folder.path(), Duration::ZERO).await.unwrap_err(),
        refused(&folder.path(), StoreFailure::Locked)
    );
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    SqliteStore::open_within(&folder.path(), Duration::ZERO).await.unwrap();
}

/// An empty file in its place would be a store that has forgotten everything.
#[tokio::test]
async fn a_file_that_is_removed_is_not_made_anew() {
    let folder = Folder::new();
    let store = SqliteStore::open_within(&folder.path(), Duration::ZERO).await.unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path());
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let locked = store.insert(intent("R1")).await.unwrap_err();
    assert_eq!((locked.operation.as_str(), locked.failure), ("insert", StoreFailure::Locked));
    other.close().await.unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let gone = PathBuf::from(format!("{}{suffix}", folder.path().display()));
        if gone.exists() {
            fs::remove_file(gone).unwrap();
        }
    }
    assert_eq!(store.insert(intent("R1")).await.unwrap_err().failure, StoreFailure::Missing);
    assert!(!folder.path().exists());
}

/// As a backup that is put back while the host runs: what was confirmed would be in no file any more.
#[tokio::test]
async fn nothing_is_confirmed_that_was_written_into_a_file_that_has_lost_its_name() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.path()).await.unwrap();
    store.insert(intent("R1")).await.unwrap();
    let notice = Notice {
        tenant: "acme".into(),
        deduplication_key: "N1".into(),
        approval_id: "A1".into(),
        status: Status::Approved,
        received_at: 20,
    };
    let failed = |failure| StoreError {
        store: folder.path().display().to_string(),
        operation: "receive".into(),
        failure,
    };

    let aside = folder.0.path().join("aside.sqlite");
    for suffix in ["", "-wal", "-shm"] {
        let beside = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        fs::rename(beside(&folder.path()), beside(&aside)).unwrap();
    }
    assert_eq!(store.receive(notice.clone()).await, Err(failed(StoreFailure::Missing)));

    // With a connection to the other one, and a copy of it back in its place.
    let store = SqliteStore::open(&aside).await.unwrap();
    let copy = folder.0.path().join("copy.sqlite");
    fs::copy(&aside, &copy).unwrap();
    fs::rename(&copy, &aside).unwrap();
    let replaced = StoreError { store: aside.display().to_string(), ..failed(StoreFailure::Replaced) };
    assert_eq!(store.receive(notice.clone()).await, Err(replaced));
    assert_eq!(store.receive(notice.clone()).await, Ok(true), "into the file that has the name now");
    let after = SqliteStore::open(&aside).await.unwrap();
    assert_eq!(after.receive(notice).await, Ok(false));
}

#[tokio::test]
async fn a_new_file_and_those_beside_it_are_its_owners_alone() {
    let unmasked = rustix::process::umask(rustix::fs::Mode::empty());
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.path()).await.unwrap();
    store.insert(intent("R1")).await.unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{suffix}", folder.path().display()));
        assert_eq!(format!("{:o}", mode(&path)), "600", "{suffix:?}");
    }
    rustix::process::umask(unmasked);
}

/// Keeps the lines of one thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "approval_store"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

#[tokio::test]
async fn an_existing_file_that_others_may_read_is_told_and_stays_as_it_is() {
    let folder = Folder::new();
    drop(SqliteStore::open(&folder.path()).await.unwrap());
    let lines = Lines::default();
    let listening = tracing::subscriber::set_default(lines.clone());
    drop(SqliteStore::open(&folder.path()).await.unwrap());
    assert_eq!(*lines.0.lock().unwrap(), Vec::<String>::new(), "nobody else may read it");

    fs::set_permissions(folder.path(), Permissions::from_mode(0o640)).unwrap();
    drop(SqliteStore::open(&folder.path()).await.unwrap());
    drop(listening);
    let told = format!("WARN message=store-open-to-others file={} mode=640", folder.path().display());
    assert_eq!(*lines.0.lock().unwrap(), [told]);
    assert_eq!(mode(&folder.path()), 0o640);
}

/// One of the two makes each change.
#[tokio::test]
async fn two_stores_on_one_file_decide_once() {
    let folder = Folder::new();
    let one = SqliteStore::open(&folder.path()).await.unwrap();
    let other = SqliteStore::open(&folder.path()).await.unwrap();
    let (request, added) = one.insert(intent("R1")).await.unwrap();
    assert!(added);
    assert_eq!(other.insert(intent("R1")).await.unwrap(), (request.clone(), false));
    let approved = Request { state: State::Approved, ..request };
    let (first, second) = tokio::join!(
        one.compare_and_set(approved.clone(), Some(Outcome::Approved)),
        other.compare_and_set(approved, Some(Outcome::Approved))
    );
    assert_eq!([first.unwrap(), second.unwrap()].iter().filter(|set| **set).count(), 1);
    assert_eq!(one.outbox().await.unwrap().rows.len(), 1);
    assert_eq!(other.outbox().await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_second_process_on_the_file_sees_and_changes_what_the_first_has() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.path()).await.unwrap();
    store.insert(intent("R1")).await.unwrap();
    let second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_second_process", "--ignored"])
        .env(FILE, folder.path())
        .output()
        .unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stdout));
    let approved = store.request(&intent("R1").key).await.unwrap().unwrap();
    assert_eq!((approved.state, approved.revision), (State::Approved, 1));
    assert_eq!(store.outbox().await.unwrap().rows.len(), 1);
}

#[tokio::test]
#[ignore = "the second process of another test"]
async fn the_second_process() {
    let path = PathBuf::from(std::env::var_os(FILE).unwrap());
    let store = SqliteStore::open(&path).await.unwrap();
    let request = store.request(&intent("R1").key).await.unwrap().unwrap();
    let approved = Request { state: State::Approved, ..request };
    assert!(store.compare_and_set(approved, Some(Outcome::Approved)).await.unwrap());
}
