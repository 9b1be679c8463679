//! A call that is recorded keeps no more than the operator allows.

use bytes::Bytes;
use host_harness::outbound::InProcess;
use host_harness::replay::{ReplayError, Replayed};
use host_harness::{Allocation, Grant, Limits, Runtime, Settings, Tenant};
use serde_json::{Value, json};

use crate::{engines, stage};

const URL: &str = "https://api.example.com/";

async fn tenant(body: &str, limits: Limits) -> Tenant {
    let services =
        stage::services(InProcess::new(|_| Ok(http::Response::new(Bytes::new()))), &Default::default());
    let runtime = Runtime::new(limits, &Allocation::OnDemand, services).unwrap();
    let engine = runtime.load(&engines::submitting::engine(URL, body)).await.unwrap();
    engine.tenant("acme", &Settings::new(), &Grant::default())
}

fn submission() -> Value {
    let applicant = json!({ "id": "u-1", "display-name": "Ann Applicant" });
    json!({ "request": { "idempotency-key": "REQ-1", "applicant": applicant, "route": "template-flow" } })
}

/// None of the requests is granted, and each has a mebibyte that the host copies and a recording would keep.
#[tokio::test]
async fn a_recording_that_would_be_too_large_is_cut_and_is_not_replayed() {
    let limits = Limits { recording_bytes: 4 << 20, ..stage::limits() };
    let tenant = tenant(&"(call $ask (i32.const 1000000))".repeat(40), limits).await;
    let (result, recording) = tenant.record_json("submit", &submission()).await.unwrap();
    result.unwrap();

    assert!(recording.is_cut());
    let imports = recording.imports();
    assert!((1..10).contains(&imports), "{imports} of 80 calls are kept");
    let refused = tenant.engine().replay(&recording).await.unwrap_err();
    assert_eq!(refused, ReplayError::Cut { imports });
    assert!(refused.to_string().contains("raise that limit and record the call again"), "{refused}");
}

/// A line is kept as long as it is written, whatever the engine hands over.
#[tokio::test]
async fn a_line_of_a_mebibyte_is_cut_as_it_is_recorded() {
    let limits = Limits { recording_bytes: 64 << 10, ..stage::limits() };
    let tenant = tenant(&"(call $log (i32.const 1024) (i32.const 1000000))".repeat(40), limits).await;
    let (result, recording) = tenant.record_json("submit", &submission()).await.unwrap();
    result.unwrap();
    assert_eq!((recording.is_cut(), recording.imports()), (false, 40));
    let replayed = tenant.engine().replay(&recording).await;
    assert_eq!(replayed, Ok(Replayed::Same { imports: 40 }));
}
