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
//! | message | XML of a known kind, or an echo | [`Error::Unreadable`] |
//! | event | `CreateTime` against the time of arrival | [`Error::Outdated`] |
//!
//! **What freshness proves.** The signature is over the four signed parts in the order of their bytes, and so does not
//! bind them to their names: a captured callback whose `nonce` reads as a time has a second sound stamp, with the two in
//! each other's place. Therefore an event counts as news only when `CreateTime`, which is sealed with it, is recent as
//! well: within the window and [`RETRY_SPAN`]. Of a message that is not an event nothing follows, however old it is.
//!
//! **Text that is no UTF-8** is repaired and read: behind the receiver's id the key is proven. What is a fact cannot hold a
//! repair; what a person typed may.
//!
//! Up to the signature, everything is the word of a stranger. Each step hands the next one a type that only it
//! makes, so no step can be left out. The sender sees the [`Answer`], which is the same for every refusal from
//! freshness on; the operator reads the [`Error`].
//!
//! A package of its own, so that it can be compiled for speed and everything else for size.
#![forbid(unsafe_code)]

use core::fmt;
use std::time::Duration;

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

/// How long after an event WeCom may still send its message, beyond the window: it tries three times within seconds
/// (D90930), and does not publish how far apart.
pub const RETRY_SPAN: Duration = Duration::from_secs(300);

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
pub enum Disposition {
    /// WeCom checked the address; the answer proves it.
    VerifiedAddress,
    /// News of an approval, or of two when the message gives two numbers. To be stored before the answer is sent.
    Accepted(Vec<Event>),
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
        Ok(Meaning::News(events)) => Outcome::received(Disposition::Accepted(events)),
        Ok(Meaning::Foreign) => Outcome::received(Disposition::Foreign),
        Ok(Meaning::Ignored(kind)) => Outcome::received(Disposition::Ignored(kind)),
        Err(error) => Outcome { answer: Answer::refusal(&error), disposition: Disposition::Refused(error) },
    }
}

/// What a proven request says.
enum Meaning {
    Echo(String),
    News(Vec<Event>),
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
    match purpose {
        Purpose::Verification => {
            let receivers: Vec<_> = [endpoint.corp_id].into_iter().chain(endpoint.provider_corp_id).collect();
            echo(&cipher::open(&verified, &receivers, true)?).map(Meaning::Echo).map_err(Error::Unreadable)
        }
        Purpose::Delivery => {
            let meaning = news(endpoint, &cipher::open(&verified, &[endpoint.corp_id], false)?);
            recent(meaning.map_err(Error::Unreadable)?, request.received_at, endpoint.window)
        }
    }
}

/// Lets news pass whose event is recent.
fn recent(meaning: Meaning, received_at: UnixSeconds, window: Duration) -> Result<Meaning, Error> {
    let window = window.saturating_add(RETRY_SPAN);
    let old = |event: &&Event| received_at.0.abs_diff(event.occurred_at.0) > window.as_secs();
    match &meaning {
        Meaning::News(events) => match events.iter().find(old) {
            Some(event) => Err(Error::Outdated { created_at: event.occurred_at, received_at, window }),
            None => Ok(meaning),
        },
        Meaning::Echo(_) | Meaning::Foreign | Meaning::Ignored(_) => Ok(meaning),
    }
}

const fn within(length: usize, limit: usize) -> Result<(), Error> {
    if length > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
}

/// The text that proves the address.
///
/// A message is never given back. Its signature is as good for a GET as for the POST it was made for, so
/// whoever saw one callback go by could otherwise have it decrypted here.
fn echo(opened: &cipher::Opened) -> Result<String, Unreadable> {
    let cipher::Opened::Text(text) = opened else { return Err(Unreadable::Echo) };
    let is_message = message::body(text).starts_with(['<', '{', '[']);
    if text.is_empty() || text.len() > ECHO_LIMIT || is_message {
        Err(Unreadable::Echo)
    } else {
        Ok(text.clone())
    }
}

fn news(endpoint: &Endpoint<'_>, opened: &cipher::Opened) -> Result<Meaning, Unreadable> {
    let text = opened.text();
    Ok(match message::read(text)? {
        message::Message::Ignored(kind) => Meaning::Ignored(kind),
        message::Message::Approval(draft) if !endpoint.owns(&draft.template_id()) => Meaning::Foreign,
        message::Message::Approval(draft) => Meaning::News(vec![draft.into_event(opened.bytes())?]),
        message::Message::Changed(changed) => {
            let template = changed.template_id();
            match if endpoint.owns(&template) { Some(template) } else { endpoint.named_in(text).cloned() } {
                Some(template) => Meaning::News(changed.into_events(&template, opened.bytes())),
                None => Meaning::Foreign,
            }
        }
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
            | Error::Unreadable(_)
            | Error::Outdated { .. } => 403,
        })
    }
}
