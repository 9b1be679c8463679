//! What WeCom sends to the callback address, from raw bytes to an event.
//!
//! [`handle`] is the whole story, and its checks run in one order, cheapest proof first:
//!
//! | step | looks at | refuses with |
//! | --- | --- | --- |
//! | method | GET or POST | [`Error::Method`] |
//! | size | query and body | [`Error::TooLarge`] |
//! | query | `msg_signature`, `timestamp`, `nonce`, and `echostr` of a GET | [`Error::Malformed`] |
//! | envelope | `Encrypt`, and nothing else of the body | [`Error::Malformed`] |
//! | freshness | `timestamp` against the time of arrival | [`Error::Stale`] |
//! | signature | the four signed parts, under every configured pair | [`Error::Forged`] |
//! | cipher | base64, AES, padding, length | [`Error::Undecryptable`] |
//! | receiver | the id behind the message | [`Error::WrongReceiver`] |
//! | text | UTF-8 | [`Error::Undecryptable`] |
//! | message | XML of a known kind, or an echo | [`Error::Unreadable`] |
//!
//! Up to the signature, everything is the word of a stranger. Each step hands the next one a type that only it
//! makes, so no step can be left out. The sender sees the [`Answer`], which is the same for every refusal from
//! freshness on; the operator reads the [`Error`].
//!
//! A package of its own, so that it can be compiled for speed and everything else for size.
#![forbid(unsafe_code)]

use core::fmt;

use crate::model::{Event, UnixSeconds};

pub use endpoint::{CallbackKey, Endpoint};
pub use error::{Error, Parameter, Shape, Unreadable};
pub use key::{AesKey, AesKeyError};
pub use wecom_xml::Fault;

pub mod codes;
pub mod digest;
pub mod model;
pub mod seal;
pub mod secret;

mod actor;
mod cipher;
mod endpoint;
mod envelope;
mod error;
mod excerpt;
mod key;
mod message;
mod query;
mod signature;

/// The longest body that is read. An approval's callback has a few KiB.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The longest query that is read. WeCom's has less than 1 KiB.
pub const QUERY_LIMIT: usize = 16 * 1024;

/// The longest echo that is given back. WeCom's has up to 23 digits, and any event is longer than this.
const ECHO_LIMIT: usize = 128;

/// How much of a method is shown.
const METHOD_LIMIT: usize = 16;

/// One HTTP request that reached the callback address. `Debug` shows neither query nor body: a signature is as
/// good as a key to whoever reads it within the window.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Upper case, such as `POST`.
    pub method: &'a str,
    /// Raw: without `?` and still percent-encoded.
    pub query: &'a str,
    /// As it came.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: UnixSeconds,
}

/// The exact HTTP answer to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200 means that WeCom need not send it again.
    pub status: u16,
    /// `None` when there is no body.
    pub content_type: Option<&'static str>,
    /// As it is to be sent, byte for byte.
    pub body: Vec<u8>,
}

/// What to answer, and what the request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For the sender.
    pub answer: Answer,
    /// For the host.
    pub disposition: Disposition,
}

/// What a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::large_enum_variant,
        reason = "one a request, moved once, and an event is the common case"
    )
)]
pub enum Disposition {
    /// WeCom checked the address; the answer proves it.
    VerifiedAddress,
    /// News of an approval. To be stored before the answer is sent.
    Accepted(Event),
    /// News of an approval made from a template that is none of ours, whatever else the form holds or lacks.
    Foreign,
    /// A sound message of a kind that is of no use here, such as `text` or `event:enter_agent`. At most 80
    /// bytes.
    Ignored(String),
    /// Nothing in it is a fact.
    Refused(Error),
}

/// Reads one request to the callback address.
///
/// Pure and bounded: time and memory grow with the size of the request, which is limited, and with nothing
/// that it says about itself.
#[must_use]
pub fn handle(endpoint: &Endpoint<'_>, request: &Request<'_>) -> Outcome {
    match read(endpoint, request) {
        Ok(Meaning::Echo(text)) => {
            Outcome { answer: Answer::echo(text), disposition: Disposition::VerifiedAddress }
        }
        Ok(Meaning::Event(event)) => Outcome::received(Disposition::Accepted(*event)),
        Ok(Meaning::Foreign) => Outcome::received(Disposition::Foreign),
        Ok(Meaning::Ignored(kind)) => Outcome::received(Disposition::Ignored(kind)),
        Err(error) => Outcome { answer: Answer::refusal(&error), disposition: Disposition::Refused(error) },
    }
}

/// What a proven request says.
enum Meaning {
    Echo(String),
    Event(Box<Event>),
    Foreign,
    Ignored(String),
}

/// The two things that WeCom does with the address.
#[derive(Clone, Copy)]
enum Purpose {
    /// GET: is it ours?
    Verification,
    /// POST: here is news.
    Delivery,
}

/// The checks, in the order that the module promises.
fn read(endpoint: &Endpoint<'_>, request: &Request<'_>) -> Result<Meaning, Error> {
    let purpose = match request.method {
        "GET" => Purpose::Verification,
        "POST" => Purpose::Delivery,
        _ => return Err(Error::Method),
    };
    within(request.query.len(), QUERY_LIMIT)?;
    within(request.body.len(), BODY_LIMIT)?;
    let stamp = query::read(request.query).map_err(Error::Malformed)?;
    let sealed = match purpose {
        Purpose::Verification => query::echo(request.query),
        Purpose::Delivery => envelope::read(request.body),
    }
    .map_err(Error::Malformed)?;
    let fresh = stamp.check(request.received_at, endpoint.window)?;
    let verified = signature::verify(endpoint.keys, &fresh, &sealed)?;
    let opened = cipher::open(&verified, endpoint.corp_id)?;
    match purpose {
        Purpose::Verification => echo(opened).map(Meaning::Echo),
        Purpose::Delivery => news(endpoint, opened.message()),
    }
    .map_err(Error::Unreadable)
}

const fn within(length: usize, limit: usize) -> Result<(), Error> {
    if length > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
}

/// The text that proves the address.
///
/// A message is never given back. Its signature is as good for a GET as for the POST it was made for, so
/// whoever saw one callback go by could otherwise have it decrypted here.
fn echo(opened: cipher::Opened) -> Result<String, Unreadable> {
    let text = opened.into_message();
    let is_message = message::body(&text).starts_with(['<', '{', '[']);
    if text.is_empty() || text.len() > ECHO_LIMIT || is_message { Err(Unreadable::Echo) } else { Ok(text) }
}

fn news(endpoint: &Endpoint<'_>, text: &str) -> Result<Meaning, Unreadable> {
    Ok(match message::read(text)? {
        message::Message::Ignored(kind) => Meaning::Ignored(kind),
        message::Message::Approval(draft) if !endpoint.owns(&draft.template_id()) => Meaning::Foreign,
        message::Message::Approval(draft) => Meaning::Event(Box::new(draft.into_event(text)?)),
    })
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &excerpt::plain(self.method, METHOD_LIMIT))
            .field("query", &format_args!("{} bytes", self.query.len()))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("received_at", &self.received_at)
            .finish()
    }
}

impl Outcome {
    /// WeCom need not send it again.
    const fn received(disposition: Disposition) -> Self {
        Self { answer: Answer::empty(200), disposition }
    }
}

impl Answer {
    const fn empty(status: u16) -> Self {
        Self { status, content_type: None, body: Vec::new() }
    }

    /// The bare text: WeCom compares it byte for byte, and takes quotes or a newline for a wrong answer.
    fn echo(text: String) -> Self {
        Self { status: 200, content_type: Some("text/plain"), body: text.into_bytes() }
    }

    /// From freshness on all refusals look alike, so that a sender learns nothing from which check failed.
    const fn refusal(error: &Error) -> Self {
        Self::empty(match error {
            Error::Method => 405,
            Error::TooLarge { .. } => 413,
            Error::Malformed(_) => 400,
            Error::Stale { .. }
            | Error::Forged
            | Error::Undecryptable
            | Error::WrongReceiver { .. }
            | Error::Unreadable(_) => 403,
        })
    }
}
