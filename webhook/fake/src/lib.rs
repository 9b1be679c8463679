//! A company's approval endpoint that keeps the rules of `webhook/PROTOCOL.md`: in process through [`Company::handle`],
//! over loopback through [`serve`](serve::serve).
//!
//! ```
//! use fake_webhook::{Company, EXAMPLE, Verdict};
//!
//! let company = Company::new(EXAMPLE, || 1_767_225_600);
//! let id = company.submit_by_hand("REQ-1", "zhang.san");
//! company.act(&id, "li.si", Verdict::Agreed, "ok").unwrap();
//! let [change] = company.changes().try_into().unwrap();
//! assert_eq!(change.status, "approved");
//! let callback = company.deliver(&change); // signed, to be handed to the engine
//! # assert!(callback.headers().contains_key("webhook-signature"));
//! ```
//!
//! It signs and verifies with another library than the engine, so that an error in the engine's cannot cancel out.

mod approval;
mod company;
mod fault;
mod journal;
mod outbox;
pub mod serve;
pub mod signature;

pub use approval::{Approval, NotAllowed, Verdict};
pub use company::{Answer, Company, EXAMPLE, Setup};
pub use fault::Fault;
pub use journal::Entry;
pub use outbox::Change;
