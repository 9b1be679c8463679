//! Why a callback is turned away.
//!
//! The texts are for the operator: what came, what was expected, what to check. No text holds a secret. Of
//! what a sender chose they hold numbers and one shortened id.

use core::fmt;
use std::time::Duration;

use wecom_xml::Fault;

use crate::model::UnixSeconds;

/// Why a callback is turned away, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Neither GET nor POST. The sender is not WeCom.
    Method,
    /// Longer than is read.
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Query or envelope lack their shape.
    Malformed(Shape),
    /// Sent too long before its arrival, or after it. A replay, or a clock that is wrong.
    Stale {
        /// As the sender says.
        timestamp: UnixSeconds,
        /// As the host says.
        received_at: UnixSeconds,
        /// How far they may lie apart.
        window: Duration,
    },
    /// No configured pair made this signature.
    Forged,
    /// Signed, and what is inside does not open: base64, blocks, padding or length. One case for all.
    Undecryptable,
    /// Signed, opened, and meant for another company.
    WrongReceiver {
        /// The id in the message, shortened.
        receiver: String,
        /// Those that it was compared with, shortened: the company, and for a verification the provider, where it is
        /// configured.
        expected: Vec<String>,
        /// It came by GET, to verify the address, which WeCom does of a customised-development app in the provider's name.
        verification: bool,
    },
    /// Signed, opened, ours, and not a message.
    Unreadable(Unreadable),
    /// Sound, and about an event too long before its arrival, or after it: a message of before under another stamp, or a
    /// clock that is wrong.
    Outdated {
        /// `CreateTime` of the message.
        created_at: UnixSeconds,
        /// As the host says.
        received_at: UnixSeconds,
        /// How far they may lie apart.
        window: Duration,
    },
}

/// What is wrong with the shape of a query or an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A parameter is missing or empty.
    Missing(Parameter),
    /// A parameter occurs twice.
    Doubled(Parameter),
    /// A parameter is not percent-encoded UTF-8.
    Encoding(Parameter),
    /// A parameter is longer than is read.
    TooLong(Parameter),
    /// The timestamp is not a number of seconds.
    Timestamp,
    /// The body is not UTF-8.
    Utf8,
    /// The body begins as JSON and is no object with one `encrypt`.
    Json,
    /// The body is no XML.
    Xml(Fault),
    /// The body's XML has no `Encrypt`, or an empty one.
    NoEncrypt,
    /// The body's XML has several `Encrypt`.
    SeveralEncrypts,
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `msg_signature`
    MsgSignature,
    /// `timestamp`
    Timestamp,
    /// `nonce`
    Nonce,
    /// `echostr`
    Echostr,
}

/// Why an opened text is no message. Its sender has the keys, so this is WeCom's doing or a leaked key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no XML.
    Xml(Fault),
    /// It begins as JSON and is none.
    Json,
    /// An element that a message cannot do without is missing or empty.
    Missing(&'static str),
    /// An element that may occur once occurs twice: no telling which one is meant.
    Doubled(&'static str),
    /// A fact stands behind texts of people, one of which may have written it.
    BehindTexts(&'static str),
    /// The end of a text's CDATA section stands where it ends none, an element of a text has begun again, or there is a
    /// comment, or a section in a message whose form's name stands in none: a text of a person may have become markup.
    Markup,
    /// The approval's number is not UTF-8.
    NotUtf8(&'static str),
    /// An element is no number.
    NotANumber(&'static str),
    /// It came by GET and is no echo: empty, too long, or a message.
    Echo,
}

impl Parameter {
    /// As it is spelt in the query.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MsgSignature => "msg_signature",
            Self::Timestamp => "timestamp",
            Self::Nonce => "nonce",
            Self::Echostr => "echostr",
        }
    }
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Self {
        Self::Xml(fault)
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("callback method is neither GET nor POST: the sender is not WeCom"),
            Self::TooLarge { limit } => write!(f, "callback is too large: limit {limit} bytes"),
            Self::Malformed(shape) => write!(f, "callback is malformed: {shape}"),
            Self::Stale { timestamp, received_at, window } => write!(
                f,
                "callback is stale: sent {}, received {}, window {} s: check the host's clock",
                timestamp.0,
                received_at.0,
                window.as_secs()
            ),
            Self::Forged => f.write_str("callback signature fits no configured pair: check the Sign Token"),
            Self::Undecryptable => f.write_str("callback is signed and does not open: check the Aes Key"),
            Self::WrongReceiver { receiver, expected, verification } => {
                write!(f, "callback receiver is \"{receiver}\", this engine serves ")?;
                for (at, expected) in expected.iter().enumerate() {
                    write!(f, "{}\"{expected}\"", if at == 0 { "" } else { " and " })?;
                }
                f.write_str(if *verification {
                    ": check the CorpId, and of a customised-development app the Provider's CorpId"
                } else {
                    ": check the CorpId"
                })
            }
            Self::Unreadable(why) => write!(f, "callback opens and is no message: {why}"),
            Self::Outdated { created_at, received_at, window } => write!(
                f,
                "callback is stale: its event is of {}, received {}, window {} s: an old message was sent again, or \
                 check the host's clock",
                created_at.0,
                received_at.0,
                window.as_secs()
            ),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(parameter) => write!(f, "query without a value for {}", parameter.name()),
            Self::Doubled(parameter) => write!(f, "query with more than one {}", parameter.name()),
            Self::Encoding(parameter) => {
                write!(f, "query parameter is not percent-encoded utf-8: {}", parameter.name())
            }
            Self::TooLong(parameter) => write!(f, "query parameter is too long: {}", parameter.name()),
            Self::Timestamp => f.write_str("timestamp is not a number of seconds"),
            Self::Utf8 => f.write_str("body is not utf-8"),
            Self::Json => f.write_str("body is not a json object with exactly one encrypt"),
            Self::Xml(fault) => write!(f, "body is not the xml expected: {fault}"),
            Self::NoEncrypt => f.write_str("body without Encrypt"),
            Self::SeveralEncrypts => f.write_str("body with more than one Encrypt"),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(fault) => write!(f, "not the xml expected: {fault}"),
            Self::Json => f.write_str("json that does not parse"),
            Self::Missing(name) => write!(f, "element missing or empty: {name}"),
            Self::Doubled(name) => write!(f, "element more than once: {name}"),
            Self::BehindTexts(name) => write!(f, "element behind texts of people: {name}"),
            Self::Markup => f.write_str("a text of a person may be read as markup"),
            Self::NotUtf8(name) => write!(f, "element is not utf-8: {name}"),
            Self::NotANumber(name) => write!(f, "element is no number: {name}"),
            Self::Echo => f.write_str("came by GET and is no echo"),
        }
    }
}
