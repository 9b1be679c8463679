//! A tracker, and a provider that says exactly what the test wants.

use std::sync::{Arc, Mutex};

use approval_tracker::{
    Approvals, Budget, Key, Looked, MemoryStore, Message, Outcome, Pin, Policy, Request, Store as _,
    SubmitOutcome, Submitted, Tracker,
};
use host_harness::Digest;
use host_harness::contract::{Account, Approval, Event, Operation, Route, Status, SubmissionRequest};

pub(crate) const T0: u64 = 1_767_225_600;

/// A provider whose next answers are set by hand.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Answers>>);

pub(crate) struct Answers {
    pub(crate) submit: Submitted,
    pub(crate) status: Looked<Status>,
    pub(crate) find: Looked<String>,
    submissions: u32,
    questions: u32,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Answers {
            submit: Submitted::As { approval_id: "A1".into(), applicant: "zhang.san".into() },
            status: Looked::Found(Status::Pending),
            find: Looked::Nothing,
            submissions: 0,
            questions: 0,
        })))
    }

    pub(crate) fn set(&self, f: impl FnOnce(&mut Answers)) {
        f(&mut self.0.lock().unwrap());
    }

    pub(crate) fn submissions(&self) -> u32 {
        self.0.lock().unwrap().submissions
    }

    pub(crate) fn questions(&self) -> u32 {
        self.0.lock().unwrap().questions
    }
}

impl Approvals for Provider {
    fn pin(&self) -> Pin {
        pin()
    }

    async fn submit(&self, _: &SubmissionRequest) -> Submitted {
        let mut answers = self.0.lock().unwrap();
        answers.submissions += 1;
        answers.submit.clone()
    }

    async fn status(&self, _: &str) -> Looked<Status> {
        let mut answers = self.0.lock().unwrap();
        answers.questions += 1;
        answers.status.clone()
    }

    async fn find(&self, _: &str, _: Option<&str>, _: u64, _: u64) -> Looked<String> {
        let mut answers = self.0.lock().unwrap();
        answers.questions += 1;
        answers.find.clone()
    }
}

pub(crate) struct Desk {
    pub(crate) tracker: Tracker<MemoryStore>,
    pub(crate) provider: Provider,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { tracker: Tracker::new(MemoryStore::default(), Policy::default()), provider: Provider::new() }
    }

    pub(crate) async fn submit(&self, now: u64) -> SubmitOutcome {
        self.tracker.submit_once(&self.provider, &key(), &request(), now).await.unwrap()
    }

    pub(crate) async fn reconcile(&self, now: u64) {
        let provider = self.provider.clone();
        self.tracker.reconcile(|_| Some(provider.clone()), &Budget::default(), now).await.unwrap();
    }

    pub(crate) async fn hears(&self, id: &str, status: Status, now: u64) {
        self.tracker.receive("acme", &[event(id, status)], now).await.unwrap();
        self.settle(now).await;
    }

    pub(crate) async fn settle(&self, now: u64) {
        let provider = self.provider.clone();
        self.tracker.settle(|_| Some(provider.clone()), now).await.unwrap();
    }

    pub(crate) async fn request(&self) -> Request {
        self.tracker.store().request(&key()).await.unwrap().unwrap()
    }

    pub(crate) async fn outcomes(&self) -> Vec<Outcome> {
        let outbox: Vec<Message> = self.tracker.store().outbox().await.unwrap();
        outbox.into_iter().map(|message| message.outcome).collect()
    }
}

pub(crate) fn key() -> Key {
    Key { tenant: "acme".into(), number: "REQ-1".into() }
}

pub(crate) fn pin() -> Pin {
    Pin { engine: Digest::of(b"an engine"), configuration: 7 }
}

fn request() -> SubmissionRequest {
    SubmissionRequest {
        idempotency_key: "REQ-1".into(),
        applicant: Account { id: "u-1".into(), display_name: "张三".into(), attributes: vec![] },
        department: None,
        summary: vec![],
        fields: vec![],
        route: Route::TemplateFlow,
    }
}

fn event(id: &str, status: Status) -> Event {
    Event {
        approval: Approval {
            approval_id: id.into(),
            template_id: "T".into(),
            title: String::new(),
            status,
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
        deduplication_key: format!("{id} {status:?}"),
        kind: "sys_approval_change".into(),
        message_digest: String::new(),
    }
}
