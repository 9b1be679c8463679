//! A process that may reserve little address space is told so, and can do with little.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::process::Command;

use host_harness::{Allocation, LoadError, Runtime, RuntimeError};
use rustix::process::{Resource, Rlimit, setrlimit};

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

const INSIDE: &str = "APPROVAL_SMALL_ADDRESS_SPACE";

/// Runs a test of this name again, in a process of its own. `true` in that process.
fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let ran = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let [out, err] = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(ran.status.success() && out.contains("1 passed"), "{out}\n{err}");
    false
}

/// From here on this process has 2 GiB of address space: less than one memory reserves.
fn have_little() {
    let limit = Rlimit { current: Some(2 << 30), maximum: Some(2 << 30) };
    setrlimit(Resource::As, limit).unwrap();
}

#[test]
fn a_runtime_that_cannot_reserve_a_memory_says_what_to_raise() {
    if !is_inside("a_runtime_that_cannot_reserve_a_memory_says_what_to_raise") {
        return;
    }
    have_little();
    let error = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap_err();
    let RuntimeError::AddressSpace { reason } = &error else { panic!("{error:?}") };
    assert!(reason.contains("mmap failed to reserve"), "{reason}");
    assert!(error.to_string().contains("`ulimit -v`"), "{error}");
    let error = Runtime::new(stage::limits(), &Allocation::Pooling, stage::nowhere()).unwrap_err();
    assert!(matches!(error, RuntimeError::Unavailable { .. }), "{error:?}");
}

/// It was enough when the host was started.
#[test]
fn an_engine_is_not_blamed_for_what_the_process_may_not_have() {
    if !is_inside("an_engine_is_not_blamed_for_what_the_process_may_not_have") {
        return;
    }
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    have_little();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = tokio.block_on(runtime.load(wecom_component::WECOM_ENGINE)).unwrap_err();
    let LoadError::Host { reason } = &error else { panic!("{error:?}") };
    assert!(reason.contains("mmap failed to reserve"), "{reason}");
    assert!(error.to_string().contains("`ulimit -v`"), "{error}");
}

#[test]
fn compact_instances_fit_where_others_do_not() {
    if !is_inside("compact_instances_fit_where_others_do_not") {
        return;
    }
    have_little();
    let runtime = Runtime::new(stage::limits(), &Allocation::Compact, stage::nowhere()).unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(async {
        let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
        stage::tenant(&engine).configure().await.unwrap().unwrap();
    });
}
