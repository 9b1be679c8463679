//! `callbacks`: recorded requests through an engine, one JSON object a line.
//!
//! In: `{"id", "op": "callback" | "verify_url", "config": {"token", "aes_key", "corp_id"}, "query": {"msg_signature",
//! "timestamp", "nonce"[, "echostr"]}, "body" | "body_b64", "received_at"?}`. The query's values are decoded; without
//! `received_at` the request arrives at its own timestamp. `config` may also hold any setting of the engine by its key.
//!
//! Out: `{"id", "verdict": "accept" | "reject" | "trap", "reason"?, "disposition", "response": {"status", "body_b64"},
//! "events"}`. A line that is no such object gives `{"line", "error"}`.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_harness::error::CallFailure;
use host_harness::{ApprovalEngine, Grant, Settings};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::CliError;
use crate::host;

/// A recorded request.
#[derive(Deserialize)]
struct Recorded {
    id: Value,
    op: Op,
    config: BTreeMap<String, String>,
    query: BTreeMap<String, Scalar>,
    body: Option<String>,
    body_b64: Option<String>,
    received_at: Option<u64>,
}

/// A value of the query. Recorders write numbers as numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(u64),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Op {
    Callback,
    VerifyUrl,
}

pub(crate) async fn run(engine: Option<&Path>) -> Result<ExitCode, CliError> {
    let runtime = host::runtime()?;
    let engine = host::engine(&runtime, engine).await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, line) in (1_u64..).zip(io::stdin().lock().split(b'\n')) {
        let line = line?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let result = match serde_json::from_slice::<Recorded>(&line) {
            Ok(recorded) => check(&engine, recorded).await,
            Err(error) => {
                Err(format!("no recorded request: column {}: {}", error.column(), category(&error)))
            }
        };
        let answer = result.unwrap_or_else(|error| json!({ "line": number, "error": error }));
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What kind of error, without the text, which may quote a secret.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Io | serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "it is no JSON",
        serde_json::error::Category::Data => "a member is missing or of another type",
    }
}

async fn check(engine: &ApprovalEngine, recorded: Recorded) -> Result<Value, String> {
    let body = match (recorded.body, recorded.body_b64) {
        (Some(_), Some(_)) => return Err(String::from("both body and body_b64: give one")),
        (Some(body), None) => body.into_bytes(),
        (None, Some(base64)) => {
            BASE64_STANDARD.decode(base64).map_err(|error| format!("body_b64: {error}"))?
        }
        (None, None) => Vec::new(),
    };
    let timestamp = recorded.query.get("timestamp").and_then(|timestamp| timestamp.to_string().parse().ok());
    let request = json!({
        "method": match recorded.op { Op::Callback => "POST", Op::VerifyUrl => "GET" },
        "query": encode(&recorded.query),
        "headers": [],
        "body": { "base64": BASE64_STANDARD.encode(body) },
        "received-at": recorded.received_at.or(timestamp).unwrap_or_default(),
    });
    let tenant = engine.tenant("callbacks", &settings(recorded.config), &Grant::default());
    let id = recorded.id;
    Ok(match tenant.call_json("handle-callback", &request).await {
        Ok(outcome) => read(&id, &outcome),
        Err(call) => match call.error {
            CallFailure::Configuration(problems) => json!({
                "id": id,
                "verdict": "reject",
                "reason": "configuration",
                "problems": problems
                    .iter()
                    .map(|problem| json!({ "key": problem.key, "code": problem.code, "sentence": problem.sentence.en }))
                    .collect::<Vec<_>>(),
                "disposition": "refused",
                "response": { "status": 503, "body_b64": "" },
                "events": [],
            }),
            CallFailure::Limit { setting: "limits.callback_bytes" } => json!({
                "id": id,
                "verdict": "reject",
                "reason": "too-large",
                "disposition": "refused",
                "response": { "status": 413, "body_b64": "" },
                "events": [],
            }),
            failure @ (CallFailure::Trapped { .. }
            | CallFailure::Limit { .. }
            | CallFailure::TimedOut { .. }) => json!({
                "id": id,
                "verdict": "trap",
                "reason": failure.to_string(),
                "disposition": null,
                "response": { "status": 503, "body_b64": "" },
                "events": [],
            }),
            failure @ (CallFailure::Input(_)
            | CallFailure::Unsupported { .. }
            | CallFailure::Held(_)
            | CallFailure::Overloaded { .. }
            | CallFailure::Host { .. }) => {
                return Err(failure.to_string());
            }
        },
    })
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

/// The engine's outcome as a line of output.
fn read(id: &Value, outcome: &Value) -> Value {
    let response = outcome.get("response").cloned().unwrap_or_default();
    let body = match response.get("body") {
        Some(Value::String(text)) => BASE64_STANDARD.encode(text),
        Some(Value::Object(object)) => {
            object.get("base64").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        Some(_) | None => String::new(),
    };
    let (disposition, payload) = match outcome.get("disposition") {
        Some(Value::String(case)) => (case.as_str(), Value::Null),
        Some(Value::Object(case)) => {
            case.iter().next().map_or(("", Value::Null), |(name, payload)| (name.as_str(), payload.clone()))
        }
        Some(_) | None => ("", Value::Null),
    };
    let mut line = json!({
        "id": id,
        "verdict": if disposition == "refused" { "reject" } else { "accept" },
        "disposition": disposition,
        "response": { "status": response.get("status"), "body_b64": body },
        "events": if disposition == "accepted" { payload.clone() } else { json!([]) },
    });
    let reason = match disposition {
        "refused" => payload.get("reason").cloned(),
        "ignored" => Some(payload.clone()),
        _ => None,
    };
    if let (Some(reason), Some(line)) = (reason, line.as_object_mut()) {
        line.insert(String::from("reason"), reason);
        if let Some(detail) = payload.get("detail") {
            line.insert(String::from("detail"), detail.clone());
        }
    }
    line
}
