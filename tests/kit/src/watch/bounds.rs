//! Sizes and shapes that the contract fixes.

use serde_json::Value;

use crate::record::Call;

/// The names of fields whose texts have a largest size, in bytes.
const LARGEST: [(&str, usize); 3] = [("detail", 200), ("provider-text", 512), ("ignored", 80)];

/// The names of fields that hold a SHA-256.
const DIGESTS: [&str; 2] = ["fingerprint", "message-digest"];

pub(super) fn findings(calls: &[Call]) -> Vec<String> {
    let mut found = Vec::new();
    for call in calls {
        if let Ok(output) = &call.output {
            look(output, &call.place, &mut found);
        }
    }
    found
}

fn look(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Value::String(text) = value {
                    judge(name, text, place, found);
                }
                look(value, place, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| look(item, place, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn judge(name: &str, text: &str, place: &str, found: &mut Vec<String>) {
    let largest = LARGEST.iter().find(|(bounded, _)| *bounded == name);
    if let Some((_, largest)) = largest.filter(|(_, largest)| text.len() > *largest) {
        found.push(format!("{place}: {name} has {} bytes, and {largest} are allowed", text.len()));
    }
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if DIGESTS.contains(&name) && (text.len() != 64 || !text.chars().all(hex)) {
        found.push(format!("{place}: {name} is no SHA-256 in lower-case hex"));
    }
    if name == "deduplication-key" && text.is_empty() {
        found.push(format!("{place}: {name} is empty"));
    }
}
