//! Inputs of the calls, as the contract's JSON.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_harness::Settings;
use host_harness::contract::{CallbackRequest, Description, SettingKind};
use serde_json::{Value, json};

use crate::case::Entry;
use crate::provider::Mistake;

/// A request to the callback address.
pub(crate) fn callback(request: &CallbackRequest) -> Value {
    let headers: Vec<Value> =
        request.headers.iter().map(|header| json!({ "name": header.name, "value": header.value })).collect();
    let body = match std::str::from_utf8(&request.body) {
        Ok(text) => json!(text),
        Err(_binary) => json!({ "base64": BASE64_STANDARD.encode(&request.body) }),
    };
    json!({ "request": {
        "method": request.method,
        "query": request.query,
        "headers": headers,
        "body": body,
        "received-at": request.received_at,
    } })
}

/// Bytes that are no image of any engine's, as the answer of `save` has them, and what they are.
pub(crate) fn strange_images() -> [(&'static str, Value); 5] {
    let bytes = |bytes: &[u8]| json!({ "base64": BASE64_STANDARD.encode(bytes) });
    [
        ("nothing", bytes(&[])),
        ("one byte", bytes(&[0])),
        ("zeros", bytes(&[0; 1_024])),
        ("lengths that lead beyond the end", bytes(&[0xff; 1_024])),
        ("a text", json!("{\"settings\": []}")),
    ]
}

/// What the administrator entered, and the problems, key and code, that it deserves.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) what: String,
    pub(crate) input: Value,
    pub(crate) problems: Vec<(String, String)>,
}

/// The inputs of `configure` for an entry.
pub(crate) fn entries(
    entry: Entry,
    sound: &Settings,
    description: &Description,
    mistakes: &[Mistake],
) -> Vec<Entered> {
    let held = |key: &str| {
        description
            .settings
            .iter()
            .any(|field| field.key == key && matches!(field.kind, SettingKind::HeldSecret))
    };
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "text": value } });
    let as_entered =
        |changed: &[&Mistake]| -> Vec<Value> {
            let value = |key: &str, value: &str| {
                let mistake = changed.iter().find(|mistake| mistake.key == key);
                text(key, mistake.map_or(value, |mistake| mistake.value))
            };
            let added = changed.iter().filter(|mistake| sound.value(mistake.key).is_none());
            sound
                .iter()
                .map(|(key, secret)| {
                    if held(key) {
                        json!({ "key": key, "value": "held" })
                    } else {
                        value(key, secret.expose())
                    }
                })
                .chain(added.map(|mistake| text(mistake.key, mistake.value)))
                .collect()
        };
    let entered = |what: &str, settings: Vec<Value>, problems: Vec<(String, String)>| Entered {
        what: what.to_owned(),
        input: json!({ "settings": settings }),
        problems,
    };
    let problem = |key: &str, code: &str| (key.to_owned(), code.to_owned());

    match entry {
        Entry::Sound => vec![entered("sound settings", as_entered(&[]), Vec::new())],
        Entry::Nothing => {
            let required = description.settings.iter().filter(|field| field.required);
            let missing = required.map(|field| problem(&field.key, "missing")).collect();
            vec![entered("no settings", Vec::new(), missing)]
        }
        Entry::UnknownKeys => {
            let keys = ["colour-of-the-sky", "CorpID "];
            let mut settings = as_entered(&[]);
            settings.extend(keys.map(|key| text(key, "1")));
            vec![entered("unknown keys", settings, keys.map(|key| problem(key, "unknown-key")).to_vec())]
        }
        Entry::Twice => {
            let mut settings = as_entered(&[]);
            let first = sound.iter().find(|(key, _)| !held(key));
            settings.extend(first.map(|(key, value)| text(key, value.expose())));
            let problems = first.map(|(key, _)| problem(key, "duplicate-key"));
            vec![entered("a key twice", settings, problems.into_iter().collect())]
        }
        Entry::HeldInTheClear => {
            let settings = sound.iter().map(|(key, value)| text(key, value.expose())).collect();
            let secrets = sound.iter().filter(|(key, _)| held(key));
            let problems = secrets.map(|(key, _)| problem(key, "not-held")).collect();
            vec![entered("held secrets as text", settings, problems)]
        }
        Entry::EachMistake => mistakes
            .iter()
            .map(|mistake| {
                let what = format!("{} = {:?}", mistake.key, mistake.value);
                entered(&what, as_entered(&[mistake]), vec![problem(mistake.key, mistake.code)])
            })
            .collect(),
        Entry::EveryMistake => {
            let mut keys = BTreeSet::new();
            let all: Vec<&Mistake> = mistakes.iter().filter(|mistake| keys.insert(mistake.key)).collect();
            let problems = all.iter().map(|mistake| problem(mistake.key, mistake.code)).collect();
            vec![entered("every mistake at once", as_entered(&all), problems)]
        }
    }
}
