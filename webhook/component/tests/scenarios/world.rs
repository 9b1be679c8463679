//! The stage: engine, company, clock, log.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use fake_webhook::{Answer, Change, Company, EXAMPLE};
use host_harness::clock::{Clock, ManualClock};
use host_harness::contract::{
    Account, Attribute, CallbackOutcome, CallbackRequest, Content, Disposition, Event, FieldContent,
    FormField, Header, Route, SubmissionRequest,
};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{InProcess, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, ApprovalEngine, Grant, Limits, Runtime, Services, Settings, Tenant};

/// 2026-01-01T00:00:00Z.
pub(crate) const T0: u64 = 1_767_225_600;

pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) log: Arc<Lines>,
    pub(crate) engine: ApprovalEngine,
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::at(T0));
        let theirs = clock.clone();
        let company = Company::new(EXAMPLE, move || theirs.now().as_secs());
        let endpoint = company.clone();
        let outbound = InProcess::new(move |request: http::Request<Bytes>| answer(endpoint.handle(&request)));
        let log = Arc::<Lines>::default();
        let engine = engine().await.with_services(services(Arc::new(outbound), &clock, &log));
        Self { company, clock, log, engine }
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.tenant_with(&settings())
    }

    pub(crate) fn tenant_with(&self, settings: &Settings) -> Tenant {
        self.engine.tenant("acme", settings, &Grant::trusting_description(&self.engine, settings))
    }

    /// Submits `REQ-1`.
    pub(crate) async fn submit(&self) -> String {
        self.tenant().submit(&request("REQ-1")).await.unwrap().unwrap().approval_id
    }

    /// Hands a request to the engine.
    pub(crate) async fn hears(&self, request: http::Request<Bytes>) -> CallbackOutcome {
        self.tenant().handle_callback(&callback(request, self.clock.now().as_secs())).await.unwrap()
    }

    /// Delivers the one change there is.
    pub(crate) async fn news(&self) -> Event {
        let change = self.change();
        event(self.hears(self.company.deliver(&change)).await)
    }

    /// The one change there is.
    pub(crate) fn change(&self) -> Change {
        let [change] = self.company.changes().try_into().unwrap();
        change
    }

    /// How many messages of a kind have arrived.
    pub(crate) fn arrived(&self, kind: &str) -> usize {
        self.company.journal().iter().filter(|entry| entry.kind == kind).count()
    }
}

pub(crate) fn event(outcome: CallbackOutcome) -> Event {
    assert_eq!(outcome.response.status, 200);
    match outcome.disposition {
        Disposition::Accepted(mut events) if events.len() == 1 => events.remove(0),
        other => panic!("not one event: {other:?}"),
    }
}

pub(crate) fn settings() -> Settings {
    Settings::new()
        .with("endpoint", "https://approvals.example.com/webhook")
        .with("application", EXAMPLE.application)
        .with("secret", EXAMPLE.secret)
}

pub(crate) fn account(member: &str) -> Account {
    let attribute = Attribute { name: "userName".into(), values: vec![member.into()] };
    Account { id: format!("u-{member}"), display_name: "张三".into(), attributes: vec![attribute] }
}

pub(crate) fn request(key: &str) -> SubmissionRequest {
    let reason = FieldContent::Single(Content::Text("季度对账".into()));
    SubmissionRequest {
        idempotency_key: key.into(),
        applicant: account("zhang.san"),
        department: None,
        summary: vec![],
        fields: vec![FormField { name: "reason".into(), content: reason }],
        route: Route::TemplateFlow,
    }
}

pub(crate) fn callback(request: http::Request<Bytes>, received_at: u64) -> CallbackRequest {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| Header {
        name: name.to_string(),
        value: value.to_str().unwrap().to_owned(),
    };
    CallbackRequest {
        method: request.method().to_string(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().iter().map(header).collect(),
        body: request.body().to_vec(),
        received_at,
    }
}

fn answer(answer: Answer) -> Result<http::Response<Bytes>, SendError> {
    match answer {
        Answer::Response(response) => Ok(response),
        Answer::Unreachable => Err(SendError::Unreachable("connection refused".into())),
        Answer::Cut => Err(SendError::Interrupted("connection cut".into())),
    }
}

pub(crate) fn services(outbound: Arc<dyn Outbound>, clock: &Arc<ManualClock>, log: &Arc<Lines>) -> Services {
    Services {
        outbound,
        tokens: Arc::new(MemoryTokens::new(clock.clone())),
        pace: Arc::new(Pace::new(clock.clone(), Quota::default())),
        log: log.clone(),
    }
}

/// The engine, compiled once, without services of its own.
pub(crate) async fn engine() -> ApprovalEngine {
    static ENGINE: OnceLock<ApprovalEngine> = OnceLock::new();
    if let Some(engine) = ENGINE.get() {
        return engine.clone();
    }
    let nowhere = InProcess::new(|_| Err(SendError::Unreachable("nowhere".into())));
    let services = services(Arc::new(nowhere), &Arc::new(ManualClock::at(T0)), &Arc::default());
    // Tests run unoptimised, many at a time.
    let limits =
        Limits { cpu: Duration::from_secs(10), pure_call: Duration::from_secs(30), ..Limits::default() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, services).expect("a runtime");
    let engine = runtime.load(webhook_component::WEBHOOK_ENGINE).await.expect("the webhook engine");
    ENGINE.get_or_init(|| engine).clone()
}

#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<Line>>);

impl Lines {
    pub(crate) fn all(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn has(&self, event: &str) -> bool {
        self.all().iter().any(|line| line.event == event)
    }
}

impl LogSink for Lines {
    fn write(&self, line: &Line) {
        self.0.lock().unwrap().push(line.clone());
    }
}
