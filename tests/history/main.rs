//! Random histories through the real component: submissions, approvers, faults, crashes, and at the end the truth.
//!
//! Whatever happened, once it is quiet there is one form for each request, one decision, and it is what the fake
//! WeCom's own form says. A failing history is shrunk and printed with its seed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a history that goes wrong ends here")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::act::{Act, act};
use crate::desk::Desk;

mod act;
mod crashing;
mod desk;

/// Histories of each property. `HISTORIES` sets another number.
fn histories() -> u32 {
    std::env::var("HISTORIES").ok().and_then(|number| number.parse().ok()).unwrap_or(5_000)
}

fn hold(acts: impl Strategy<Value = Vec<Act>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: histories(), max_shrink_iters: 2_000, ..Config::default() };
    let held = TestRunner::new(config).run(&acts, |acts| {
        runtime.block_on(async {
            let mut desk = Desk::new().await;
            for act in &acts {
                desk.perform(act).await;
            }
            desk.come_to_rest().await;
            desk.check().await.map_err(TestCaseError::fail)
        })
    });
    if let Err(failure) = held {
        panic!("{failure}");
    }
}

/// The network and WeCom misbehave.
#[test]
fn one_form_and_one_decision_whatever_the_network_does() {
    hold(vec(act(false), 4..24));
}

/// The host crashes as well, between any two steps of its store.
#[test]
fn one_form_and_one_decision_whenever_the_host_crashes() {
    hold(vec(act(true), 4..24));
}
