//! Random histories through the real component: submissions, approvers, faults, two nodes that take turns, crashes, and
//! at the end the truth.
//!
//! Whatever happened, once it is quiet there is one form for each request, one decision, and it is what the fake
//! WeCom's own form says. Every history has a seed. One that fails is shrunk and printed with it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a history that goes wrong ends here")]

use std::hash::{BuildHasher as _, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::act::{History, history};
use crate::desk::Desk;

mod act;
mod desk;
mod faults;
mod line;
mod past;
mod plot;
mod steps;
mod truth;
mod turns;

/// The network and WeCom misbehave, and the nodes do not wait for each other.
#[test]
fn one_form_and_one_decision_whatever_the_network_does() {
    hold(|| history(false));
}

/// The nodes crash as well, and their store fails, at any step.
#[test]
fn one_form_and_one_decision_whenever_a_node_crashes() {
    hold(|| history(true));
}

/// Histories of each property that `cargo test` runs, the same on every machine.
const FIXED: u64 = 2_000;

/// How long a history that failed is shrunk. One of thousands of requests takes so long that all its shrinking would look
/// like a test that hangs.
const SHRINKING_MILLISECONDS: u32 = 120_000;

/// Seeds of histories that failed once. What they draw now is another history; it runs all the same.
const PAST: [u64; 1] = [2_272_763_875_200_377_342];

/// Runs the fixed histories; `HISTORIES` of them, `HISTORY_FROM` another seed or `random`; or the one of `HISTORY`.
fn hold<S: Strategy<Value = History>>(histories: impl Fn() -> S) {
    if let Some(seed) = number("HISTORY") {
        return run(&histories(), seed);
    }
    let from = std::env::var("HISTORY_FROM").ok();
    let first = match from.as_deref() {
        None => 0,
        Some("random") => RandomState::new().hash_one(0),
        Some(seed) => seed.parse().unwrap(),
    };
    let count = number("HISTORIES").unwrap_or(FIXED);
    if from.is_none() {
        PAST.iter().for_each(|seed| run(&histories(), *seed));
    } else {
        eprintln!("HISTORY_FROM={first} HISTORIES={count} runs the same histories again");
    }
    (0..count).for_each(|n| run(&histories(), spread(first.wrapping_add(n))));
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().unwrap())
}

/// Seeds that follow each other, far apart: SplitMix64.
const fn spread(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    seed ^ (seed >> 31)
}

fn run(histories: &impl Strategy<Value = History>, seed: u64) {
    let config = Config {
        cases: 1,
        max_shrink_iters: 4_000,
        max_shrink_time: SHRINKING_MILLISECONDS,
        failure_persistence: None,
        ..Config::default()
    };
    let seed_bytes = [seed.to_be_bytes(), (!seed).to_be_bytes()].concat();
    let rng = TestRng::from_seed(RngAlgorithm::XorShift, &seed_bytes);
    match TestRunner::new_with_rng(config, rng).run(histories, |history| live(&history)) {
        Ok(()) => {}
        Err(TestError::Fail(why, history)) => {
            panic!("{why}, at the end of\n{history}HISTORY={seed} draws it again, and shrinks it to this")
        }
        Err(TestError::Abort(why)) => panic!("{why}\nHISTORY={seed} runs it again"),
    }
}

/// One history. Its time is simulated: it stands still unless the history lets it pass.
fn live(history: &History) -> Result<(), TestCaseError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut desk = Desk::new(history.weather).await;
        for act in &history.acts {
            desk.perform(act).await;
        }
        desk.come_to_rest().await;
        desk.check().await.map_err(TestCaseError::fail)
    })
}
