//! A disk that fails at its nth step, for every n of a submission, a callback, a decision and its acknowledgement.
//!
//! Whatever fails, what was acknowledged is there, nothing is there by half, and the next call works. The disk is the real
//! one behind functions that fail ([`failing_disk`]).
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use approval_tracker::{
    Approvals, Budget, HostKey, Key, Looked, Message, Notice, Outcome, Pin, Policy, Request, State,
    Store as _, StoreError, StoreFailure, Submitted, Tracker,
};
use approval_tracker_sqlite::SqliteStore;
use host_harness::contract::{Account, Route, Status, SubmissionRequest};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use failing_disk::{Disk, KINDS, Kind};

#[path = "support/failing_disk.rs"]
mod failing_disk;

const T0: u64 = 1_767_225_600;

/// Beyond the time in which a submission may be on its way, and the longest time between two looks.
const LATER: u64 = T0 + 4_000;

/// What the tracker is asked to do while the disk fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Submission,
    Callback,
    Decision,
    Acknowledgement,
}

#[tokio::test]
async fn whenever_a_step_of_the_disk_fails_what_was_acknowledged_is_there_and_the_next_call_works() {
    for act in [Act::Submission, Act::Callback, Act::Decision, Act::Acknowledgement] {
        for (kind, code) in KINDS {
            for lasts in [false, true] {
                let mut nth = 0;
                while Story::begin(act).await.goes_wrong(act, kind, nth, lasts, code).await {
                    nth += 1;
                }
                // A connection that is open only reads and writes.
                let met = matches!(kind, Kind::Write | Kind::Sync);
                assert!(nth > 0 || !met, "{act:?} never met {kind:?}");
            }
        }
    }
}

/// The same after the connection was given up, so that every step of opening another one fails as well.
#[tokio::test]
async fn whenever_a_step_of_opening_the_file_again_fails_the_next_call_works() {
    for (kind, code) in KINDS {
        let mut nth = 0;
        loop {
            let story = Story::begin(Act::Callback).await;
            story.disk.fail(Kind::Write, 0, true, libsqlite3_sys::SQLITE_FULL);
            assert_eq!(story.receive().await, Err(story.error("receive", StoreFailure::Full)));
            story.disk.heal();
            if !story.goes_wrong(Act::Callback, kind, nth, false, code).await {
                break;
            }
            nth += 1;
        }
        let met = matches!(kind, Kind::Open | Kind::Read | Kind::Write | Kind::Sync);
        assert!(nth > 0 || !met, "opening never met {kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_full_for_a_second_delays_nothing_after_it() {
    let story = Story::begin(Act::Decision).await;
    story.disk.fail(Kind::Write, 0, true, libsqlite3_sys::SQLITE_FULL);
    for operation in ["receive", "compare_and_set", "insert"] {
        let met = match operation {
            "receive" => story.receive().await.err(),
            "insert" => story.submit("R2", T0).await.err(),
            _ => story.settle(T0).await.err(),
        };
        assert_eq!(met, Some(story.error(operation, StoreFailure::Full)));
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    story.disk.heal();

    let free = tokio::time::Instant::now();
    assert_eq!(story.receive().await, Ok(1));
    story.submit("R2", T0 + 1).await.unwrap();
    story.settle(T0 + 1).await.unwrap();
    let decision = Message { key: key("R1"), outcome: Outcome::Approved };
    assert_eq!(story.tracker.store().outbox().await.unwrap(), [decision]);
    assert!(free.elapsed() < Duration::from_secs(1), "after {:?}", free.elapsed());
    story.check(Act::Decision).await;
}

/// A host whose own time-out drops the call in the middle of a transaction.
#[tokio::test]
async fn wherever_a_caller_gives_up_nothing_is_there_by_half_and_the_next_call_works() {
    let mut in_the_middle = 0;
    for act in [Act::Submission, Act::Callback, Act::Decision, Act::Acknowledgement] {
        for polls in 0.. {
            let story = Story::begin(act).await;
            let done = given_up_after(polls, story.perform(act)).await;
            let what = format!("{act:?}, given up after {polls} polls");
            story.holds(story.tracker.store(), act, done == Some(Ok(())), &what).await;
            story.check(act).await;
            if done.is_some() {
                break;
            }
            in_the_middle += usize::from(polls > 0);
        }
    }
    // How often each call is polled is the machine's to say.
    assert!(in_the_middle > 0, "no call was given up once it had begun");
}

async fn given_up_after<F: Future>(mut polls: usize, call: F) -> Option<F::Output> {
    let mut call = pin!(call);
    poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        call.as_mut().poll(context).map(Some)
    })
    .await
}

/// The file is of the right version, so that nothing but the proof is written.
#[tokio::test]
async fn a_file_that_cannot_be_written_is_refused_when_it_is_opened() {
    let story = Story::begin(Act::Callback).await;
    story.disk.fail(Kind::Write, 0, true, libsqlite3_sys::SQLITE_FULL);
    let refused = SqliteStore::open(&story.path()).await.map(drop);
    assert_eq!(refused, Err(story.error("open", StoreFailure::Full)));
    story.disk.heal();
    SqliteStore::open(&story.path()).await.unwrap();
}

/// A provider that has what was submitted to it.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<Vec<String>>>);

impl Approvals for Provider {
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

    async fn submit(&self, request: &SubmissionRequest) -> Submitted {
        self.0.lock().unwrap().push(request.idempotency_key.clone());
        Submitted::As { approval_id: approval(&request.idempotency_key), applicant: "zhang.san".into() }
    }

    async fn status(&self, _: &str) -> Looked<Status> {
        Looked::Found(Status::Approved)
    }

    async fn find(&self, number: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        let there = self.0.lock().unwrap().iter().any(|submitted| submitted == number);
        if there { Looked::Found(approval(number)) } else { Looked::Nothing }
    }
}

/// The approval of a request, by its number or its idempotency key.
fn approval(number: &str) -> String {
    format!("A-{}", of_key(number))
}

/// The number in an idempotency key.
fn of_key(key: &str) -> &str {
    key.split_once('.').map_or(key, |(number, _)| number)
}

fn key(number: &str) -> Key {
    Key { tenant: "acme".into(), number: number.into() }
}

fn notice() -> Notice {
    Notice {
        tenant: "acme".into(),
        deduplication_key: "N1".into(),
        approval_id: approval("R1"),
        status: Status::Approved,
        received_at: T0,
    }
}

/// A tracker on a disk of its own.
struct Story {
    folder: TempDir,
    disk: Arc<Disk>,
    tracker: Tracker<SqliteStore>,
    provider: Provider,
}

impl Story {
    /// Everything that comes before the act, on a sound disk.
    async fn begin(act: Act) -> Self {
        let folder = TempDir::new().unwrap();
        let disk = Disk::of(folder.path());
        let store = SqliteStore::open(&folder.path().join("approvals.sqlite")).await.unwrap();
        let tracker = Tracker::new(store, Policy::default(), HostKey::new(&[7; 32]));
        let story = Self { folder, disk, tracker, provider: Provider::default() };
        if act != Act::Submission {
            story.submit("R1", T0).await.unwrap();
        }
        if matches!(act, Act::Decision | Act::Acknowledgement) {
            assert!(story.tracker.store().receive(Notice { received_at: T0 - 1, ..notice() }).await.unwrap());
        }
        if act == Act::Acknowledgement {
            story.settle(T0).await.unwrap();
        }
        story
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("approvals.sqlite")
    }

    fn error(&self, operation: &str, failure: StoreFailure) -> StoreError {
        StoreError { store: self.path().display().to_string(), operation: operation.into(), failure }
    }

    async fn submit(&self, number: &str, now: u64) -> Result<(), StoreError> {
        let request = SubmissionRequest {
            idempotency_key: number.into(),
            applicant: Account { id: "u-1".into(), display_name: "张三".into(), attributes: vec![] },
            department: None,
            summary: vec![],
            fields: vec![],
            route: Route::TemplateFlow,
        };
        self.tracker.submit_once(&self.provider, &key(number), &request, now).await.map(drop)
    }

    /// How many of the callback's events were new.
    async fn receive(&self) -> Result<usize, StoreError> {
        let news = Notice { deduplication_key: "N2".into(), ..notice() };
        self.tracker.store().receive(news).await.map(usize::from)
    }

    async fn settle(&self, now: u64) -> Result<(), StoreError> {
        self.tracker.settle(|_| Some(self.provider.clone()), now).await.map(drop)
    }

    async fn reconcile(&self, now: u64) -> Result<(), StoreError> {
        let engine = |_: &Request| Some(self.provider.clone());
        self.tracker.reconcile(engine, &Budget::default(), now).await.map(drop)
    }

    async fn acknowledge(&self) -> Result<(), StoreError> {
        let message = Message { key: key("R1"), outcome: Outcome::Approved };
        self.tracker.store().acknowledge(&message).await
    }

    async fn perform(&self, act: Act) -> Result<(), StoreError> {
        match act {
            Act::Submission => self.submit("R1", T0).await,
            Act::Callback => self.receive().await.map(drop),
            Act::Decision => self.settle(T0).await,
            Act::Acknowledgement => self.acknowledge().await,
        }
    }

    /// Lets the nth step of a kind fail during the act. `false` when there is no nth.
    async fn goes_wrong(&self, act: Act, kind: Kind, nth: usize, lasts: bool, code: i32) -> bool {
        let what = format!("{act:?}, {kind:?} {nth}{}", if lasts { " and all after it" } else { "" });
        self.disk.fail(kind, nth, lasts, code);
        let done = self.perform(act).await;
        if self.disk.heal() == 0 {
            assert_eq!(done, Ok(()), "{what}: nothing failed");
            return false;
        }
        if let Err(error) = &done {
            assert_eq!(error.store, self.path().display().to_string(), "{what}");
            assert!(fits(&error.failure, kind), "{what}: {error}");
        }
        // What was acknowledged is there, for this process and for one that begins anew.
        for store in [self.tracker.store().clone(), SqliteStore::open(&self.path()).await.unwrap()] {
            self.holds(&store, act, done.is_ok(), &what).await;
        }
        self.check(act).await;
        true
    }

    /// What the store says at once after the act.
    async fn holds(&self, store: &SqliteStore, act: Act, is_done: bool, what: &str) {
        let request = store.request(&key("R1")).await.unwrap();
        let inbox = store.settleable(T0, 10).await.unwrap().rows;
        let outbox = store.outbox().await.unwrap().rows;
        let state = request.as_ref().map(|request| request.state);
        match act {
            Act::Submission => {
                assert!(!is_done || state == Some(State::Pending), "{what}: {request:?}");
                let sent = !self.provider.0.lock().unwrap().is_empty();
                assert!(!sent || state.is_some(), "{what}: sent without an intent");
            }
            Act::Callback => {
                assert_eq!(state, Some(State::Pending), "{what}");
                assert!(!is_done || inbox.len() == 1, "{what}: acknowledged and not there");
            }
            Act::Decision => {
                assert_eq!(state == Some(State::Approved), outbox.len() == 1, "{what}: decided by half");
                assert!(!is_done || (outbox.len(), inbox.len()) == (1, 0), "{what}: {outbox:?} {inbox:?}");
            }
            Act::Acknowledgement => {
                assert_eq!(state, Some(State::Approved), "{what}");
                assert!(!is_done || outbox.is_empty(), "{what}: {outbox:?}");
            }
        }
    }

    /// The host goes on: in the end there is one form and one decision, and the file is sound.
    async fn check(&self, act: Act) {
        self.submit("R1", T0 + 1).await.unwrap();
        self.reconcile(LATER).await.unwrap();
        self.submit("R1", LATER + 1).await.unwrap();
        if act == Act::Callback {
            // WeCom sends again what was answered 503.
            self.receive().await.unwrap();
        }
        if act == Act::Acknowledgement {
            self.acknowledge().await.unwrap();
        }
        self.settle(LATER + 2).await.unwrap();
        self.reconcile(2 * LATER).await.unwrap();

        let submitted = self.provider.0.lock().unwrap().iter().filter(|key| of_key(key) == "R1").count();
        assert_eq!(submitted, 1, "{act:?}");
        let store = self.tracker.store();
        let request = store.request(&key("R1")).await.unwrap().unwrap();
        assert_eq!((request.state, request.approval_id), (State::Approved, Some(approval("R1"))), "{act:?}");
        assert_eq!(store.settleable(LATER, 10).await.unwrap(), [], "{act:?}");
        let decision = Message { key: key("R1"), outcome: Outcome::Approved };
        let decided =
            store.outbox().await.unwrap().into_iter().filter(|message| *message == decision).count();
        assert_eq!(decided, usize::from(act != Act::Acknowledgement), "{act:?}");
        assert_eq!(self.integrity().await, "ok", "{act:?}");
    }

    async fn integrity(&self) -> String {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let found = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        found
    }
}

/// What a failure of this kind is for an operator.
fn fits(failure: &StoreFailure, kind: Kind) -> bool {
    match kind {
        Kind::Open => *failure == StoreFailure::CannotOpen,
        Kind::Write => *failure == StoreFailure::Full,
        Kind::Read | Kind::Truncate | Kind::Sync | Kind::Share => matches!(failure, StoreFailure::Io { .. }),
    }
}
