//! A runtime, services that lead nowhere or to a fake WeCom, and what they log.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fake_wecom::FakeWeCom;
use fake_wecom::setup::member;
use host_harness::clock::ManualClock;
use host_harness::contract::{Account, SubmissionRequest};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{ApprovalEngine, Grant, Limits, Services, Settings, Tenant};
use wecom_provider::{EGRESS, answer, props};

pub(crate) use wecom_provider::T0;

/// Keeps log lines.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<Line>>);

impl Lines {
    pub(crate) fn all(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }
}

impl LogSink for Lines {
    fn write(&self, line: &Line) {
        self.0.lock().unwrap().push(line.clone());
    }
}

/// Answers nothing, and says so at once.
pub(crate) struct Nowhere;

impl Outbound for Nowhere {
    fn send(&self, _: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async { Err(SendError::Unreachable(String::from("nowhere"))) })
    }
}

/// A fake WeCom that falls silent at one path.
pub(crate) struct Silent {
    pub(crate) fake: FakeWeCom,
    pub(crate) path: &'static str,
    /// Whether it gives up when the request's own time is over, as a client over the network does.
    pub(crate) obeys_its_timeout: bool,
}

impl Outbound for Silent {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move {
            if departure.request.uri().path().ends_with(self.path) {
                if self.obeys_its_timeout {
                    tokio::time::timeout(departure.timeout, std::future::pending::<()>()).await.unwrap_err();
                    return Err(SendError::Interrupted(String::from("no answer in time")));
                }
                std::future::pending::<()>().await;
            }
            answer(self.fake.handle(departure.request, EGRESS))
        })
    }
}

pub(crate) fn services(outbound: impl Outbound + 'static, log: &Arc<Lines>) -> Services {
    let clock = Arc::new(ManualClock::at(T0));
    Services {
        outbound: Arc::new(outbound),
        tokens: Arc::new(MemoryTokens::new(clock.clone())),
        log: log.clone(),
        pace: Arc::new(Pace::new(clock, Quota::default())),
    }
}

pub(crate) fn nowhere() -> Services {
    services(Nowhere, &Arc::default())
}

/// The default limits with more wall clock and CPU: tests run unoptimised, many at a time.
pub(crate) fn limits() -> Limits {
    Limits { cpu: Duration::from_secs(5), pure_call: Duration::from_secs(30), ..Limits::default() }
}

pub(crate) fn tenant(engine: &ApprovalEngine) -> Tenant {
    // Of the settings, those that this engine knows: a small one knows none.
    let known = |key: &str| engine.description().settings.iter().any(|field| field.key == key);
    let settings: Settings = props::settings()
        .iter()
        .filter(|(key, _)| known(key))
        .map(|(key, value)| (key, value.expose()))
        .collect();
    engine.tenant("acme", &settings, &Grant::trusting_description(engine, &settings))
}

pub(crate) fn account() -> Account {
    props::account(&[member::ZHANG_SAN])
}

pub(crate) fn request() -> SubmissionRequest {
    props::request("REQ-1")
}
