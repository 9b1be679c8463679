//! Carries out what the protocol wants over the component's imports. The only way out.

use std::time::Duration;

use wecom_protocol::callback::{Disposition, Outcome};
use wecom_protocol::exchange::{Acquired, HeldSecret, Method, Note, Outbound, Request, Response, SendError};
use wecom_protocol::secret::Secret;

use crate::bindings::idaas::approval::log::{Field, Level, Value};
use crate::bindings::idaas::approval::{http, log, token_cache};

/// The component's imports.
pub(crate) struct Imports;

impl Outbound for Imports {
    fn acquire_token(&mut self, key: &str, refused: Option<&Secret>) -> Acquired {
        match token_cache::acquire(key, refused.map(Secret::expose)) {
            token_cache::Acquired::Token(token) => Acquired::Token(Secret::new(token)),
            token_cache::Acquired::Lease => Acquired::Lease,
            // Only `block_credential` puts a code there, so it is a number.
            token_cache::Acquired::Blocked(code) => code.parse().map_or(Acquired::Busy, Acquired::Blocked),
            token_cache::Acquired::Busy => Acquired::Busy,
        }
    }

    fn publish_token(&mut self, key: &str, token: &Secret, lifetime: Duration) {
        let seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        token_cache::publish(key, token.expose(), seconds);
    }

    fn block_credential(&mut self, key: &str, errcode: i64) {
        token_cache::block(key, &errcode.to_string());
    }

    fn send(&mut self, request: &Request) -> Result<Response, SendError> {
        let headers = match request.body {
            Some(_) => vec![http::Header {
                name: String::from("content-type"),
                value: String::from("application/json; charset=utf-8"),
            }],
            None => Vec::new(),
        };
        let sent = http::send(&http::Request {
            method: match request.method {
                Method::Get => http::Method::Get,
                Method::Post => http::Method::Post,
            },
            url: request.url().expose().to_owned(),
            headers,
            body: request.body.clone(),
            secrets: request.held.map(slot).into_iter().collect(),
        });
        match sent {
            Ok(response) => Ok(Response {
                status: response.status,
                coding: coding(response.headers),
                body: response.body,
            }),
            Err(http::Error::Denied(denial)) => {
                Err(SendError::Denied { setting: denial.setting, reason: denial.reason })
            }
            Err(http::Error::Unreachable(reason)) => Err(SendError::Unreachable(reason)),
            Err(http::Error::Interrupted(reason)) => Err(SendError::Interrupted(reason)),
            Err(http::Error::TooLarge(_)) => Err(SendError::TooLarge),
        }
    }

    fn note(&mut self, note: Note) {
        let (level, event, fields) = line(&note);
        log::write(level, event, &fields);
    }
}

/// What a host has left the body coded with.
fn coding(headers: Vec<http::Header>) -> Option<String> {
    let named = |header: &http::Header| header.name.eq_ignore_ascii_case("content-encoding");
    headers.into_iter().find(named).map(|header| header.value)
}

/// Tells the operator of lists in news that were longer than is kept.
pub(crate) fn note_left_out(outcome: Option<&Outcome>) {
    let Some(Outcome { disposition: Disposition::Accepted(events), .. }) = outcome else { return };
    if events.iter().any(|event| event.left_out) {
        log::write(Level::Warn, "lists-cut", &[]);
    }
}

fn slot(held: HeldSecret) -> http::SecretSlot {
    http::SecretSlot {
        setting: held.setting.to_owned(),
        place: http::SecretPlace::Query(held.parameter.to_owned()),
    }
}

/// A fact as a log line. A decision is `info`, a detour `debug`; what somebody has to act on is `warn`.
fn line(note: &Note) -> (Level, &'static str, Vec<Field>) {
    let number = |key: &str, value: i64| Field { key: key.to_owned(), value: Value::Number(value) };
    let text = |key: &str, value: &str| Field { key: key.to_owned(), value: Value::Text(value.to_owned()) };
    match note {
        Note::TokenFetched { lifetime_seconds } => {
            let seconds = i64::try_from(*lifetime_seconds).unwrap_or(i64::MAX);
            (Level::Debug, "token-fetched", vec![number("lifetime-seconds", seconds)])
        }
        Note::TokenRefused { errcode } => (Level::Debug, "token-refused", vec![number("errcode", *errcode)]),
        Note::CredentialBlocked { errcode } => {
            (Level::Warn, "credential-blocked", vec![number("errcode", *errcode)])
        }
        Note::CallRefused { path, errcode } => {
            (Level::Warn, "call-refused", vec![text("path", path), number("errcode", *errcode)])
        }
        Note::NoAnswer { path, reason } => {
            (Level::Warn, "no-answer", vec![text("path", path), text("reason", reason)])
        }
        Note::AnswerRepaired { path, places } => {
            let places = i64::try_from(*places).unwrap_or(i64::MAX);
            (Level::Debug, "answer-repaired", vec![text("path", path), number("places", places)])
        }
        Note::Submitted { cut } => {
            (Level::Info, "submitted", vec![number("values-cut", i64::try_from(*cut).unwrap_or(i64::MAX))])
        }
        Note::OutcomeUnknown => (Level::Warn, "outcome-unknown", Vec::new()),
    }
}
