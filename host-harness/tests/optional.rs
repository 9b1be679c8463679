//! An engine may leave tracking, diagnostics and images out. Whoever calls them all the same is told so, and nothing runs.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use host_harness::contract::{CheckOptions, SubmissionQuery, Window};
use host_harness::{Allocation, ApprovalEngine, CallError, CallFailure, Runtime};
use serde_json::Value;

#[path = "support/minimal.rs"]
mod minimal;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

const WINDOW: Window = Window { starts_at: stage::T0, ends_at: stage::T0 + 60 };

async fn load(component: &[u8]) -> ApprovalEngine {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    runtime.load(component).await.unwrap()
}

fn unsupported(interface: &'static str) -> CallError {
    CallError { error: CallFailure::Unsupported { interface }, requests_sent: 0 }
}

#[tokio::test]
async fn an_engine_without_them_loads_and_says_what_it_is() {
    let minimal = load(&minimal::engine()).await;
    assert_eq!(
        (minimal.description().id.as_str(), minimal.description().version.as_str()),
        ("minimal", "0.1.0")
    );
    assert_eq!(
        (minimal.offers_tracking(), minimal.offers_diagnostics(), minimal.offers_images()),
        (false, false, false)
    );
    let wecom = load(wecom_component::WECOM_ENGINE).await;
    assert_eq!(
        (wecom.offers_tracking(), wecom.offers_diagnostics(), wecom.offers_images()),
        (true, true, true)
    );
}

#[tokio::test]
async fn images_are_unsupported_where_they_were_left_out() {
    let tenant = stage::tenant(&load(&minimal::engine()).await);
    let none = unsupported("configuration-image");
    assert_eq!(tenant.save_image().await.unwrap_err(), none);
    assert_eq!(tenant.restore_image(b"image").await.unwrap_err(), none);
}

#[tokio::test]
async fn calls_of_tracking_are_unsupported_where_it_was_left_out() {
    let tenant = stage::tenant(&load(&minimal::engine()).await);
    let query = SubmissionQuery { idempotency_key: String::from("REQ-1"), applicant: None, window: WINDOW };
    let none = unsupported("approval-tracking");
    assert_eq!(tenant.fetch("202601010001").await.unwrap_err(), none);
    assert_eq!(tenant.find_submission(&query).await.unwrap_err(), none);
    assert_eq!(tenant.list_submitted(WINDOW, None).await.unwrap_err(), none);
}

#[tokio::test]
async fn calls_of_diagnostics_are_unsupported_where_they_were_left_out() {
    let tenant = stage::tenant(&load(&minimal::engine()).await);
    let none = unsupported("engine-diagnostics");
    let options = CheckOptions { now: stage::T0, probe: Some(stage::account()) };
    assert_eq!(tenant.check(&options).await.unwrap_err(), none);
    assert_eq!(tenant.provision().await.unwrap_err(), none);
    assert_eq!(
        none.to_string(),
        "the engine does not offer engine-diagnostics, which an engine may leave out: do without, or take one that \
         exports it"
    );
}

#[tokio::test]
async fn called_by_name_the_functions_that_there_are_are_listed() {
    let tenant = stage::tenant(&load(&minimal::engine()).await);
    let error = tenant.call_json("fetch", &Value::Null).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the engine has no function fetch: it has describe, configure, handle-callback, resolve-user, submit"
    );
}
