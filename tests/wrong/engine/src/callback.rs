//! Requests that reach the callback address: proof first, then reading.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use crate::bindings::exports::idaas::approval::approval_engine::{
    CallbackOutcome, CallbackRefusal, CallbackRequest, CallbackResponse, Disposition, RefusalReason,
};
use crate::bindings::idaas::approval::{http, log};
use crate::describe::ORIGIN;
use crate::mistake::Mistake;
use crate::news::{self, Opened};
use crate::settings::Config;
use crate::wrong;

/// Half of the window in which a message is fresh, seconds.
const WINDOW: u64 = 3_600;

/// The largest body that is read.
const BODY_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
struct Envelope {
    message: String,
    /// Nobody signs it: only a mistake reads it.
    status: Option<String>,
}

/// The parameters of a query. Those of a POST have no echo.
struct Query {
    sent_at: u64,
    nonce: String,
    signature: String,
    echo: String,
}

pub(crate) fn not_configured() -> CallbackOutcome {
    outcome(503, Disposition::Refused(refusal(RefusalReason::NotConfigured)))
}

pub(crate) fn handle(config: &Config, request: &CallbackRequest) -> CallbackOutcome {
    if wrong(Mistake::CallsOutInCallbacks) {
        call_out();
    }
    if wrong(Mistake::LogsTheSecret) {
        let value = log::Value::Text(config.callback_secret.clone());
        log::write(log::Level::Debug, "checking", &[log::Field { key: String::from("secret"), value }]);
    }
    match read(config, request) {
        Ok(disposition) => match &disposition {
            Disposition::VerifiedAddress => {
                verified(&query(&request.query).map(|query| query.echo).unwrap_or_default())
            }
            Disposition::Accepted(_)
            | Disposition::Foreign
            | Disposition::Ignored(_)
            | Disposition::Refused(_) => outcome(200, disposition),
        },
        Err(reason) => refused(reason),
    }
}

fn read(config: &Config, request: &CallbackRequest) -> Result<Disposition, RefusalReason> {
    let get = request.method == "GET";
    if !get && request.method != "POST" && !wrong(Mistake::TakesAnyMethod) {
        return Err(RefusalReason::Method);
    }
    if request.body.len() > BODY_BYTES {
        if wrong(Mistake::EatsMemory) {
            eat(&request.body);
        }
        return Err(RefusalReason::TooLarge);
    }
    let query = query(&request.query).ok_or(RefusalReason::Malformed)?;
    if wrong(Mistake::RefusesEverything) {
        return Err(RefusalReason::Forged);
    }
    if get {
        believe(config, request, &query, &query.echo)?;
        return Ok(Disposition::VerifiedAddress);
    }
    let envelope: Envelope =
        serde_json::from_slice(&request.body).map_err(|_malformed| RefusalReason::Malformed)?;
    believe(config, request, &query, &envelope.message)?;
    open(config, &envelope, &query)
}

/// Freshness and signature.
fn believe(
    config: &Config,
    request: &CallbackRequest,
    query: &Query,
    signed: &str,
) -> Result<(), RefusalReason> {
    if query.sent_at.abs_diff(request.received_at) > WINDOW && !wrong(Mistake::IgnoresTheTime) {
        return Err(RefusalReason::Stale);
    }
    if !signature_fits(config, query, signed) && !wrong(Mistake::AcceptsAnySignature) {
        return Err(RefusalReason::Forged);
    }
    Ok(())
}

/// Compares in constant time.
fn signature_fits(config: &Config, query: &Query, signed: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(config.callback_secret.as_bytes()) else { return false };
    mac.update(format!("{}\n{}\n{signed}", query.sent_at, query.nonce).as_bytes());
    unhex(&query.signature).is_some_and(|signature| mac.verify_slice(&signature).is_ok())
}

fn open(config: &Config, envelope: &Envelope, query: &Query) -> Result<Disposition, RefusalReason> {
    let text = envelope.message.as_str();
    if wrong(Mistake::LoopsForEver) && text.starts_with("[[") {
        loop {
            std::hint::black_box(text);
        }
    }
    let opened = match news::open(config, text) {
        Ok(opened) => opened,
        Err(_) if wrong(Mistake::TrapsOnNonsense) => std::process::abort(),
        Err(reason) => return Err(reason),
    };
    Ok(match opened {
        Opened::Foreign => Disposition::Foreign,
        Opened::OtherKind if wrong(Mistake::RefusesUnknownKinds) => return Err(RefusalReason::Unreadable),
        Opened::OtherKind => Disposition::Ignored(String::from("other")),
        Opened::Event(mut event) => {
            if wrong(Mistake::FineKey) {
                event.deduplication_key.push_str(&query.nonce);
            }
            if let Some(status) = envelope.status.as_deref().filter(|_| wrong(Mistake::ReadsTheEnvelope)) {
                event.approval.status = news::status(status);
            }
            Disposition::Accepted(vec![*event])
        }
    })
}

/// Tries to, in vain: the host closes its imports here and in `configure`.
pub(crate) fn call_out() {
    let _denied = http::send(&http::Request {
        method: http::Method::Get,
        url: format!("{ORIGIN}/members/ann"),
        headers: Vec::new(),
        body: None,
        secrets: Vec::new(),
    });
}

/// Doubles a copy of the body until there is no memory left.
fn eat(body: &[u8]) {
    let mut copy = body.to_vec();
    loop {
        copy.extend_from_within(..);
        std::hint::black_box(&copy);
    }
}

/// Time, nonce and signature, or nothing.
fn query(text: &str) -> Option<Query> {
    let value = |wanted: &str| {
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    Some(Query {
        sent_at: value("sent-at")?.parse().ok()?,
        nonce: value("nonce")?.to_owned(),
        signature: value("signature")?.to_owned(),
        echo: value("echo").map(decoded).unwrap_or_default(),
    })
}

/// Percent-decodes once. `+` is a blank.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| {
                    (byte? as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
                };
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                high.zip(low).map_or(b'%', |(high, low)| high << 4 | low)
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}

fn verified(echo: &str) -> CallbackOutcome {
    let quoted = wrong(Mistake::QuotesTheEcho).then(|| format!("{echo:?}"));
    let mut outcome = outcome(200, Disposition::VerifiedAddress);
    outcome.response.body = quoted.unwrap_or_else(|| echo.to_owned()).into_bytes();
    outcome
}

fn refused(reason: RefusalReason) -> CallbackOutcome {
    let status = match reason {
        RefusalReason::Method => 405,
        RefusalReason::TooLarge => 413,
        RefusalReason::Malformed => 400,
        RefusalReason::Stale if wrong(Mistake::TellsWhyItRefuses) => 409,
        RefusalReason::WrongReceiver if wrong(Mistake::TellsWhyItRefuses) => 421,
        RefusalReason::NotConfigured
        | RefusalReason::Stale
        | RefusalReason::Forged
        | RefusalReason::Undecryptable
        | RefusalReason::WrongReceiver
        | RefusalReason::Unreadable
        | RefusalReason::Other => 403,
    };
    outcome(status, Disposition::Refused(refusal(reason)))
}

fn refusal(reason: RefusalReason) -> CallbackRefusal {
    CallbackRefusal { reason, detail: format!("{reason:?}") }
}

fn outcome(status: u16, disposition: Disposition) -> CallbackOutcome {
    CallbackOutcome {
        response: CallbackResponse { status, headers: Vec::new(), body: Vec::new() },
        disposition,
    }
}
