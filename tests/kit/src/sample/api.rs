//! The API: what the company answers.

use bytes::Bytes;
use host_harness::outbound::SendError;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::company::{Company, Form, Mood};
use super::{API_SECRET, REFUSAL_CODE};

/// Seconds that a token lives.
const LIFETIME: u64 = 7_200;

/// Numbers on a page of a list.
pub(super) const PAGE: usize = 2;

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
    let mut parts = path.trim_start_matches('/').split('/');
    Ok(ok(&match (parts.next(), parts.next()) {
        (Some("members"), Some(id)) => member(company, id),
        (Some("templates"), Some(id)) => template(company, id),
        (Some("templates"), None) => make_template(company, request),
        (Some("forms"), Some(id)) => form(company, id),
        (Some("forms"), None) => list(company, &query),
        (Some(_), _) | (None, _) => refusal("E-PATH", "there is no such function"),
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

fn template(company: &Company, id: &str) -> Value {
    let known = company.templates.iter().any(|template| template.id == id);
    if known { json!({ "id": id }) } else { refusal("E-NO-TEMPLATE", "there is no such template") }
}

fn make_template(company: &mut Company, request: &Request<Bytes>) -> Value {
    let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let name = asked.get("name").and_then(Value::as_str).unwrap_or_default();
    match company.make_template(name) {
        Some(id) => json!({ "id": id }),
        None => refusal("E-NAME-TAKEN", "a template has this name already"),
    }
}

fn form(company: &Company, id: &str) -> Value {
    let form = company.forms.iter().find(|form| form.id == id);
    form.map_or_else(|| refusal("E-NO-FORM", "there is no such form"), Form::tell)
}

fn list(company: &Company, query: &dyn Fn(&str) -> Option<String>) -> Value {
    let number = |name: &str| query(name).and_then(|text| text.parse::<u64>().ok());
    let (key, from, to) = (query("key"), number("from").unwrap_or(0), number("to").unwrap_or(u64::MAX));
    let after = number("after").and_then(|after| usize::try_from(after).ok()).unwrap_or(0);
    let mut ids = company
        .forms
        .iter()
        .filter(|form| key.as_ref().is_none_or(|key| *key == form.key))
        .filter(|form| (from..to).contains(&form.submitted_at))
        .map(|form| &form.id)
        .skip(after)
        .peekable();
    let page: Vec<&String> = ids.by_ref().take(PAGE).collect();
    json!({ "ids": page, "next": ids.peek().map(|_| after + PAGE) })
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
    if !company.templates.iter().any(|template| template.id == text("template")) {
        return Ok(ok(&refusal("E-NO-TEMPLATE", "there is no such template")));
    }
    let id = company.add(text("key"), text("template"), text("applicant"), now);
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
