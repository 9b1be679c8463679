//! What happened, for tests to read and for people to see. It holds no token and no secret.

mod redact;

use std::collections::VecDeque;
use std::net::IpAddr;

use serde_json::Value;

pub(crate) use redact::{body, query};

use crate::callback::DeliveryId;
use crate::fault::{CallFault, DeliveryFault};
use crate::form::ChangeEvent;

/// Entries kept; older ones go first, so that a fake left running does not grow without end.
pub const JOURNAL_CAPACITY: usize = 10_000;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Somebody called the API.
    Call(CallEntry),
    /// Somebody acted on a form in the client.
    Action(ActionEntry),
    /// An event was sent to the receive-event-server, or lost on purpose.
    Delivery(DeliveryEntry),
}

/// A call of the API.
#[derive(Debug, Clone, PartialEq)]
pub struct CallEntry {
    /// When, unix seconds.
    pub at: u64,
    /// From which address.
    pub peer: IpAddr,
    /// HTTP method.
    pub method: String,
    /// Path behind `/cgi-bin/`, `oa/applyevent`; the whole path when it starts otherwise.
    pub path: String,
    /// The query, decoded; `access_token` and `corpsecret` read `[redacted]`.
    pub query: Vec<(String, String)>,
    /// The body if it is JSON, redacted like the query.
    pub body: Option<Value>,
    /// What the fault plan did to this call.
    pub fault: Option<CallFault>,
    /// What the caller got to know.
    pub outcome: CallOutcome,
    /// What the call changed, whether or not its caller got to know.
    pub effect: Option<Effect>,
}

/// What the caller of the API got to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// An HTTP answer; `errcode` when it is one of WeCom's.
    Answered {
        /// HTTP status.
        status: u16,
        /// `errcode` of the answer, 0 for success.
        errcode: Option<i64>,
    },
    /// The connection was refused.
    Refused,
    /// The connection was cut without an answer, or without a whole one.
    Cut,
}

impl CallOutcome {
    pub(crate) fn answered<T>(response: &http::Response<T>, errcode: Option<i64>) -> Self {
        Self::Answered { status: response.status().as_u16(), errcode }
    }
}

/// What a call changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A token was handed out; `fresh` unless it is one that was handed out before.
    TokenIssued {
        /// Whether the token is new.
        fresh: bool,
    },
    /// A form exists that did not before.
    FormSubmitted {
        /// Its number.
        sp_no: String,
    },
    /// A template exists that did not before.
    TemplateCreated {
        /// Its id.
        template_id: String,
    },
}

/// An action in the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// When, unix seconds.
    pub at: u64,
    /// The form.
    pub sp_no: String,
    /// What was done.
    pub event: ChangeEvent,
}

/// An attempt to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEntry {
    /// When its outcome was known, unix seconds.
    pub at: u64,
    /// The delivery; its attempts share the id.
    pub id: DeliveryId,
    /// 1 for the first attempt; 0 when there was none.
    pub attempt: u32,
    /// The form it is about.
    pub sp_no: String,
    /// The operation it reports.
    pub event: ChangeEvent,
    /// What the fault plan did to this event.
    pub fault: Option<DeliveryFault>,
    /// How it went.
    pub outcome: DeliveryOutcome,
}

/// How an attempt to deliver went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Answered with 200.
    Accepted,
    /// Answered otherwise or not at all.
    Failed {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// When it is tried again, unix seconds; none once WeCom gives up.
        retry_at: Option<u64>,
    },
    /// Lost on purpose, never sent.
    Dropped,
}

/// The newest entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
}

impl Journal {
    pub(crate) fn push(&mut self, entry: Entry) {
        if self.entries.len() >= JOURNAL_CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}
