//! A request's life.
//!
//! ```text
//! submitting ──▶ pending ──▶ approved ──▶ revoked
//!     │  ▲          ├──────▶ rejected
//!     ▼  │          ├──────▶ withdrawn
//!   unknown         ├──────▶ deleted
//!     │             ├──────▶ expired      (the host gave up waiting)
//!     ▼             └──────▶ abandoned    (the product cancelled)
//!  resubmit, failed
//! ```
//!
//! Terminal states are sticky. The first authoritative terminal state wins; a later different one is a conflict,
//! flagged and never executed. The one way on is from approved to revoked.

use host_harness::Digest;
use host_harness::contract::Status;

use crate::failure::Failure;

/// One request of one tenant of one engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The tenant and the engine instance: two tenants may use the same number.
    pub tenant: String,
    /// The product's number of the request: 1 to 47 of `A-Za-z0-9._:-`. The [idempotency
    /// key](Request::idempotency_key) is made of it.
    pub number: String,
}

/// What a request was submitted with. It ends on the engine that it began on, whatever new requests use by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// SHA-256 of the engine's component.
    pub engine: Digest,
    /// The [revision](host_harness::Tenant::at_revision) of the tenant's settings. It tells a host which provider and
    /// template a request belongs to; a secret that has been rotated since is not used again for it.
    pub configuration: u64,
}

impl Pin {
    /// What a request has that was stored before there were pins. It began on the one engine that its host had then.
    pub const UNRECORDED: Self = Self { engine: Digest::from_bytes([0; 32]), configuration: 0 };
}

/// Where a request is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An intent is stored; the provider may be hearing of it this moment.
    Submitting,
    /// Submitted or not: to be looked up before anything else.
    Unknown,
    /// Certainly not submitted. May be submitted again.
    Resubmit,
    /// The provider or the engine refused it, until the cause is removed. May be submitted again then.
    Failed,
    /// Waits for approvers.
    Pending,
    /// Granted.
    Approved,
    /// Not granted.
    Rejected,
    /// Taken back by the applicant.
    Withdrawn,
    /// Gone at the provider.
    Deleted,
    /// The host waited long enough.
    Expired,
    /// Cancelled in the product.
    Abandoned,
    /// Granted first, taken back later.
    Revoked,
}

/// What the product has to do about a request. At most one decision a request, and then at most one revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Grant.
    Approved,
    /// Do not grant.
    Rejected,
    /// Do not grant.
    Withdrawn,
    /// Do not grant.
    Deleted,
    /// Do not grant.
    Expired,
    /// Take the grant back.
    Revoked,
    /// Nothing was submitted after all: call `submit_once` again.
    SubmitAgain,
}

/// What a newly learnt status does to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Nothing new.
    Stay,
    /// To this state, and the product has to act.
    Decide(State, Outcome),
    /// The provider says otherwise than what has been decided. Flagged; never executed.
    Conflict,
}

impl Request {
    /// A request whose first submission is about to begin. It is submitted under its number as long as it has no other
    /// [idempotency key](Self::idempotency_key).
    #[must_use]
    pub fn intent(key: Key, pin: Pin, now: u64, due_at: u64) -> Self {
        Self {
            idempotency_key: key.number.clone(),
            key,
            pin,
            revision: 0,
            attempt: 1,
            state: State::Submitting,
            approval_id: None,
            applicant: None,
            skew_seconds: None,
            intended_at: now,
            created_at: now,
            heard_at: now,
            due_at: Some(due_at),
            silent_looks: 0,
            unanswered_looks: 0,
            expecting_until: None,
            conflict: false,
            stuck: None,
            failure: None,
        }
    }
}

impl State {
    /// Whether nothing that the provider says will be executed any more, a revocation apart.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Submitting | Self::Unknown | Self::Resubmit | Self::Pending => false,
            Self::Failed
            | Self::Approved
            | Self::Rejected
            | Self::Withdrawn
            | Self::Deleted
            | Self::Expired
            | Self::Abandoned
            | Self::Revoked => true,
        }
    }

    /// What an **authoritative** status, one that was fetched, does.
    #[must_use]
    pub const fn learn(self, status: Status) -> Transition {
        let said = match status {
            Status::Pending | Status::Unknown => return Transition::Stay,
            Status::Approved => (Self::Approved, Outcome::Approved),
            Status::Rejected => (Self::Rejected, Outcome::Rejected),
            Status::Withdrawn => (Self::Withdrawn, Outcome::Withdrawn),
            Status::Deleted => (Self::Deleted, Outcome::Deleted),
            // Approved and revoked between two looks: there is no grant to give and none to take.
            Status::Revoked => (Self::Revoked, Outcome::Withdrawn),
        };
        match (self, said.0) {
            (Self::Pending | Self::Submitting | Self::Unknown | Self::Resubmit, _) => {
                Transition::Decide(said.0, said.1)
            }
            (Self::Approved, Self::Revoked) => Transition::Decide(Self::Revoked, Outcome::Revoked),
            // A revoked approval was approved once; some providers go on saying so.
            (Self::Revoked, Self::Approved) => Transition::Stay,
            (Self::Approved, Self::Approved)
            | (Self::Rejected, Self::Rejected)
            | (Self::Withdrawn, Self::Withdrawn)
            | (Self::Deleted, Self::Deleted)
            | (Self::Revoked, Self::Revoked) => Transition::Stay,
            // Taken back without a grant, then removed: nothing to do twice.
            (Self::Rejected | Self::Withdrawn | Self::Revoked, Self::Deleted) => Transition::Stay,
            _ => Transition::Conflict,
        }
    }
}

/// What the host knows of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub key: Key,
    /// What it is submitted with, and asked about with.
    pub pin: Pin,
    /// Counts changes: a change names the revision it was made from.
    pub revision: u64,
    /// What its form carries, and what it is found by: the number and a part that cannot be guessed. The same for every
    /// attempt.
    pub idempotency_key: String,
    /// Counts attempts to submit it, from 1. What an attempt reports changes the request only while it is the last one.
    pub attempt: u32,
    /// Where it is.
    pub state: State,
    /// The provider's number, once known.
    pub approval_id: Option<String>,
    /// The provider's member who applies, stored before anything is sent. A search is narrowed to it.
    pub applicant: Option<String>,
    /// How far the clocks of host and provider were apart when an attempt began, at most; `None` when that was unknown.
    pub skew_seconds: Option<u64>,
    /// When the last intent to submit was stored. The search for it begins a little before.
    pub intended_at: u64,
    /// When the first intent was stored.
    pub created_at: u64,
    /// When something was last heard of it.
    pub heard_at: u64,
    /// When to look at it next; `None` when there is nothing to wait for.
    pub due_at: Option<u64>,
    /// How often it has been asked about without news.
    pub silent_looks: u32,
    /// How often in a row it has been asked about without an answer.
    pub unanswered_looks: u32,
    /// An event says that there is news which a fetch has not shown yet: until when to go on asking.
    pub expecting_until: Option<u64>,
    /// The provider contradicted a decision, or has two approvals for one request, or one for two. Nothing is granted
    /// because of it.
    pub conflict: bool,
    /// Why a person has to act, who, and how: it is not known whether it was submitted, or the provider has more than one
    /// form for it. Until then nothing is submitted again, and nothing is granted while there is a
    /// [`conflict`](Self::conflict).
    pub stuck: Option<String>,
    /// Why the last attempt submitted nothing, while the request is [`Resubmit`](State::Resubmit) or
    /// [`Failed`](State::Failed) because of it.
    pub failure: Option<Failure>,
}
