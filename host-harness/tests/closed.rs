//! Where the contract has the imports closed they are closed, whatever function comes after.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use host_harness::egress::Origin;
use host_harness::imports::CLOSED;
use host_harness::log::Level;
use host_harness::outbound::InProcess;
use host_harness::{Allocation, Grant, Runtime, Settings, Tenant};
use serde_json::json;
use stage::Lines;

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

const URL: &str = "https://api.example.com/";
const ASK: &str = "(call $ask (i32.const 0))";

/// A tenant of an engine whose `configure` and `submit` both make a request that is granted, and what is logged.
async fn asking() -> (Tenant, Arc<Lines>) {
    let log = Arc::<Lines>::default();
    let services = stage::services(InProcess::new(|_| Ok(http::Response::new(Bytes::new()))), &log);
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, services).unwrap();
    let engine = runtime.load(&engines::submitting::configuring(URL, ASK, ASK)).await.unwrap();
    let origins = BTreeSet::from([Origin::of(URL).unwrap()]);
    (engine.tenant("acme", &Settings::new(), &Grant { origins, ..Grant::default() }), log)
}

/// The host's words, and below them what the engine was told.
fn said(log: &Lines) -> Vec<String> {
    log.all().iter().filter(|line| line.level > Level::Debug).map(ToString::to_string).collect()
}

fn denied_and_answered() -> [String; 3] {
    let denied = format!("host: request-denied setting=\"contract\" reason=\"{CLOSED}\"");
    [denied, String::from("engine: contract"), String::from("engine: answered")]
}

#[tokio::test]
async fn configure_reaches_nothing_in_front_of_a_submission_that_may() {
    let (tenant, log) = asking().await;
    tenant.submit(&stage::request()).await.unwrap().unwrap();
    assert_eq!(said(&log), denied_and_answered());
}

#[tokio::test]
async fn configure_reaches_nothing_in_front_of_a_submission_by_name() {
    let (tenant, log) = asking().await;
    let applicant = json!({ "id": "u-1", "display-name": "Ann Applicant" });
    let request = json!({ "idempotency-key": "REQ-1", "applicant": applicant, "route": "template-flow" });
    tenant.call_json("submit", &json!({ "request": request })).await.unwrap();
    assert_eq!(said(&log), denied_and_answered());
}

#[tokio::test]
async fn a_submission_without_configure_reaches_out() {
    let (tenant, log) = asking().await;
    tenant.without_configure().submit(&stage::request()).await.unwrap().unwrap();
    assert_eq!(said(&log), ["engine: answered"]);
}
