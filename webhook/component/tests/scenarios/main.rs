//! The compiled webhook engine, driven through the host harness against its fake, in one process and on one clock.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a scenario that cannot go on ends here"
)]

mod ambiguous;
mod callbacks;
mod contract;
mod diagnostics;
mod life;
mod loopback;
mod lost_callback;
mod refusals;
mod secrets;
mod tracking;
mod unconfigured;
mod world;
