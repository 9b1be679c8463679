//! Components and engines that are made to harm the host: each is refused by the name of a limit, before anything is
//! compiled, or ends its own call.
//!
//! What the host's command line does on top of it, in a process that the system ends, is in `cli/tests/hostile.rs`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a scenario that cannot go on ends here"
)]

#[path = "../support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "../support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

mod compiling;
mod features;
mod heartbeat;
mod memory;
mod recording;
mod shapes;
mod tokens;
