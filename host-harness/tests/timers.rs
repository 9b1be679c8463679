//! A host that calls an engine where tokio cannot end the call.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use host_harness::{Allocation, ApprovalEngine, CallFailure, Runtime};
use tokio::runtime::Builder;

#[path = "support/minimal.rs"]
mod minimal;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

/// Loaded where timers are on.
fn engine() -> ApprovalEngine {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
        runtime.load(&minimal::engine()).await.unwrap()
    })
}

#[test]
fn a_call_in_a_runtime_without_timers_is_an_error_that_says_how_to_build_one() {
    let tenant = stage::tenant(&engine());
    let bare = Builder::new_current_thread().build().unwrap();
    let error = bare.block_on(tenant.configure()).unwrap_err().error;
    assert_eq!(
        error.to_string(),
        "the host failed: this tokio runtime has no timers: the host builds it with `enable_time` or `enable_all`"
    );
}

#[test]
fn a_call_outside_of_a_runtime_is_an_error_that_says_where_to_call() {
    let tenant = stage::tenant(&engine());
    let mut call = pin!(tenant.configure());
    let Poll::Ready(Err(call)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the call waits, or has a verdict");
    };
    let reason = String::from("there is no tokio runtime here: the host calls the engine from within one");
    assert_eq!(call.error, CallFailure::Host { reason });
}
