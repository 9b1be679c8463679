//! The API: what the company answers.

use bytes::Bytes;
use host_harness::outbound::SendError;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::company::{Company, Mood};
use super::{API_SECRET, REFUSAL_CODE};

/// Seconds that a token lives.
const LIFETIME: u64 = 7_200;

/// Answers one request.
pub(super) fn answer(
    company: &mut Company,
    request: &Request<Bytes>,
    now: u64,
) -> Result<Response<Bytes>, SendError> {
    if company.mood == Mood::Unreachable {
        return Err(SendError::Unreachable(String::from("connection refused")));
    }
    company.requested();
    let path = request.uri().path();
    if path == "/token" {
        return Ok(ok(&token(company, request)));
    }
    let query = |name: &str| parameter(request, name);
    let submits = request.method() == Method::POST && path == "/forms";
    if submits {
        company.submission_came();
    }
    if !company.accepts(&query("token").unwrap_or_default()) {
        return Ok(ok(&refusal("E-TOKEN", "the token is not valid")));
    }
    if submits {
        return submit(company, request, now);
    }
    Ok(ok(&match (path.strip_prefix("/members/"), path.strip_prefix("/forms/")) {
        (Some(id), _) => member(company, id),
        (_, Some(id)) => company
            .forms
            .iter()
            .find(|form| form.id == id)
            .map_or_else(|| refusal("E-NO-FORM", "there is no such form"), super::company::Form::tell),
        (None, None) if path == "/forms" => list(company, &query),
        (None, None) => refusal("E-PATH", "there is no such function"),
    }))
}

fn token(company: &mut Company, request: &Request<Bytes>) -> Value {
    let secret = request.headers().get("x-api-secret").and_then(|value| value.to_str().ok());
    if company.credential_changed || secret != Some(API_SECRET) {
        return refusal("E-CREDENTIAL", "the secret is wrong");
    }
    json!({ "token": company.issue_token(), "lifetime": LIFETIME })
}

fn member(company: &Company, id: &str) -> Value {
    match company.member(id) {
        Some(active) => json!({ "id": id, "active": active }),
        None => refusal("E-NO-MEMBER", "there is no such member"),
    }
}

fn list(company: &Company, query: &dyn Fn(&str) -> Option<String>) -> Value {
    let seconds = |name: &str| query(name).and_then(|text| text.parse::<u64>().ok());
    let (key, from, to) = (query("key"), seconds("from").unwrap_or(0), seconds("to").unwrap_or(u64::MAX));
    let ids: Vec<&String> = company
        .forms
        .iter()
        .filter(|form| key.as_ref().is_none_or(|key| *key == form.key))
        .filter(|form| (from..to).contains(&form.submitted_at))
        .map(|form| &form.id)
        .collect();
    json!({ "ids": ids })
}

fn submit(company: &mut Company, request: &Request<Bytes>, now: u64) -> Result<Response<Bytes>, SendError> {
    match company.mood {
        Mood::Refuses => return Ok(ok(&refusal(REFUSAL_CODE, "100% of the budget %s is spent"))),
        Mood::Busy => return Ok(page(503)),
        Mood::Garbles => return Ok(page(200)),
        Mood::Well | Mood::LosesAnswers | Mood::RefusesTokens | Mood::Unreachable => {}
    }
    let form: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let text = |name: &str| form.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("key").is_empty() || text("applicant").is_empty() {
        return Ok(ok(&refusal("E-FORM", "key and applicant are required")));
    }
    let id = company.add(text("key"), text("applicant"), now);
    if company.mood == Mood::LosesAnswers {
        return Err(SendError::Interrupted(String::from("connection cut")));
    }
    Ok(ok(&json!({ "id": id })))
}

fn refusal(code: &str, text: &str) -> Value {
    json!({ "code": code, "text": text })
}

fn ok(value: &Value) -> Response<Bytes> {
    Response::new(Bytes::from(value.to_string()))
}

/// A page for people.
fn page(status: u16) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"<html>Please come back later</html>"));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response
}

fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
