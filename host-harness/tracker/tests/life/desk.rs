//! A tracker, and a provider that says exactly what the test wants.

use std::sync::{Arc, Mutex};

use approval_tracker::{
    Approvals, Budget, Cause, Failure, HostKey, Key, Listed, Looked, MemoryStore, Message, Outcome, Pin,
    Policy, Reconciled, Request, Store as _, SubmitOutcome, Submitted, Tracker,
};
use host_harness::Digest;
use host_harness::contract::{Account, Approval, Event, Operation, Route, Status, SubmissionRequest};
use tokio::sync::Notify;

pub(crate) const T0: u64 = 1_767_225_600;

/// A provider whose next answers are set by hand.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Answers>>);

pub(crate) struct Answers {
    pub(crate) submit: Submitted,
    pub(crate) status: Looked<Status>,
    /// What a search of this span finds.
    pub(crate) find: fn(u64, u64) -> Looked<String>,
    pub(crate) clock_skew: Option<i64>,
    pub(crate) applicant: Option<String>,
    /// The next submission waits for this.
    pub(crate) gate: Option<Arc<Notify>>,
    /// What was searched for: key, applicant, span.
    searches: Vec<(String, Option<String>, u64, u64)>,
    submitted: Vec<String>,
    submissions: u32,
    questions: u32,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Answers {
            submit: Submitted::As { approval_id: "A1".into(), applicant: "zhang.san".into() },
            status: Looked::Found(Status::Pending),
            find: |_, _| Looked::Nothing,
            clock_skew: Some(0),
            applicant: Some("zhang.san".into()),
            gate: None,
            searches: vec![],
            submitted: vec![],
            submissions: 0,
            questions: 0,
        })))
    }

    pub(crate) fn set(&self, f: impl FnOnce(&mut Answers)) {
        f(&mut self.0.lock().unwrap());
    }

    /// The searches since the last time.
    pub(crate) fn searches(&self) -> Vec<(String, Option<String>, u64, u64)> {
        std::mem::take(&mut self.0.lock().unwrap().searches)
    }

    pub(crate) fn submitted(&self) -> Vec<String> {
        self.0.lock().unwrap().submitted.clone()
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

    fn connection(&self) -> String {
        String::from("provider")
    }

    fn clock_skew(&self) -> Option<i64> {
        self.0.lock().unwrap().clock_skew
    }

    async fn applicant(&self, _: &SubmissionRequest) -> Option<String> {
        self.0.lock().unwrap().applicant.clone()
    }

    async fn submit(&self, request: &SubmissionRequest) -> Submitted {
        let (answer, gate) = {
            let mut answers = self.0.lock().unwrap();
            answers.submissions += 1;
            answers.submitted.push(request.idempotency_key.clone());
            (answers.submit.clone(), answers.gate.take())
        };
        if let Some(gate) = gate {
            gate.notified().await;
        }
        answer
    }

    async fn status(&self, _: &str) -> Looked<Status> {
        let mut answers = self.0.lock().unwrap();
        answers.questions += 1;
        answers.status.clone()
    }

    async fn find(&self, key: &str, applicant: Option<&str>, starts_at: u64, ends_at: u64) -> Looked<String> {
        let mut answers = self.0.lock().unwrap();
        answers.questions += 1;
        answers.searches.push((key.to_owned(), applicant.map(str::to_owned), starts_at, ends_at));
        (answers.find)(starts_at, ends_at)
    }
}

#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) tracker: Arc<Tracker<MemoryStore>>,
    pub(crate) provider: Provider,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            tracker: Arc::new(Tracker::new(
                MemoryStore::default(),
                Policy::default(),
                HostKey::new(&[7; 32]),
            )),
            provider: Provider::new(),
        }
    }

    pub(crate) async fn submit(&self, now: u64) -> SubmitOutcome {
        self.tracker.submit_once(&self.provider, &key(), &request(), now).await.unwrap()
    }

    pub(crate) async fn reconcile(&self, now: u64) -> Reconciled {
        let provider = self.provider.clone();
        self.tracker.reconcile(|_| Some(provider.clone()), &Budget::default(), now).await.unwrap()
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
        let outbox: Listed<Message> = self.tracker.store().outbox().await.unwrap();
        outbox.into_iter().map(|message| message.outcome).collect()
    }
}

/// Nothing was submitted.
pub(crate) fn busy() -> Failure {
    Failure::of_host(Cause::Unavailable, "busy", "the provider is busy")
}

pub(crate) fn key() -> Key {
    Key { tenant: "acme".into(), number: "REQ-1".into() }
}

pub(crate) fn pin() -> Pin {
    Pin { engine: Digest::of(b"an engine"), configuration: 7 }
}

pub(crate) fn request() -> SubmissionRequest {
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
