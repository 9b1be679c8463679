//! Traps, limits, closed imports, and what a refusal gives away.

use std::collections::BTreeMap;

use host_harness::CallFailure;
use host_harness::imports::CLOSED;
use serde_json::Value;

use crate::record::Call;

/// Calls that reached out where the contract has the imports closed. The host denies it and says so in its log. The
/// setting is the same for a header that may not be sent, the reason is not.
pub(super) fn reached_where_closed(calls: &[Call]) -> Vec<String> {
    noted(calls, "request-denied", "reason", |reason| reason == CLOSED)
        .map(|call| format!("{}: a request where none may be made", call.place))
        .collect()
}

pub(super) fn traps(calls: &[Call]) -> Vec<String> {
    failures(calls, |error| matches!(error, CallFailure::Trapped { .. }))
}

/// Calls that met a limit, the ones of requests and log lines included.
pub(super) fn limits_met(calls: &[Call]) -> Vec<String> {
    let mut found = failures(calls, |error| {
        matches!(
            error,
            CallFailure::Limit { .. } | CallFailure::TimedOut { .. } | CallFailure::Overloaded { .. }
        )
    });
    for event in ["request-denied", "log-lines-dropped"] {
        let met = noted(calls, event, "setting", |setting| setting.starts_with("limits."));
        found.extend(met.map(|call| format!("{}: {event}", call.place)));
    }
    found
}

fn failures(calls: &[Call], which: impl Fn(&CallFailure) -> bool) -> Vec<String> {
    calls
        .iter()
        .filter_map(|call| {
            let error = &call.output.as_ref().err()?.error;
            which(error).then(|| format!("{}: {error}", call.place))
        })
        .collect()
}

/// Calls during which the host noted this event with such a field.
fn noted<'a>(
    calls: &'a [Call],
    event: &'static str,
    field: &'static str,
    which: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = &'a Call> {
    calls.iter().filter(move |call| {
        call.lines
            .iter()
            .filter(|line| line.event == event)
            .any(|line| line.fields.iter().any(|(key, value)| key == field && which(value)))
    })
}

/// Refusals from freshness on whose answers differ: the sender would learn which check failed.
pub(super) fn tellable_refusals(calls: &[Call]) -> Vec<String> {
    const ALIKE: [&str; 5] = ["stale", "forged", "undecryptable", "wrong-receiver", "unreadable"];
    let mut answers: BTreeMap<String, &str> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.function == "handle-callback") {
        let Ok(output) = &call.output else { continue };
        let reason = output.pointer("/disposition/refused/reason").and_then(Value::as_str);
        if let (Some(reason), Some(response)) = (reason, output.pointer("/response"))
            && ALIKE.contains(&reason)
        {
            answers.entry(response.to_string()).or_insert(reason);
        }
    }
    match answers.len() {
        0 => vec![String::from("nothing was refused from freshness on: there is nothing to compare")],
        1 => Vec::new(),
        _ => answers
            .into_iter()
            .map(|(answer, reason)| format!("{reason} is answered with {answer}"))
            .collect(),
    }
}
