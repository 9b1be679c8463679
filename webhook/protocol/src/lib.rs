//! Approvals over signed webhooks, for companies whose approvals live in a system of their own.
//!
//! The company runs one endpoint. Every request to it is a message under the rules of
//! [Standard Webhooks](https://www.standardwebhooks.com), and so is every callback that comes back; `PROTOCOL.md` has
//! the messages. Read on in the order of an approval's life: [`describe`], [`settings`], [`member`], [`submit`],
//! [`callback`], [`tracking`], [`diagnostics`]. What they all use is in [`signature`] and [`endpoint`].
//!
//! Everything here is pure: the time is an argument, and what is to be sent goes through [`endpoint::Outbound`].
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

pub mod callback;
pub mod config;
pub mod contract;
pub mod describe;
pub mod diagnostics;
pub mod endpoint;
pub mod member;
pub mod message;
pub mod settings;
pub mod signature;
pub mod submit;
pub mod tracking;

mod form;
mod refusal;
mod text;

pub use contract::exports::idaas::approval::{approval_engine, approval_tracking, engine_diagnostics, types};
pub use contract::idaas::approval::{http, log};

/// The page for engine authors: what it shows has to compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
