//! One message to the company's endpoint: dated, signed, sent once, and its answer read.
//!
//! An engine has no clock, and no function that sends gets the time as an argument. So the endpoint is asked for its own
//! first (`GET`, unsigned), and the message is dated by that. The date proves to the endpoint that the message is fresh,
//! and for that its own clock is the best one. Whoever could forge that answer (it comes over TLS) would get messages
//! signed for another time, and could do nothing with them but have the same approval submitted again under the same
//! `webhook-id`, which is no second approval.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::approval_engine::Unavailability;
use crate::config::Config;
use crate::refusal;
use crate::text::digest;
use crate::types::Refusal;
use crate::{http, log};

/// The engine's way out. The component carries it out over its imports, a test over a fake.
pub trait Outbound {
    /// Sends one request and waits for the answer.
    ///
    /// # Errors
    /// - [`http::Error`]: as in the contract.
    fn send(&mut self, request: &http::Request) -> Result<http::Response, http::Error>;

    /// Writes one line for the operator. No secret, name or body belongs in it.
    fn log(&mut self, level: log::Level, event: &str, fields: &[log::Field]);
}

/// What is asked of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Makes an approval.
    Submit,
    /// Reads one.
    Fetch,
    /// Finds the approval of an idempotency key.
    Find,
    /// Lists what was submitted.
    List,
    /// Confirms that endpoint, secret and application fit. Does nothing.
    Check,
}

impl Kind {
    /// As `type` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "approval.submit",
            Self::Fetch => "approval.fetch",
            Self::Find => "approval.find",
            Self::List => "approval.list",
            Self::Check => "connection.check",
        }
    }
}

/// Why a message has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The endpoint or the host's policy said no. Nothing happened.
    Refused(Refusal),
    /// The endpoint knows nothing of the kind (404). Nothing happened.
    NotFound(Refusal),
    /// Nothing happened; later it may.
    Unavailable(Unavailability),
    /// It was sent, and nothing that came back tells what it did.
    Unclear(Unavailability),
}

/// The `webhook-id` of a submission. It names the approval, not the attempt: whoever receives it twice has received one
/// request twice.
#[must_use]
pub fn submission_id(config: &Config, idempotency_key: &str) -> String {
    id(&[Kind::Submit.name().as_bytes(), config.application.as_bytes(), idempotency_key.as_bytes()])
}

/// Asks the endpoint for its time.
///
/// # Errors
/// - [`Failure`]: never [`Failure::Unclear`], for the question has no effect.
pub fn now(config: &Config, outbound: &mut dyn Outbound) -> Result<u64, Failure> {
    #[derive(Deserialize)]
    struct Time {
        now: u64,
    }
    let request = http::Request {
        method: http::Method::Get,
        url: config.endpoint.clone(),
        headers: vec![header("accept", "application/json")],
        body: None,
        secrets: Vec::new(),
    };
    let answer: Result<Time, Failure> = exchange(config, outbound, "time", &request);
    answer.map(|time| time.now).map_err(of_a_read)
}

/// Sends a message that only reads.
///
/// # Errors
/// - [`Failure`]: never [`Failure::Unclear`]: no answer is as good as no question.
pub fn ask<T: DeserializeOwned>(
    config: &Config,
    outbound: &mut dyn Outbound,
    kind: Kind,
    data: &Value,
) -> Result<T, Failure> {
    let now = now(config, outbound)?;
    let body = body(kind, data);
    // Another question a second later gets another id, or an endpoint that remembers ids would repeat an old answer.
    let id = id(&[&now.to_be_bytes(), &body]);
    exchange(config, outbound, kind.name(), &signed(config, &id, now, body)).map_err(of_a_read)
}

/// Sends the one message that makes something.
///
/// # Errors
/// - [`Failure`]: all of them. After [`Failure::Unclear`] the message may have taken effect.
pub fn submit<T: DeserializeOwned>(
    config: &Config,
    outbound: &mut dyn Outbound,
    idempotency_key: &str,
    data: &Value,
) -> Result<T, Failure> {
    let now = now(config, outbound)?;
    let id = submission_id(config, idempotency_key);
    let request = signed(config, &id, now, body(Kind::Submit, data));
    exchange(config, outbound, Kind::Submit.name(), &request)
}

fn id(parts: &[&[u8]]) -> String {
    format!("msg_{}", digest(parts))
}

fn body(kind: Kind, data: &Value) -> Vec<u8> {
    json!({ "type": kind.name(), "data": data }).to_string().into_bytes()
}

fn signed(config: &Config, id: &str, now: u64, body: Vec<u8>) -> http::Request {
    http::Request {
        method: http::Method::Post,
        url: config.endpoint.clone(),
        headers: vec![
            header("content-type", "application/json"),
            header("accept", "application/json"),
            header("webhook-id", id),
            header("webhook-timestamp", &now.to_string()),
            header("webhook-signature", &config.keys.sign(id, now, &body)),
        ],
        body: Some(body),
        secrets: Vec::new(),
    }
}

fn header(name: &str, value: &str) -> http::Header {
    http::Header { name: name.to_owned(), value: value.to_owned() }
}

/// Sends once and reads the answer.
fn exchange<T: DeserializeOwned>(
    config: &Config,
    outbound: &mut dyn Outbound,
    what: &str,
    request: &http::Request,
) -> Result<T, Failure> {
    let failure = match outbound.send(request) {
        Ok(response) if (200..300).contains(&response.status) => {
            match serde_json::from_slice(&response.body) {
                Ok(answer) => return Ok(answer),
                Err(_) => Failure::Unclear(refusal::no_answer(response.status)),
            }
        }
        Ok(response) => refusal::of(config, &response),
        Err(http::Error::Denied(denial)) => Failure::Refused(refusal::denied(&denial)),
        Err(http::Error::Unreachable(_)) => Failure::Unavailable(refusal::unreachable()),
        Err(http::Error::Interrupted(_)) => Failure::Unclear(refusal::interrupted()),
        Err(http::Error::TooLarge(_)) => Failure::Unclear(refusal::too_large()),
    };
    let (event, code) = match &failure {
        Failure::Refused(refusal) | Failure::NotFound(refusal) => ("call-refused", refusal.code.as_str()),
        Failure::Unavailable(_) => ("call-not-taken", "unavailable"),
        Failure::Unclear(_) => ("call-unclear", "unclear"),
    };
    let field = |key: &str, value: &str| log::Field {
        key: key.to_owned(),
        value: log::Value::Text(value.to_owned()),
    };
    outbound.log(log::Level::Warn, event, &[field("message", what), field("code", code)]);
    Err(failure)
}

fn of_a_read(failure: Failure) -> Failure {
    match failure {
        Failure::Unclear(unavailability) => Failure::Unavailable(unavailability),
        Failure::Refused(_) | Failure::NotFound(_) | Failure::Unavailable(_) => failure,
    }
}
