//! WeCom's rules, one module for each subject: what the fake must enforce for a test against it to mean
//! something.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot arrange its case has failed"
)]

mod access;
mod callbacks;
mod company;
mod crypto;
mod detail;
mod faults;
mod flow;
mod journal;
mod limits;
mod listing;
mod page;
mod retries;
mod samples;
mod serving;
mod submit;
mod templates;
mod tokens;
mod users;
mod values;
