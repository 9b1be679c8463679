//! Recorded callbacks, one JSON object a line: `{"id", "op": "callback" | "verify_url", "config": {"token", "aes_key",
//! "corp_id"}, "query": {"msg_signature", "timestamp", "nonce"[, "echostr"]}, "body" | "body_b64", "received_at"?}`.
//!
//! The query's values are decoded; without `received_at` the request arrives at its own timestamp. `config` may also
//! hold any setting of the engine by its key.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_harness::Settings;
use host_harness::contract::CallbackRequest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

/// A line. It holds secrets and has no `Debug` of its members.
#[derive(Clone, PartialEq)]
pub struct Recorded {
    /// Whatever the recorder called it.
    pub id: Value,
    /// Whom it was for: the engine's settings.
    pub settings: Settings,
    /// What arrived.
    pub request: CallbackRequest,
}

impl Recorded {
    /// Reads a line.
    ///
    /// # Errors
    /// A sentence that quotes nothing of the line, which may hold secrets.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        let line: Line = serde_json::from_slice(line).map_err(|error| {
            format!("no recorded request: column {}: {}", error.column(), category(&error))
        })?;
        let body = match (line.body, line.body_b64) {
            (Some(_), Some(_)) => return Err(String::from("both body and body_b64: give one")),
            (Some(body), None) => body.into_bytes(),
            (None, Some(base64)) => {
                BASE64_STANDARD.decode(base64).map_err(|error| format!("body_b64: {error}"))?
            }
            (None, None) => Vec::new(),
        };
        let timestamp = line.query.get("timestamp").and_then(|timestamp| timestamp.to_string().parse().ok());
        let request = CallbackRequest {
            method: String::from(match line.op {
                Op::Callback => "POST",
                Op::VerifyUrl => "GET",
            }),
            query: encode(&line.query),
            headers: Vec::new(),
            body,
            received_at: line.received_at.or(timestamp).unwrap_or_default(),
        };
        Ok(Self { id: line.id, settings: settings(line.config), request })
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    op: Op,
    config: BTreeMap<String, String>,
    query: BTreeMap<String, Scalar>,
    body: Option<String>,
    body_b64: Option<String>,
    received_at: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Op {
    Callback,
    VerifyUrl,
}

/// A value of the query. Recorders write numbers as numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(u64),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// What kind of error, without the text, which may quote a secret.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Io | Category::Eof => "it ends too early",
        Category::Syntax => "it is no JSON",
        Category::Data => "a member is missing or of another type",
    }
}

/// The three settings of the recording under the engine's names, and what else the engine needs to be configured.
fn settings(config: BTreeMap<String, String>) -> Settings {
    let unused = [
        ("agent-id", "3010040"),
        ("secret", "not used by callbacks"),
        ("associated-user-attribute", "userId"),
    ];
    unused
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .chain(config.into_iter().map(|(key, value)| {
            let key = match key.as_str() {
                "token" => String::from("sign-token"),
                "aes_key" => String::from("aes-key"),
                "corp_id" => String::from("corp-id"),
                _ => key,
            };
            (key, value)
        }))
        .collect()
}

/// The query as it was on the wire.
fn encode(query: &BTreeMap<String, Scalar>) -> String {
    query
        .iter()
        .map(|(name, value)| {
            format!(
                "{}={}",
                utf8_percent_encode(name, NON_ALPHANUMERIC),
                utf8_percent_encode(&value.to_string(), NON_ALPHANUMERIC)
            )
        })
        .collect::<Vec<_>>()
        .join("&")
}
