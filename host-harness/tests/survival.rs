//! D36: an engine that traps, loops or takes too much ends its own call, with an error that says so, and nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a scenario that cannot go on ends here"
)]

use std::time::Duration;

use host_harness::contract::{Depth, Member};
use host_harness::{Allocation, CallFailure, Grant, Limits, LoadError, Runtime, Settings};

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
async fn a_table_bomb_ends_at_the_table_limit() {
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        let failure = ends(engines::TABLE_BOMB, stage::limits(), &allocation).await;
        assert_eq!(failure, CallFailure::Limit { setting: "limits.table_elements" });
    }
}

#[tokio::test]
async fn endless_recursion_ends_at_the_stack_limit() {
    let failure = ends(engines::RECURSION, stage::limits(), &Allocation::Pooling).await;
    assert_eq!(failure, CallFailure::Limit { setting: "limits.stack_bytes" });
}

/// What one limit allows another does not.
#[tokio::test]
async fn the_stack_is_as_deep_as_the_setting_says() {
    let deep = engines::engine(engines::DEEP);
    let load = async |stack_bytes| {
        let limits = Limits { stack_bytes, ..stage::limits() };
        let runtime = Runtime::new(limits, &Allocation::OnDemand, stage::nowhere()).unwrap();
        runtime.load(&deep).await.unwrap_err()
    };
    let trap = String::from("wasm trap: wasm `unreachable` instruction executed");
    assert_eq!(load(512 << 10).await, LoadError::Description(CallFailure::Trapped { trap }));
    let limit = CallFailure::Limit { setting: "limits.stack_bytes" };
    assert_eq!(load(8 << 10).await, LoadError::Description(limit));
}

/// The time that the host spends on copying counts.
#[tokio::test]
async fn an_engine_that_keeps_the_host_busy_ends_at_the_cpu_limit() {
    let limits = Limits { cpu: Duration::from_millis(200), ..stage::limits() };
    let failure = ends(engines::HOST_CALLS, limits, &Allocation::Pooling).await;
    assert_eq!(failure, CallFailure::Limit { setting: "limits.cpu" });
}

/// An engine that may compute for long still has no more than the call's wall clock.
#[tokio::test]
async fn a_call_that_computes_ends_at_its_wall_clock() {
    let limit = Duration::from_millis(200);
    let limits = Limits { cpu: Duration::from_secs(600), pure_call: limit, ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::OnDemand, stage::nowhere()).unwrap();
    let error = runtime.load(&engines::engine(engines::LOOP)).await.unwrap_err();
    let timed_out = CallFailure::TimedOut { setting: "limits.pure_call", limit };
    assert_eq!(error, LoadError::Description(timed_out));
}

/// Others do not wait for one that computes without end.
#[tokio::test]
async fn a_loop_leaves_the_thread_to_other_calls() {
    let limits = Limits { cpu: Duration::from_secs(1), ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    let good = stage::tenant(&runtime.load(wecom_component::WECOM_ENGINE).await.unwrap());
    let looping = engines::submitting::engine("https://api.example.com/", "(loop (br 0))");
    let looping = runtime.load(&looping).await.unwrap().tenant("acme", &Settings::new(), &Grant::default());
    let endless = tokio::spawn(async move { looping.submit(&stage::request()).await });
    tokio::task::yield_now().await;

    // One thread for both: without the epoch, this would come after the loop's end.
    for _ in 0..3 {
        good.configure().await.unwrap().unwrap();
    }

    assert!(!endless.is_finished());
    let limit = CallFailure::Limit { setting: "limits.cpu" };
    assert_eq!(endless.await.unwrap().unwrap_err().error, limit);
}

/// Refused before it is compiled, however instances are allocated.
#[tokio::test]
async fn an_engine_that_needs_more_than_allowed_does_not_load() {
    let wecom = wecom_component::WECOM_ENGINE;
    let of = |module: &str, count| {
        let instances = "(core instance (instantiate $m))".repeat(count);
        wat::parse_str(format!("(component (core module $m {module}) {instances})")).unwrap()
    };
    let limits = stage::limits;
    for (component, limits, setting, needs, allows) in [
        (wecom, Limits { instances: 2, ..limits() }, "limits.instances", 3, 2),
        (wecom, Limits { memories: 0, ..limits() }, "limits.memories", 1, 0),
        (wecom, Limits { memory_bytes: 64 << 10, ..limits() }, "limits.memory_bytes", 768 << 10, 64 << 10),
        (wecom, Limits { tables: 1, ..limits() }, "limits.tables", 2, 1),
        (&of("(table 30000 funcref)", 1), limits(), "limits.table_elements", 30_000, 20_000),
        (&of(&"(table 1 funcref)".repeat(5), 1), limits(), "limits.tables", 5, 4),
        (&of("(memory 1)", 2), limits(), "limits.memories", 2, 1),
        (&of("", 9), limits(), "limits.instances", 9, 4),
    ] {
        let runtime = Runtime::new(limits, &Allocation::OnDemand, stage::nowhere()).unwrap();
        let error = runtime.load(component).await.unwrap_err();
        assert_eq!(error, LoadError::Exceeds { setting, needs, allows });
    }
}

/// wasmtime counts like the host: what just fits is loaded and runs.
#[tokio::test]
async fn an_engine_that_just_fits_loads() {
    let limits = Limits { instances: 3, tables: 2, memory_bytes: 768 << 10, ..stage::limits() };
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        let runtime = Runtime::new(limits.clone(), &allocation, stage::nowhere()).unwrap();
        let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
        stage::tenant(&engine).configure().await.unwrap().unwrap();
    }
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

    let failure = ends(engines::COPIES, stage::limits(), &Allocation::Pooling).await;
    assert_eq!(failure, CallFailure::Limit { setting: "limits.copied_bytes" });
}
