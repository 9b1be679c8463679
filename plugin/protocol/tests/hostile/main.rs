//! What holds for any bytes at all: one function a kind of input, each given whatever a fuzzer or its corpus has.
//!
//! `plugin/protocol/fuzz` is built on this file and makes up the bytes. What it has found worth keeping lies in its
//! `corpus`, and is gone through here by every `cargo test`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not hold ends here"
)]

pub use answers::answers;
pub use callbacks::{frame, message, request};
pub use configuration::{image, settings};
pub use json::json;

mod answers;
mod callbacks;
mod configuration;
#[path = "../support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "../support/forms.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod forms;
mod json;
#[path = "../callback/seal.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod seal;
#[path = "../support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

#[cfg(test)]
mod corpus;
