//! One call of WeCom's server API: asked once, and its answer read.
//!
//! An answer is HTTP 200 with a JSON object. Every business error is one too, with an `errcode` other than 0, and
//! may carry fields that look like results: so `errcode` is tested before anything else is read. Everything else is
//! no answer, is noted with its reason, and what it means depends on whether the call only reads:
//! [`Failure::of_a_read`].
#![expect(clippy::result_large_err, reason = "a failure ends the call that meets it and is made once")]

use core::fmt;

use serde_json::Value;

use crate::config::Config;
use crate::errcode::{self, Refusal, RefusalClass, Treatment};
use crate::exchange::{Method, Note, Outbound, Request, Response, SendError};
use crate::json::{self, Flaw};
use crate::text::{Text, text};

pub use lens::Lens;
pub use unreadable::{Fault, UNREADABLE_ANSWER, Unreadable};

pub(crate) mod clean;
mod lens;
mod unreadable;

/// How long to wait when WeCom is busy, in seconds. Ours: WeCom names no time.
const BUSY_SECONDS: u32 = 5;

/// How long the approval interfaces stay shut after 45009, in seconds. They count by the minute (D90312).
const MINUTE_WINDOW_SECONDS: u32 = 60;

/// The interfaces whose limit is known to be by the minute.
const MINUTE_WINDOW_PATHS: &str = "/cgi-bin/oa/";

/// Nothing happened; later it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailability {
    /// When to try again, where that is known.
    pub retry_after_seconds: Option<u32>,
    /// What came in between.
    pub sentence: Text,
    /// What to do.
    pub remedy: Text,
    /// Set when WeCom itself said so.
    pub refusal: Option<Refusal>,
}

/// What keeps a call from having a result, when it is certain that the call had no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Somebody has to act.
    Refused(Refusal),
    /// Nobody has to; wait.
    Unavailable(Unavailability),
}

/// Why it is unknown what a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It was sent, and no complete answer came, in the host's words.
    Interrupted(String),
    /// The answer is larger than the host reads.
    TooLarge,
    /// Something came back that cannot be read.
    Unreadable(Unreadable),
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The call itself was never sent.
    NotSent(Obstacle),
    /// WeCom answered with an errcode.
    Refused {
        /// As a number, for decisions.
        errcode: i64,
        /// For people.
        refusal: Refusal,
        /// The interface.
        path: &'static str,
    },
    /// It was sent, and nothing that came back tells what it did.
    Unclear(Doubt),
}

impl Failure {
    /// What the failure comes to when the call only reads, so that no answer is as good as no call.
    #[must_use]
    pub fn of_a_read(self) -> Obstacle {
        match self {
            Self::NotSent(obstacle) => obstacle,
            Self::Unclear(doubt) => Obstacle::Unavailable(no_answer(&doubt)),
            Self::Refused { errcode, refusal, path } => match errcode::treatment(errcode) {
                Treatment::Transient | Treatment::Doubtful => Obstacle::Unavailable(busy(refusal, path)),
                Treatment::Permanent | Treatment::RenewToken | Treatment::BlockCredential => {
                    Obstacle::Refused(refusal)
                }
            },
        }
    }
}

/// A sound answer with `errcode` 0. Its `Debug` shows nothing of it: an answer may be a token.
#[derive(Clone, PartialEq)]
pub struct Answer(Value);

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
    }
}

impl Answer {
    /// The field `name`, or nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> Lens<'_> {
        Lens::new(&self.0).get(name)
    }
}

/// A GET of `path`.
#[must_use]
pub fn get(config: &Config, path: &'static str, query: Vec<(&'static str, String)>) -> Request {
    Request {
        method: Method::Get,
        base: config.api_base.clone(),
        path,
        query,
        token: None,
        body: None,
        held: None,
    }
}

/// A POST of `body` to `path`.
#[must_use]
pub fn post(config: &Config, path: &'static str, body: Value) -> Request {
    Request { method: Method::Post, body: Some(encode(body)), ..get(config, path, Vec::new()) }
}

/// Sends `request` once and reads the answer. Whatever keeps it from being one is noted with its reason.
///
/// # Errors
/// - [`Failure::NotSent`]: no connection, or the host's policy forbids it.
/// - [`Failure::Refused`]: an `errcode` other than 0.
/// - [`Failure::Unclear`]: everything else.
pub fn send(outbound: &mut dyn Outbound, request: &Request) -> Result<Answer, Failure> {
    match outbound.send(request) {
        Ok(response) => read(outbound, request, &response),
        Err(SendError::Denied { setting, reason }) => {
            Err(Failure::NotSent(Obstacle::Refused(Refusal::egress_denied(&setting, &reason))))
        }
        Err(SendError::Unreachable(reason)) => {
            let unreachable = unreachable(&reason);
            note(outbound, request.path, &unreachable.sentence);
            Err(Failure::NotSent(Obstacle::Unavailable(unreachable)))
        }
        Err(SendError::Interrupted(reason)) => Err(unclear(
            outbound,
            request.path,
            Doubt::Interrupted(errcode::scrub(&reason, request.token.as_ref())),
        )),
        Err(SendError::TooLarge) => Err(unclear(outbound, request.path, Doubt::TooLarge)),
    }
}

/// The failure of a call whose answer is sound and cannot be used for what was asked.
#[cold]
pub(crate) fn unusable(outbound: &mut dyn Outbound, path: &'static str, fault: Fault) -> Failure {
    unclear(outbound, path, Doubt::Unreadable(Unreadable::of_content(path, fault)))
}

/// The failure that `doubt` makes, noted.
fn unclear(outbound: &mut dyn Outbound, path: &'static str, doubt: Doubt) -> Failure {
    note(outbound, path, &doubt.sentence());
    Failure::Unclear(doubt)
}

/// Why there is no answer, for the operator: the contract has no room for it everywhere.
pub(crate) fn note(outbound: &mut dyn Outbound, path: &'static str, sentence: &Text) {
    outbound.note(Note::NoAnswer { path, reason: sentence.en.clone().into_owned() });
}

/// Nobody answers at WeCom's address.
fn unreachable(reason: &str) -> Unavailability {
    let reason = errcode::scrub(reason, None);
    let (because, zh_because) = because(&reason);
    Unavailability {
        retry_after_seconds: None,
        sentence: Text::filled(
            format_args!("WeCom cannot be reached{because}"),
            format_args!("无法连接企业微信{zh_because}"),
        ),
        remedy: text(
            "the platform tries again; if it lasts, the operator checks the network and the API base address",
            "平台会重试；如持续出现，请运维人员检查网络与 API 地址",
        ),
        refusal: None,
    }
}

/// The host's own words behind a sentence, if it has any, for both languages.
fn because(reason: &str) -> (String, String) {
    if reason.is_empty() { <_>::default() } else { (format!(": {reason}"), format!("：{reason}")) }
}

const LOOK_BETWEEN: Text = text(
    "the platform tries again; if it lasts, the operator looks for a proxy in between and checks the API base address",
    "平台会重试；如持续出现，请运维人员检查中间代理与 API 地址",
);

impl Doubt {
    /// What is known of the answer, in one sentence.
    #[cold]
    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Self::Interrupted(reason) => {
                let (because, zh_because) = because(reason);
                Text::filled(
                    format_args!("no complete answer of WeCom's came{because}"),
                    format_args!("未收到企业微信的完整应答{zh_because}"),
                )
            }
            Self::TooLarge => {
                text("WeCom's answer is larger than the host reads", "企业微信的应答超过主机允许的大小")
            }
            Self::Unreadable(unreadable) => unreadable.sentence(),
        }
    }

    fn remedy(&self) -> Text {
        match self {
            Self::Interrupted(_) => LOOK_BETWEEN,
            Self::TooLarge => text(
                "the operator raises the host's limit for an answer, limits.response_bytes, or looks for a proxy in \
                 between",
                "请运维人员调高主机的应答上限 limits.response_bytes，或检查中间代理",
            ),
            Self::Unreadable(unreadable) => unreadable.remedy(),
        }
    }
}

/// Something came back, and it was no answer.
fn no_answer(doubt: &Doubt) -> Unavailability {
    Unavailability {
        retry_after_seconds: None,
        sentence: doubt.sentence(),
        remedy: doubt.remedy(),
        refusal: None,
    }
}

/// WeCom itself asks to wait.
fn busy(refusal: Refusal, path: &str) -> Unavailability {
    let retry_after_seconds = match refusal.class {
        RefusalClass::RateLimit => path.starts_with(MINUTE_WINDOW_PATHS).then_some(MINUTE_WINDOW_SECONDS),
        RefusalClass::Token
        | RefusalClass::Credentials
        | RefusalClass::Address
        | RefusalClass::Permission
        | RefusalClass::Disabled
        | RefusalClass::Template
        | RefusalClass::Form
        | RefusalClass::Member
        | RefusalClass::Transient
        | RefusalClass::Other => Some(BUSY_SECONDS),
    };
    Unavailability {
        retry_after_seconds,
        sentence: refusal.sentence.clone(),
        remedy: refusal.remedy.clone(),
        refusal: Some(refusal),
    }
}

/// Somebody else has been fetching the token for too long.
pub(crate) fn token_is_late() -> Unavailability {
    Unavailability {
        retry_after_seconds: Some(BUSY_SECONDS),
        sentence: text(
            "another call has been fetching the access token for too long",
            "另一个请求获取 access_token 超时",
        ),
        remedy: text("nobody has to act: the platform tries again later", "无需操作，平台会稍后重试"),
        refusal: None,
    }
}

fn read(outbound: &mut dyn Outbound, request: &Request, response: &Response) -> Result<Answer, Failure> {
    let unreadable = |outbound, fault| {
        let unreadable = Unreadable::new(request, response, fault);
        Err(unclear(outbound, request.path, Doubt::Unreadable(unreadable)))
    };
    if response.status != 200 {
        return unreadable(outbound, Fault::Status(response.status));
    }
    let read = match json::read(&response.body) {
        Ok(read) => read,
        Err(flaw) => {
            let fault = match (unreadable::coding(response), flaw) {
                (Some(coding), _) => Fault::Coded(coding),
                (None, _) if response.body.is_empty() => Fault::Empty,
                (None, Flaw::Syntax(at)) => Fault::Syntax { at, of: response.body.len() },
                (None, Flaw::Twice(name, _)) => Fault::Twice(unreadable::shown_name(&name).to_owned()),
            };
            return unreadable(outbound, fault);
        }
    };
    if read.places > 0 {
        outbound.note(Note::AnswerRepaired { path: request.path, places: read.places });
    }
    if !read.value.is_object() {
        return unreadable(outbound, Fault::NotAnObject);
    }
    let answer = Answer(read.value);
    let errcode = answer.get("errcode");
    match errcode.integer() {
        Some(0) => Ok(answer),
        None if errcode.is_nothing() => Ok(answer),
        None => unreadable(outbound, Fault::Errcode),
        Some(errcode) => {
            let refusal = Refusal::new(errcode, &answer.get("errmsg").text(), request.token.as_ref());
            Err(Failure::Refused { errcode, refusal, path: request.path })
        }
    }
}

/// UTF-8 JSON without a single `\uXXXX`, which WeCom refuses (40033).
fn encode(mut body: Value) -> Vec<u8> {
    clean_texts(&mut body);
    body.to_string().into_bytes()
}

/// Depth is bounded: nothing deeper than serde_json's 128 levels is ever parsed into a body.
fn clean_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = clean::lines(text),
        Value::Array(items) => items.iter_mut().for_each(clean_texts),
        Value::Object(fields) => {
            // Not `collect`, which brings a sort along: 9 KB of the component.
            for (name, mut value) in core::mem::take(fields) {
                clean_texts(&mut value);
                fields.insert(clean::one_line(&name), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_holds_raw_utf_8_and_no_escape_with_digits() {
        let body = encode(serde_json::json!({ "a\u{1}": ["张三\u{0}\u{7f}\u{85}\r\n\"\\"] }));
        assert_eq!(String::from_utf8(body).unwrap(), "{\"a\":[\"张三\\n\\\"\\\\\"]}");
    }
}
