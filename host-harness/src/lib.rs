//! The host's half of `idaas:approval`: loads approval engines, limits them, polices what they send, and calls them.
//!
//! ```text
//! Runtime ── load ──▶ ApprovalEngine ── tenant ──▶ Tenant ── configure, handle_callback, resolve_user, submit
//!                                                        ── fetch, find_submission, list_submitted, check, provision
//! ```
//!
//! Every call runs in a fresh store and instance: instantiated, configured, called, dropped. Tenants cannot see each
//! other, and a trap, a limit or a time-out ends one call with a typed [`CallError`] and nothing else. The second line
//! of functions an engine may leave out: [`CallFailure::Unsupported`].
//!
//! What an engine may reach comes in through [`Services`]: an [`outbound::Outbound`] for HTTP, a
//! [`tokens::TokenCache`], a [`log::LogSink`]; and how fast, through a [`pace::Pace`]. Tests put fakes there.

mod bindings;
mod call;
mod census;
mod cpu;
mod slots;
mod state;
mod timers;

pub mod clock;
pub mod code_cache;
pub mod contract;
pub mod digest;
pub mod egress;
pub mod engine;
pub mod error;
pub mod fuel;
pub mod imports;
pub mod json;
pub mod limits;
pub mod log;
pub mod news;
pub mod outbound;
pub mod pace;
pub mod redact;
pub mod registry;
pub mod replay;
pub mod runtime;
pub mod secret;
pub mod settings;
pub mod tenant;
pub mod tokens;

pub use census::Outline;
pub use code_cache::{CacheError, CodeCache};
pub use digest::Digest;
pub use engine::ApprovalEngine;
pub use error::{CallError, CallFailure, LoadError, RuntimeError};
pub use fuel::FuelGauge;
pub use limits::Limits;
pub use news::NewsSeen;
pub use registry::{Registry, RegistryError};
pub use runtime::{Allocation, Runtime, Services};
pub use settings::{Settings, SettingsError};
pub use tenant::{Grant, Tenant};
