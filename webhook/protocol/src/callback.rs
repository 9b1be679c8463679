//! What arrives at the callback address, from raw bytes to an event.
//!
//! The checks run in one order, cheapest proof first:
//!
//! | step | looks at | refuses with |
//! | --- | --- | --- |
//! | method | POST alone | `method` |
//! | size | body and the three headers | `too-large` |
//! | envelope | each header once and of the right form | `malformed` |
//! | freshness | `webhook-timestamp` against the time of arrival | `stale` |
//! | signature | id, timestamp and body, under each secret | `forged` |
//! | message | a JSON object with a `type` | `unreadable` |
//! | kind | `approval.changed`; others are `ignored` | |
//! | application | ours; others are `foreign`, whatever else they hold | |
//! | approval | what an event cannot do without | `unreadable` |
//!
//! Up to the signature, everything is the word of a stranger. From freshness on, every refusal looks the same to the
//! sender. Standard Webhooks has no verification of an address, so there is no `verified-address` either. What this
//! engine itself has signed and somebody throws back is of a kind it has no use for.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::approval_engine::{
    CallbackOutcome, CallbackRefusal, CallbackRequest, CallbackResponse, Disposition, RefusalReason,
};
use crate::config::Config;
use crate::message::{WireApproval, operation};
use crate::signature::TOLERANCE_SECONDS;
use crate::text::{digest, hex, shown};
use crate::types::Event;

/// The longest body that is read. Standard Webhooks recommends less than 20 kB.
pub const BODY_LIMIT: usize = 64 * 1024;

/// The longest header that is read.
pub const HEADER_LIMIT: usize = 2 * 1024;

/// The one kind of message that is of use.
pub const CHANGED: &str = "approval.changed";

/// The most of a kind's name that is told.
const KIND_BYTES: usize = 80;

/// Reads one request to the callback address. Pure; time and memory grow with its size alone, which is limited.
/// Objects and lists may be nested as deep as `serde_json` reads them: 128 levels.
#[must_use]
pub fn handle(config: &Config, request: &CallbackRequest) -> CallbackOutcome {
    let disposition = read(config, request).unwrap_or_else(Disposition::Refused);
    let status = match &disposition {
        Disposition::Refused(refusal) => match refusal.reason {
            RefusalReason::Method => 405,
            RefusalReason::TooLarge => 413,
            RefusalReason::Malformed => 400,
            RefusalReason::NotConfigured
            | RefusalReason::Stale
            | RefusalReason::Forged
            | RefusalReason::Undecryptable
            | RefusalReason::WrongReceiver
            | RefusalReason::Unreadable
            | RefusalReason::Other => 403,
        },
        Disposition::Accepted(_)
        | Disposition::Foreign
        | Disposition::Ignored(_)
        | Disposition::VerifiedAddress => 200,
    };
    CallbackOutcome { response: answer(status), disposition }
}

/// The outcome of a call that came before `configure`. Not 200, so that the sender tries again.
#[must_use]
pub fn not_configured() -> CallbackOutcome {
    let refusal = refused(RefusalReason::NotConfigured, "the engine is not configured: call configure first");
    CallbackOutcome { response: answer(503), disposition: Disposition::Refused(refusal) }
}

const fn answer(status: u16) -> CallbackResponse {
    CallbackResponse { status, headers: Vec::new(), body: Vec::new() }
}

fn refused(reason: RefusalReason, detail: impl Into<String>) -> CallbackRefusal {
    CallbackRefusal { reason, detail: detail.into() }
}

fn read(config: &Config, request: &CallbackRequest) -> Result<Disposition, CallbackRefusal> {
    if request.method != "POST" {
        let method = shown(&request.method, 16);
        return Err(refused(RefusalReason::Method, format!("method is {method}, webhooks are sent by POST")));
    }
    if request.body.len() > BODY_LIMIT {
        let size = request.body.len();
        return Err(refused(
            RefusalReason::TooLarge,
            format!("body has {size} bytes, limit is {BODY_LIMIT}"),
        ));
    }
    let envelope = Envelope::open(request)?;
    let off = envelope.sent_at.abs_diff(request.received_at);
    if off > TOLERANCE_SECONDS {
        return Err(refused(
            RefusalReason::Stale,
            format!("message is dated {off} seconds off this host's clock, {TOLERANCE_SECONDS} are allowed"),
        ));
    }
    if !config.keys.verify(envelope.id, envelope.timestamp, &request.body, envelope.signatures) {
        return Err(refused(
            RefusalReason::Forged,
            "no v1 signature fits id, timestamp and body: compare the signing secret on both sides",
        ));
    }
    proven(config, envelope.id, &request.body)
}

/// The three headers of a message.
struct Envelope<'a> {
    id: &'a str,
    /// As it came: this text is what was signed.
    timestamp: &'a str,
    sent_at: u64,
    signatures: &'a str,
}

impl<'a> Envelope<'a> {
    fn open(request: &'a CallbackRequest) -> Result<Self, CallbackRefusal> {
        let malformed = |what: &str| refused(RefusalReason::Malformed, what);
        let (id, timestamp) = (header(request, "webhook-id")?, header(request, "webhook-timestamp")?);
        let signatures = header(request, "webhook-signature")?;
        // A full stop would let the same signed bytes be cut into other parts.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
            return Err(malformed("webhook-id is empty, or has a full stop or other than visible ASCII"));
        }
        let digits =
            (1..=19).contains(&timestamp.len()) && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let sent_at = timestamp.parse().ok().filter(|_| digits);
        let sent_at = sent_at.ok_or_else(|| malformed("webhook-timestamp is not seconds since 1970"))?;
        Ok(Self { id, timestamp, sent_at, signatures })
    }
}

/// The value of a header that is there exactly once.
fn header<'a>(request: &'a CallbackRequest, name: &str) -> Result<&'a str, CallbackRefusal> {
    let mut values = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    match (values.next(), values.next()) {
        (Some(header), None) if header.value.len() <= HEADER_LIMIT => Ok(&header.value),
        (Some(_), None) => {
            Err(refused(RefusalReason::TooLarge, format!("{name} is longer than {HEADER_LIMIT} bytes")))
        }
        (Some(_), Some(_)) => {
            Err(refused(RefusalReason::Malformed, format!("{name} is there more than once")))
        }
        (None, _) => Err(refused(RefusalReason::Malformed, format!("{name} is missing"))),
    }
}

/// What an event says beyond the approval itself.
#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    operation: String,
    #[serde(default)]
    actor: Option<String>,
    #[serde(default)]
    comment: String,
}

/// Reads a body whose sender is proven.
fn proven(config: &Config, id: &str, body: &[u8]) -> Result<Disposition, CallbackRefusal> {
    let unreadable = |what: &str| refused(RefusalReason::Unreadable, what);
    let message: Value =
        serde_json::from_slice(body).map_err(|_not| unreadable("the body is no JSON, or nested too deep"))?;
    let kind =
        message.get("type").and_then(Value::as_str).ok_or_else(|| unreadable("the message has no type"))?;
    if kind != CHANGED {
        return Ok(Disposition::Ignored(shown(kind, KIND_BYTES)));
    }
    let data = message.get("data").ok_or_else(|| unreadable("the message has no data"))?;
    let application = data.get("application").and_then(Value::as_str);
    let application = application.ok_or_else(|| unreadable("the approval names no application"))?;
    if application != config.application {
        return Ok(Disposition::Foreign);
    }
    let occurred_at = message.get("timestamp").and_then(Value::as_u64);
    let occurred_at = occurred_at.ok_or_else(|| unreadable("timestamp is not seconds since 1970"))?;
    let change =
        Change::deserialize(data).map_err(|_wrong| unreadable("operation, actor or comment is no text"))?;
    let approval = WireApproval::deserialize(data)
        .map_err(|_wrong| unreadable("the approval lacks a field, or one is of another kind"))?;
    let approval =
        approval.read().ok_or_else(|| unreadable("the approval's id or applicant cannot be one"))?;
    Ok(Disposition::Accepted(vec![Event {
        approval,
        operation: operation(&change.operation),
        raw_operation: change.operation,
        actor: change.actor.filter(|actor| !actor.is_empty()),
        comment: change.comment,
        occurred_at,
        // A retry has the same id and the same body, and a time and signatures of its own. A sender that uses one id
        // for two changes loses none of them.
        deduplication_key: digest(&[id.as_bytes(), body]),
        kind: CHANGED.to_owned(),
        message_digest: hex(&Sha256::digest(body)),
    }]))
}
