//! The callback story from outside: requests in, answers and dispositions out.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets something else is to fail at that spot"
)]

#[path = "../support/drawn.rs"]
mod drawn;

mod checks;
mod error_texts;
mod hostile;
mod identity;
mod meaning;
mod orders;
mod random;
mod samples;
mod seal;
mod tampering;
mod typed;
mod vectors;
