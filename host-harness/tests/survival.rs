//! D36: an engine that traps, loops or takes too much ends its own call, with an error that says so, and nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a scenario that cannot go on ends here"
)]

use std::time::Duration;

use host_harness::contract::{Depth, Member};
use host_harness::{Allocation, CallFailure, Limits, LoadError, Runtime};

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

/// How `describe` of an engine with this body ends. The same runtime serves a good engine before and after.
async fn ends(body: &str, limits: Limits, allocation: &Allocation) -> CallFailure {
    let runtime = Runtime::new(limits, allocation, stage::nowhere()).unwrap();
    let good = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    let tenant = stage::tenant(&good);
    let first = tenant.configure().await.unwrap().unwrap();

    let LoadError::Description(failure) = runtime.load(&engines::engine(body)).await.unwrap_err() else {
        panic!("only describe can fail")
    };

    assert_eq!(tenant.configure().await.unwrap().unwrap(), first);
    let member = tenant.resolve_user(&stage::account(), Depth::Mapping).await.unwrap().unwrap();
    assert_eq!(member, Member { id: String::from("zhang.san"), confirmed: false });
    failure
}

#[tokio::test]
async fn an_engine_that_traps_is_told_as_one() {
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        let failure = ends(engines::TRAP, stage::limits(), &allocation).await;
        assert_eq!(
            failure,
            CallFailure::Trapped { trap: String::from("wasm trap: wasm `unreachable` instruction executed") }
        );
    }
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_cpu_limit() {
    let limits = Limits { cpu: Duration::from_millis(200), ..stage::limits() };
    let failure = ends(engines::LOOP, limits, &Allocation::Pooling).await;
    assert_eq!(failure, CallFailure::Limit { setting: "limits.cpu" });
}

#[tokio::test]
async fn a_memory_bomb_ends_at_the_memory_limit() {
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        let failure = ends(engines::BOMB, stage::limits(), &allocation).await;
        assert_eq!(failure, CallFailure::Limit { setting: "limits.memory_bytes" });
    }
}

#[tokio::test]
async fn endless_recursion_ends_at_the_stack_limit() {
    let failure = ends(engines::RECURSION, stage::limits(), &Allocation::Pooling).await;
    assert_eq!(failure, CallFailure::Trapped { trap: "wasm trap: call stack exhausted".into() });
}

/// Others do not wait for one that computes without end.
#[tokio::test]
async fn a_loop_leaves_the_thread_to_other_calls() {
    let limits = Limits { cpu: Duration::from_secs(1), ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    let good = stage::tenant(&runtime.load(wecom_component::WECOM_ENGINE).await.unwrap());
    let looping = engines::engine(engines::LOOP);
    let endless = tokio::spawn(async move { runtime.load(&looping).await });
    tokio::task::yield_now().await;

    // One thread for both: without the epoch, this would come after the loop's end.
    for _ in 0..3 {
        good.configure().await.unwrap().unwrap();
    }

    assert!(!endless.is_finished());
    let limit = CallFailure::Limit { setting: "limits.cpu" };
    assert_eq!(endless.await.unwrap().unwrap_err(), LoadError::Description(limit));
}

#[tokio::test]
async fn an_engine_that_needs_more_memory_than_allowed_does_not_load() {
    let limits = Limits { memory_bytes: 64 << 10, ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::OnDemand, stage::nowhere()).unwrap();
    let error = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap_err();
    assert_eq!(error, LoadError::Description(CallFailure::Limit { setting: "limits.memory_bytes" }));
}

/// Neither what goes in nor what comes out has a size that the engine chooses.
#[tokio::test]
async fn a_callback_larger_than_the_host_takes_never_reaches_the_engine() {
    let limits = Limits { callback_bytes: 1_000, ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    let tenant = stage::tenant(&runtime.load(wecom_component::WECOM_ENGINE).await.unwrap());
    let request = host_harness::contract::CallbackRequest {
        method: String::from("POST"),
        query: String::new(),
        headers: Vec::new(),
        body: vec![0; 1_001],
        received_at: stage::T0,
    };
    let error = tenant.handle_callback(&request).await.unwrap_err();
    assert_eq!(error.error, CallFailure::Limit { setting: "limits.callback_bytes" });
}

#[tokio::test]
async fn what_an_engine_makes_the_host_copy_is_limited() {
    let limits = Limits { copied_bytes: 1_000, ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    let error = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap_err();
    assert_eq!(error, LoadError::Description(CallFailure::Limit { setting: "limits.copied_bytes" }));
}
