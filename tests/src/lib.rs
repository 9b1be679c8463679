//! The world of the scenarios: the compiled WeCom engine, a fake WeCom in the same process, and a clock that stands
//! still.
//!
//! Every scenario has a [`World`] of its own. The component is compiled once for each test process.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a scenario that cannot be set up ends here")]

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use fake_wecom::{Delivered, FakeWeCom, ManualClock, Setup};
use host_harness::clock::Clock;
use host_harness::contract::{CallbackOutcome, CallbackRequest};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::InProcess;
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, ApprovalEngine, Grant, Limits, Runtime, Services, Settings, Tenant};

pub mod crash_wire;
pub mod kept_memory;
pub mod stepping;
pub mod wire;

pub use wecom_provider::{EGRESS, T0, answer, props, sender};

use wire::Wire;

/// The engine, the fake and what they print.
#[derive(Debug)]
pub struct World {
    /// The provider.
    pub fake: FakeWeCom,
    /// Everybody's time.
    pub clock: WorldClock,
    /// What the engine and the host logged.
    pub log: Arc<CapturedLog>,
    /// The access tokens that went over the wire, which the fake's journal leaves out.
    pub wire: Arc<Wire>,
    engine: ApprovalEngine,
}

impl World {
    /// The example company.
    pub async fn new() -> Self {
        Self::with(Setup::example()).await
    }

    /// Another company.
    pub async fn with(setup: Setup) -> Self {
        Self::around(&wecom_engine().await, setup)
    }

    /// Another company, around an engine of another runtime.
    #[must_use]
    pub fn around(engine: &ApprovalEngine, setup: Setup) -> Self {
        let clock = WorldClock::new(ManualClock::new(T0));
        let fake = FakeWeCom::new(setup, clock.clone(), 1);
        let (log, wire) = (Arc::<CapturedLog>::default(), Arc::<Wire>::default());
        let services = services(&fake, &clock, &log, &wire);
        Self { engine: engine.with_services(services), fake, clock, log, wire }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &ApprovalEngine {
        &self.engine
    }

    /// The tenant `acme` with the example's settings.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        self.tenant_with("acme", &props::settings())
    }

    /// A tenant with other settings.
    #[must_use]
    pub fn tenant_with(&self, id: &str, settings: &Settings) -> Tenant {
        self.engine.tenant(id, settings, &Grant::trusting_description(&self.engine, settings))
    }

    /// Saves the callback address in WeCom's console, which checks it through the engine.
    pub async fn save_address(&self, tenant: &Tenant) {
        let check = self.fake.begin_save(props::receive_server()).unwrap();
        let outcome = tenant.handle_callback(&callback(check, &self.clock)).await.unwrap();
        let mut answer = http::Response::new(bytes::Bytes::from(outcome.response.body));
        *answer.status_mut() = http::StatusCode::from_u16(outcome.response.status).unwrap();
        self.fake.finish_save(&answer).unwrap();
    }

    /// Delivers everything that is due through the engine; the outcomes in the order of delivery.
    pub async fn deliver(&self, tenant: &Tenant) -> Vec<CallbackOutcome> {
        let mut outcomes = Vec::new();
        for delivery in self.fake.due_deliveries(self.fake.now()) {
            let request = callback(delivery.request, &self.clock);
            let outcome = tenant.handle_callback(&request).await.unwrap();
            self.fake.report(delivery.id, Delivered { status: Some(outcome.response.status) }).unwrap();
            outcomes.push(outcome);
        }
        outcomes
    }
}

/// An HTTP request as the host hands it to the engine.
pub fn callback(request: http::Request<bytes::Bytes>, clock: &impl Clock) -> CallbackRequest {
    CallbackRequest {
        method: request.method().to_string(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: Vec::new(),
        body: request.body().to_vec(),
        received_at: clock.now().as_secs(),
    }
}

/// The WeCom engine, compiled once; without services of its own.
async fn wecom_engine() -> ApprovalEngine {
    static ENGINE: OnceLock<ApprovalEngine> = OnceLock::new();
    if let Some(engine) = ENGINE.get() {
        return engine.clone();
    }
    let engine = load(&Allocation::Pooling).await;
    ENGINE.get_or_init(|| engine).clone()
}

/// The WeCom engine in a runtime of its own.
pub async fn load(allocation: &Allocation) -> ApprovalEngine {
    load_component(allocation, wecom_component::WECOM_ENGINE).await
}

/// Any engine in a runtime of its own.
pub async fn load_component(allocation: &Allocation, component: &[u8]) -> ApprovalEngine {
    let clock = WorldClock::new(ManualClock::new(T0));
    let nowhere = FakeWeCom::new(Setup::example(), clock.clone(), 1);
    let services = services(&nowhere, &clock, &Arc::default(), &Arc::default());
    let runtime = Runtime::new(limits(), allocation, services).expect("a runtime");
    runtime.load(component).await.expect("an engine")
}

/// The default limits with more time to compute: tests run unoptimised, many at a time.
#[must_use]
pub fn limits() -> Limits {
    Limits { cpu: Duration::from_secs(10), pure_call: Duration::from_secs(30), ..Limits::default() }
}

/// Services that lead to `fake` and nowhere else.
pub fn services(fake: &FakeWeCom, clock: &WorldClock, log: &Arc<CapturedLog>, wire: &Arc<Wire>) -> Services {
    let (provider, wire) = (fake.clone(), wire.clone());
    Services {
        outbound: Arc::new(InProcess::new(move |request| {
            wire.sent(&request);
            let answer = answer(provider.handle(request, EGRESS));
            wire.received(&answer);
            answer
        })),
        tokens: Arc::new(MemoryTokens::new(Arc::new(clock.clone()))),
        log: log.clone(),
        pace: Arc::new(Pace::new(Arc::new(clock.clone()), Quota::default())),
    }
}

/// One clock for the host and the fake.
#[derive(Clone, Debug)]
pub struct WorldClock(Arc<ManualClock>);

impl WorldClock {
    /// A clock that stands still.
    #[must_use]
    pub fn new(clock: ManualClock) -> Self {
        Self(Arc::new(clock))
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: u64) {
        self.0.advance(seconds);
    }
}

impl Clock for WorldClock {
    fn now(&self) -> std::time::Duration {
        std::time::Duration::from_secs(fake_wecom::Clock::now(&*self.0))
    }
}

impl fake_wecom::Clock for WorldClock {
    fn now(&self) -> u64 {
        fake_wecom::Clock::now(&*self.0)
    }
}

/// Keeps log lines.
#[derive(Debug, Default)]
pub struct CapturedLog(Mutex<Vec<Line>>);

impl CapturedLog {
    /// All lines so far.
    pub fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }
}

impl LogSink for CapturedLog {
    fn write(&self, line: &Line) {
        self.0.lock().unwrap().push(line.clone());
    }
}
