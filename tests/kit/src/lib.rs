//! The conformance kit: what every approval engine must do, whoever its provider is.
//!
//! A [case](case::Case) is data: a file in `cases/` with its title, its reason, the promise of the contract that it
//! checks, and a short script. The script speaks a vocabulary that any provider can play: a [`Provider`] seals the
//! letters, answers the requests and acts as the approver. [`run`] plays every case with one engine.
//!
//! ```text
//! cases/*.toml ──▶ run ──▶ Report ──▶ table, JSON, JUnit
//!                  │  │
//!      the engine ─┘  └─ the Provider: its fake
//! ```
//!
//! The engine is a black box. A case sees what the engine returns, what goes through its imports, and what the
//! provider received. Some cases have no script: they [watch] every call that the others make.

mod call;
mod fields;
mod play;
mod record;
mod replay;
mod run;
mod tally;
mod world;

pub mod case;
pub mod cases;
pub mod expect;
pub mod provider;
pub mod report;
pub mod sample;
pub mod watch;

pub use provider::{Provider, Stage};
pub use report::Report;
pub use run::{KitError, play_scripts, run};

/// When every case begins: 2026-01-01T00:00:00Z.
pub const T0: u64 = 1_767_225_600;
