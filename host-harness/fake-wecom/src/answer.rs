//! What a call comes to, faults included.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::api::{self, Call, JSON};
use crate::fault::CallFault;
use crate::journal::{CallEntry, CallOutcome, Effect, Entry, body, query};
use crate::state::State;

mod gzip;

/// What the caller of the API gets.
#[derive(Debug)]
pub enum Answer {
    /// An HTTP answer.
    Response(Response<Bytes>),
    /// The connection is refused. Nothing happened.
    Refused,
    /// The connection is cut without an answer. Whether anything happened, the journal knows.
    Cut,
    /// The connection is cut after this many bytes of the answer, counted from the first of its head.
    CutShort(usize, Response<Bytes>),
    /// The answer comes this much later. What it tells happened at once.
    Slow(Duration, Box<Answer>),
    /// The head comes at once, and the body takes this long.
    SlowBody(Duration, Response<Bytes>),
}

impl Answer {
    /// The HTTP answer, late or not; none if there is none.
    #[must_use]
    pub fn into_response(self) -> Option<Response<Bytes>> {
        match self {
            Self::Response(response) | Self::SlowBody(_, response) => Some(response),
            Self::Slow(_, answer) => answer.into_response(),
            Self::Refused | Self::Cut | Self::CutShort(..) => None,
        }
    }

    /// The answer with the `Date` that WeCom's clock shows.
    pub(crate) fn dated(mut self, now: u64) -> Self {
        let mut answer = &mut self;
        while let Self::Slow(_, later) = answer {
            answer = later;
        }
        if let Self::Response(response) | Self::SlowBody(_, response) | Self::CutShort(_, response) = answer {
            let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now));
            response.headers_mut().extend(HeaderValue::try_from(date).ok().map(|date| (header::DATE, date)));
        }
        self
    }
}

/// An answer, and what the journal says about it.
struct Settled {
    answer: Answer,
    outcome: CallOutcome,
    effect: Option<Effect>,
}

/// Answers a call as `fault` wants, and writes it down.
pub(crate) fn answer(state: &mut State, call: &Call<'_>, fault: Option<CallFault>) -> Answer {
    let settled = settle(state, call, fault.as_ref());
    state.journal.push(Entry::Call(CallEntry {
        at: call.now,
        peer: call.peer,
        method: call.method.to_string(),
        path: call.path.to_owned(),
        query: query(call.query),
        body: body(call.body),
        fault,
        outcome: settled.outcome,
        effect: settled.effect,
    }));
    settled.answer
}

fn settle(state: &mut State, call: &Call<'_>, fault: Option<&CallFault>) -> Settled {
    let cut = |effect| Settled { answer: Answer::Cut, outcome: CallOutcome::Cut, effect };
    match fault {
        None => honest(state, call),
        Some(CallFault::RefuseConnection) => {
            Settled { answer: Answer::Refused, outcome: CallOutcome::Refused, effect: None }
        }
        Some(CallFault::CutBeforeEffect | CallFault::CutRequest(_)) => cut(None),
        Some(CallFault::CutAfterEffect) => cut(honest(state, call).effect),
        Some(CallFault::CutAnswer(bytes)) => {
            let answered = api::respond(state, call);
            Settled { answer: Answer::CutShort(*bytes, answered.response), ..cut(answered.effect) }
        }
        Some(CallFault::Status(status, text)) => instead(page(*status, "text/plain", text.clone()), None),
        Some(CallFault::StatusAfterEffect(status, text)) => {
            let effect = honest(state, call).effect;
            instead(page(*status, "text/plain", text.clone()), effect)
        }
        Some(CallFault::Html) => {
            let text = "<!DOCTYPE html><html><body><h1>Sign in to this network</h1></body></html>";
            instead(page(200, "text/html", text.to_owned()), None)
        }
        Some(CallFault::Delay(seconds)) => {
            let settled = honest(state, call);
            let answer = Answer::Slow(Duration::from_secs(*seconds), Box::new(settled.answer));
            Settled { answer, ..settled }
        }
        Some(CallFault::SlowBody(seconds)) => {
            let answered = api::respond(state, call);
            let outcome = CallOutcome::answered(&answered.response, answered.errcode);
            let answer = Answer::SlowBody(Duration::from_secs(*seconds), answered.response);
            Settled { answer, outcome, effect: answered.effect }
        }
        Some(CallFault::ContentType(kind)) => {
            let mut answered = api::respond(state, call);
            let headers = answered.response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            told(answered.response, answered.errcode, answered.effect)
        }
        Some(CallFault::Bytes(bytes)) => {
            let answered = api::respond(state, call);
            told(answered.response.map(|_| Bytes::from(bytes.clone())), None, answered.effect)
        }
        Some(CallFault::Replace(text, bytes)) => {
            let answered = api::respond(state, call);
            let response = answered.response.map(|body| replace(&body, text.as_bytes(), bytes));
            told(response, answered.errcode, answered.effect)
        }
        Some(CallFault::Gzip) => {
            let answered = api::respond(state, call);
            let mut response = answered.response.map(|body| Bytes::from(gzip::stored(&body)));
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            told(response, answered.errcode, answered.effect)
        }
        Some(CallFault::Coded(coding)) => {
            let mut answered = api::respond(state, call);
            answered.response = answered.response.map(|_| Bytes::from_static(b"\x0b\x02\x80{}\x03"));
            answered
                .response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            told(answered.response, None, answered.effect)
        }
        Some(CallFault::ErrCode(errcode)) => {
            let response = api::planned_error(state, call, *errcode);
            told(response, Some(*errcode), None)
        }
        Some(CallFault::OversizedBody(bytes)) => {
            // Put together by hand: a serializer looks at each byte, and there may be millions.
            let body = format!(r#"{{"errcode":0,"errmsg":"ok","padding":"{}"}}"#, "x".repeat(*bytes));
            told(page(200, JSON, body), Some(0), None)
        }
        Some(CallFault::ExpireTokens) => {
            state.tokens.expire_all(call.now);
            honest(state, call)
        }
        Some(CallFault::RevokeTokens) => {
            state.tokens.revoke_all();
            honest(state, call)
        }
    }
}

/// `body` with `bytes` in each place of `text`.
fn replace(body: &[u8], text: &[u8], bytes: &[u8]) -> Bytes {
    let mut replaced = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, behind)) = rest.split_first() {
        match rest.strip_prefix(text).filter(|_| !text.is_empty()) {
            Some(after) => {
                replaced.extend_from_slice(bytes);
                rest = after;
            }
            None => {
                replaced.push(*first);
                rest = behind;
            }
        }
    }
    Bytes::from(replaced)
}

fn honest(state: &mut State, call: &Call<'_>) -> Settled {
    let answered = api::respond(state, call);
    told(answered.response, answered.errcode, answered.effect)
}

fn instead(response: Response<Bytes>, effect: Option<Effect>) -> Settled {
    told(response, None, effect)
}

fn told(response: Response<Bytes>, errcode: Option<i64>, effect: Option<Effect>) -> Settled {
    let outcome = CallOutcome::answered(&response, errcode);
    Settled { answer: Answer::Response(response), outcome, effect }
}

fn page(status: u16, kind: &'static str, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
