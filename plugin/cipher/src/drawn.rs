//! How many cases a property is tried with, and which.

use proptest::test_runner::{Config, RngSeed};

/// `cargo test` draws the same cases everywhere, so that what passes here passes there. `FRESH_CASES=3` draws three times as
/// many, and others each time. A failure prints its case.
pub(crate) fn cases(cases: u32) -> Config {
    let times =
        std::env::var_os("FRESH_CASES").map(|times| times.to_str().and_then(|times| times.parse().ok()));
    let (rng_seed, times) = match times {
        Some(times) => (RngSeed::Random, times.unwrap_or(1)),
        None => (RngSeed::Fixed(1), 1),
    };
    Config { failure_persistence: None, rng_seed, ..Config::with_cases(cases.saturating_mul(times)) }
}
