//! What crosses the imports, as JSON in the contract's own names. See [`json`](mod@crate::json) for the mapping.

use serde_json::{Value, json};

use crate::bindings::idaas::approval::http::{
    Denial, Error, Header, Method, Request, Response, SecretPlace, SecretSlot,
};
use crate::bindings::idaas::approval::log::{Field, Level, Value as FieldValue};
use crate::bindings::idaas::approval::token_cache::Acquired;
use crate::json;
use crate::state::{FIELDS, NAME_BYTES, VALUE_BYTES};

pub(crate) fn request(request: &Request) -> Value {
    json!({
        "method": method(request.method),
        "url": request.url,
        "headers": headers(&request.headers),
        "body": request.body.clone().map(json::from_bytes),
        "secrets": request.secrets.iter().map(slot).collect::<Vec<_>>(),
    })
}

pub(crate) fn answer(answer: &Result<Response, Error>) -> Value {
    match answer {
        Ok(response) => json!({ "ok": {
            "status": response.status,
            "headers": headers(&response.headers),
            "body": json::from_bytes(response.body.clone()),
        } }),
        Err(Error::Denied(Denial { setting, reason })) => {
            json!({ "err": { "denied": { "setting": setting, "reason": reason } } })
        }
        Err(Error::Unreachable(reason)) => json!({ "err": { "unreachable": reason } }),
        Err(Error::Interrupted(reason)) => json!({ "err": { "interrupted": reason } }),
        Err(Error::TooLarge(bytes)) => json!({ "err": { "too-large": bytes } }),
    }
}

/// What [`answer`] has written.
pub(crate) fn to_answer(value: &Value) -> Option<Result<Response, Error>> {
    if let Some(response) = value.get("ok") {
        return Some(Ok(Response {
            status: response.get("status")?.as_u64()?.try_into().ok()?,
            headers: to_headers(response.get("headers")?)?,
            body: json::to_bytes(response.get("body")?)?,
        }));
    }
    let (case, payload) = value.get("err")?.as_object()?.iter().next()?;
    Some(Err(match case.as_str() {
        "denied" => Error::Denied(Denial {
            setting: text(payload.get("setting")?)?,
            reason: text(payload.get("reason")?)?,
        }),
        "unreachable" => Error::Unreachable(text(payload)?),
        "interrupted" => Error::Interrupted(text(payload)?),
        "too-large" => Error::TooLarge(payload.as_u64()?),
        _ => return None,
    }))
}

pub(crate) fn acquired(acquired: &Acquired) -> Value {
    match acquired {
        Acquired::Token(token) => json!({ "token": token }),
        Acquired::Lease => json!("lease"),
        Acquired::Blocked(code) => json!({ "blocked": code }),
        Acquired::Busy => json!("busy"),
    }
}

/// What [`acquired`] has written.
pub(crate) fn to_acquired(value: &Value) -> Option<Acquired> {
    match (value.as_str(), value.get("token"), value.get("blocked")) {
        (Some("lease"), _, _) => Some(Acquired::Lease),
        (Some("busy"), _, _) => Some(Acquired::Busy),
        (None, Some(token), None) => Some(Acquired::Token(text(token)?)),
        (None, None, Some(code)) => Some(Acquired::Blocked(text(code)?)),
        _ => None,
    }
}

/// A log line, cut to what the host writes of one: an engine may hand over mebibytes.
pub(crate) fn line(level: Level, event: &str, fields: &[Field]) -> Value {
    let level = match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let value = |value: &FieldValue| match value {
        FieldValue::Text(text) => json!({ "text": cut(text, VALUE_BYTES) }),
        FieldValue::Number(number) => json!({ "number": number }),
        FieldValue::Truth(truth) => json!({ "truth": truth }),
    };
    let fields: Vec<Value> = fields
        .iter()
        .take(FIELDS)
        .map(|field| json!({ "key": cut(&field.key, NAME_BYTES), "value": value(&field.value) }))
        .collect();
    json!({ "level": level, "event": cut(event, NAME_BYTES), "fields": fields })
}

/// The beginning of a text, whole characters.
fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

fn slot(slot: &SecretSlot) -> Value {
    let place = match &slot.place {
        SecretPlace::Query(name) => json!({ "query": name }),
        SecretPlace::Header(name) => json!({ "header": name }),
    };
    json!({ "setting": slot.setting, "place": place })
}

fn headers(headers: &[Header]) -> Value {
    headers.iter().map(|header| json!({ "name": header.name, "value": header.value })).collect()
}

fn to_headers(value: &Value) -> Option<Vec<Header>> {
    let header =
        |item: &Value| Some(Header { name: text(item.get("name")?)?, value: text(item.get("value")?)? });
    value.as_array()?.iter().map(header).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_comes_back_as_it_was() {
        let answers = [
            Ok(Response {
                status: 200,
                headers: vec![Header { name: "content-type".into(), value: "text/plain".into() }],
                body: vec![0xff, 0x00],
            }),
            Ok(Response { status: 502, headers: Vec::new(), body: Vec::new() }),
            Err(Error::Denied(Denial { setting: "egress.origins".into(), reason: "no".into() })),
            Err(Error::Unreachable("refused".into())),
            Err(Error::Interrupted("reset".into())),
            Err(Error::TooLarge(1 << 40)),
        ];
        for expected in answers {
            assert_eq!(to_answer(&answer(&expected)), Some(expected));
        }
        for expected in [
            Acquired::Token("T".into()),
            Acquired::Token("lease".into()),
            Acquired::Lease,
            Acquired::Blocked("40001".into()),
            Acquired::Busy,
        ] {
            assert_eq!(to_acquired(&acquired(&expected)), Some(expected));
        }
    }

    #[test]
    fn a_line_is_cut_as_it_is_written() {
        let field = Field { key: "k".repeat(1_000), value: FieldValue::Text("ü".repeat(1_000)) };
        let line = line(Level::Info, &"e".repeat(1_000), &vec![field; 1_000]);
        let kept = json!({ "key": "k".repeat(NAME_BYTES), "value": { "text": "ü".repeat(VALUE_BYTES / 2) } });
        assert_eq!(line.get("event"), Some(&json!("e".repeat(NAME_BYTES))));
        assert_eq!(line.get("fields"), Some(&json!(vec![kept; FIELDS])));
    }

    #[test]
    fn what_no_host_has_written_is_no_answer() {
        assert_eq!(to_answer(&json!({ "err": { "unheard-of": 1 } })), None);
        assert_eq!(to_answer(&json!({ "ok": { "status": 70_000, "headers": [], "body": "" } })), None);
        assert_eq!(to_acquired(&json!("other")), None);
    }
}
