//! A runtime, services that lead nowhere or to a fake WeCom, and what they log.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, AGENT_ID, Answer, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, FakeWeCom, SECRET,
};
use host_harness::clock::ManualClock;
use host_harness::contract::{
    Account, Attribute, Content, FieldContent, FormField, Route, SubmissionRequest, Text,
};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{ApprovalEngine, Grant, Limits, Services, Settings, Tenant};

/// 2026-01-01T00:00:00Z.
pub(crate) const T0: u64 = 1_767_225_600;

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
            match self.fake.handle(departure.request, Ipv4Addr::LOCALHOST.into()) {
                Answer::Response(response) => Ok(response),
                Answer::Refused
                | Answer::Cut
                | Answer::CutShort(..)
                | Answer::Slow(..)
                | Answer::SlowBody(..) => Err(SendError::Interrupted(String::from("cut"))),
            }
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

pub(crate) fn settings() -> Settings {
    let map = format!(
        r#"{{"title":"{}","reason":"{}","application":"{}","request-number":"{}"}}"#,
        control::TITLE,
        control::REASON,
        control::APPLICATION,
        control::REQUEST_NUMBER
    );
    Settings::new()
        .with("corp-id", CORP_ID)
        .with("agent-id", AGENT_ID.to_string())
        .with("secret", SECRET)
        .with("sign-token", EXAMPLE_CALLBACK_TOKEN)
        .with("aes-key", EXAMPLE_AES_KEY)
        .with("associated-user-attribute", "wecomUserId")
        .with("template-id", ACCESS_TEMPLATE_ID)
        .with("field-map", map)
}

pub(crate) fn tenant(engine: &ApprovalEngine) -> Tenant {
    engine.tenant("acme", &settings(), &Grant::default())
}

pub(crate) fn account() -> Account {
    Account {
        id: String::from("u-1"),
        display_name: String::from("张三"),
        attributes: vec![Attribute {
            name: String::from("wecomUserId"),
            values: vec![member::ZHANG_SAN.to_owned()],
        }],
    }
}

pub(crate) fn request() -> SubmissionRequest {
    let field =
        |name: &str, content| FormField { name: name.to_owned(), content: FieldContent::Single(content) };
    SubmissionRequest {
        idempotency_key: String::from("REQ-1"),
        applicant: account(),
        department: None,
        summary: vec![Text { en: String::from("ERP"), zh_cn: String::from("ERP") }],
        fields: vec![
            field("title", Content::Text(String::from("ERP"))),
            field("reason", Content::Text(String::from("季度对账"))),
            field("application", Content::Choices(vec![String::from("ERP")])),
        ],
        route: Route::TemplateFlow,
    }
}
