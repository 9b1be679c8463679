//! What a host knows of its approval requests, and how it comes to know it.
//!
//! - [`Tracker::submit_once`]: one approval for one key, whatever breaks in between.
//! - [`Tracker::receive`]: takes a callback's events into the inbox; the host answers the provider only after it.
//! - [`Tracker::settle`]: confirms what the inbox says with the provider and decides.
//! - [`Tracker::reconcile`]: asks about what has been silent or had no answer, within a budget.
//! - [`Tracker::forget_settled`] and [`Tracker::forget_ended`], once a day: keep the store from growing for ever.
//!
//! A [`Request`] is [pinned](Pin) to the engine and settings that it was submitted with. Whoever settles or reconciles
//! gives the engine for each request, so that an engine can be swapped while approvals are open.
//!
//! A [`Request`] changes by compare-and-set alone, and its decision goes into the outbox in the same step. The time
//! is an argument of everything. State is in a [`Store`]: [`MemoryStore`] here, others elsewhere.

mod budget;
mod engine;
mod failure;
mod host_key;
mod inbox;
mod policy;
mod reconcile;
mod request;
mod retention;
mod search;
mod side_by_side;
mod store;
mod submit;
mod tenant;
mod tracker;

pub use budget::Budget;
pub use engine::{Approvals, Later, Looked, Submitted};
pub use failure::{Cause, Failure, Problem, Words};
pub use host_key::HostKey;
pub use inbox::Settled;
pub use policy::Policy;
pub use reconcile::Reconciled;
pub use request::{Key, Outcome, Pin, Request, State, Transition};
pub use store::{Listed, Message, Notice, Store, StoreError, StoreFailure, Unreadable, memory::MemoryStore};
pub use submit::SubmitOutcome;
pub use tracker::Tracker;
