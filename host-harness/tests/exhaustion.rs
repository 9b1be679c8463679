//! D36: limits of what a call may send, take in and log. The engine is told, and the operator reads the setting's name.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use host_harness::egress::Origin;
use host_harness::log::Level;
use host_harness::outbound::InProcess;
use host_harness::{Allocation, CallFailure, Grant, Limits, Runtime, Services, Settings};
use stage::Lines;

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

const URL: &str = "https://api.example.com/orders?key=S3";

/// A provider whose every answer has this many bytes.
fn answering(bytes: usize, log: &Arc<Lines>) -> Services {
    let answer = move |_| Ok(http::Response::new(Bytes::from(vec![b'x'; bytes])));
    stage::services(InProcess::new(answer), log)
}

/// What `submit` with this body logs, and how many lines the host wrote about it. The call itself ends well.
async fn logs(body: &str, limits: Limits, grant: &Grant, bytes: usize) -> Vec<String> {
    let log = Arc::<Lines>::default();
    let runtime = Runtime::new(limits, &Allocation::OnDemand, answering(bytes, &log)).unwrap();
    let engine = runtime.load(&engines::submitting::engine(URL, body)).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), grant);
    tenant.submit(&stage::request()).await.unwrap().unwrap();
    log.all().iter().filter(|line| line.level > Level::Debug).map(ToString::to_string).collect()
}

fn granted() -> Grant {
    Grant { origins: BTreeSet::from([Origin::of(URL).unwrap()]), ..Grant::default() }
}

fn times(count: usize, instruction: &str) -> String {
    instruction.repeat(count)
}

const ASK: &str = "(call $ask (i32.const 0))";

#[tokio::test]
async fn a_request_more_than_allowed_is_denied() {
    let limits = Limits { requests: 2, ..stage::limits() };
    let lines = logs(&times(3, ASK), limits, &granted(), 0).await;
    let denied =
        "host: request-denied setting=\"limits.requests\" reason=\"the call has made all of its 2 requests\""
            .to_owned();
    assert_eq!(lines, ["engine: answered", "engine: answered", &denied, "engine: limits.requests"]);
}

#[tokio::test]
async fn a_request_of_more_bytes_than_allowed_is_denied() {
    let limits = Limits { request_bytes: 1_000, ..stage::limits() };
    let body = "(call $ask (i32.const 1000)) (call $ask (i32.const 1001))";
    let lines = logs(body, limits, &granted(), 0).await;
    let denied =
        "host: request-denied setting=\"limits.request_bytes\" reason=\"the body has 1001 bytes, of 1000 at most\""
            .to_owned();
    assert_eq!(lines, ["engine: answered", &denied, "engine: limits.request_bytes"]);
}

#[tokio::test]
async fn an_answer_of_more_bytes_than_allowed_is_too_large() {
    let limits = Limits { response_bytes: 1_000, ..stage::limits() };
    assert_eq!(logs(ASK, limits.clone(), &granted(), 1_000).await, ["engine: answered"]);
    let lines = logs(ASK, limits, &granted(), 1_001).await;
    assert_eq!(
        lines,
        ["host: response-too-large setting=\"limits.response_bytes\" limit=\"1000\"", "engine: too-large"]
    );
}

#[tokio::test]
async fn an_origin_that_is_not_granted_is_denied_with_the_line_that_would_grant_it() {
    let lines = logs(ASK, stage::limits(), &Grant::default(), 0).await;
    let denied = "host: request-denied setting=\"egress.origins\" reason=\"https://api.example.com is not granted\" \
                  add='egress.origins = [\"https://api.example.com\"]'";
    assert_eq!(lines, [denied, "engine: egress.origins"]);
}

#[tokio::test]
async fn a_line_more_than_allowed_is_dropped_and_that_is_said_once() {
    let limits = Limits { log_lines: 3, ..stage::limits() };
    let lines = logs(&times(9, "(call $say)"), limits, &granted(), 0).await;
    let said = format!("engine: \"{}\"", engines::submitting::LINE);
    let said = said.as_str();
    assert_eq!(lines, [said, said, said, "host: log-lines-dropped setting=\"limits.log_lines\""]);
}

#[tokio::test]
async fn a_byte_more_than_allowed_in_the_log_is_dropped_and_that_is_said_once() {
    let limits = Limits { log_bytes: 120, ..stage::limits() };
    let lines = logs(&times(9, "(call $say)"), limits, &granted(), 0).await;
    let said = format!("engine: \"{}\"", engines::submitting::LINE);
    let said = said.as_str();
    assert_eq!(lines, [said, said, "host: log-lines-dropped setting=\"limits.log_bytes\""]);
}

/// What the host has to say about an engine comes through, however much that engine has logged.
#[tokio::test]
async fn an_engine_that_floods_the_log_silences_nobody() {
    let limits = Limits { log_lines: 2, ..stage::limits() };
    let lines = logs(&(times(9, "(call $say)") + ASK), limits, &Grant::default(), 0).await;
    assert!(
        lines.last().unwrap().starts_with("host: request-denied setting=\"egress.origins\""),
        "{lines:?}"
    );
}

/// What the engine breaks is not told as the host's.
#[tokio::test]
async fn text_that_is_no_text_is_the_engines_defect() {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    let body = "(i32.store8 (i32.const 12290) (i32.const 255)) (call $say)";
    let engine = runtime.load(&engines::submitting::engine(URL, body)).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), &granted());
    let error = tenant.submit(&stage::request()).await.unwrap_err();
    let trap = String::from("invalid utf-8 sequence of 1 bytes from index 2");
    assert_eq!(error.error, CallFailure::Trapped { trap });
}

#[tokio::test]
async fn a_limit_that_ends_the_call_tells_what_was_sent() {
    let runtime =
        Runtime::new(stage::limits(), &Allocation::OnDemand, answering(0, &Arc::default())).unwrap();
    let bomb = format!("{ASK} {}", engines::BOMB);
    let engine = runtime.load(&engines::submitting::engine(URL, &bomb)).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), &granted());
    let error = tenant.submit(&stage::request()).await.unwrap_err();
    assert_eq!(error.error, CallFailure::Limit { setting: "limits.memory_bytes" });
    assert_eq!(error.requests_sent, 1);
    assert_eq!(
        error.to_string(),
        "the engine exceeded `limits.memory_bytes`: raise it if the engine is trusted; 1 requests were sent, so it \
         may have had an effect"
    );
}
