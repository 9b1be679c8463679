//! `callbacks`: recorded requests through an engine, one JSON object a line.
//!
//! In: as [`recorded`](wecom_provider::recorded) has it.
//!
//! Out: `{"id", "verdict": "accept" | "reject" | "trap", "reason"?, "disposition", "response": {"status", "body_b64"},
//! "events"}`. A line that is no such object gives `{"line", "error"}`.

use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_harness::contract::CallbackRequest;
use host_harness::error::CallFailure;
use host_harness::{ApprovalEngine, Grant, redact};
use serde_json::{Value, json};
use wecom_provider::recorded::Recorded;

use crate::error::CliError;
use crate::host;

pub(crate) async fn run(engine: Option<&Path>) -> Result<ExitCode, CliError> {
    let engine = host::engine(engine).await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, line) in (1_u64..).zip(io::stdin().lock().split(b'\n')) {
        let line = line?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let result = match Recorded::read(&line) {
            Ok(recorded) => check(&engine, &recorded).await,
            Err(error) => Err(error),
        };
        let answer = result.unwrap_or_else(|error| json!({ "line": number, "error": error }));
        writeln!(out, "{}", redact::json(&answer.to_string()))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn check(engine: &ApprovalEngine, recorded: &Recorded) -> Result<Value, String> {
    let CallbackRequest { method, query, headers: _, body, received_at } = &recorded.request;
    let request = json!({
        "method": method,
        "query": query,
        "headers": [],
        "body": { "base64": BASE64_STANDARD.encode(body) },
        "received-at": received_at,
    });
    let tenant = engine.tenant("callbacks", &recorded.settings, &Grant::default());
    let id = &recorded.id;
    Ok(match tenant.call_json("handle-callback", &request).await {
        Ok(outcome) => read(id, &outcome),
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
