//! Tokens and secrets leave a call before it is written down.

use serde_json::Value;

const REDACTED: &str = "[redacted]";

/// Names whose values are credentials, in a query or, by mistake, in a body.
const CREDENTIALS: [&str; 3] = ["access_token", "corpsecret", "secret"];

/// The decoded query without credentials.
pub(crate) fn query(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let shown = |name: &str, value: &str| if is_credential(name) { REDACTED } else { value }.to_owned();
    pairs.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
}

/// The body as JSON without credentials; none if it is no JSON.
pub(crate) fn body(bytes: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(bytes).ok()?;
    strip(&mut value);
    Some(value)
}

fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|credential| name.eq_ignore_ascii_case(credential))
}

/// The parser bounds the depth of a value, so this recursion is bounded too.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if is_credential(name) {
                    *field = Value::from(REDACTED);
                } else {
                    strip(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_are_taken_out_at_any_depth() {
        let told = body(br#"{"a":[{"access_token":"T"}],"Secret":1,"text":"kept"}"#);
        assert_eq!(
            told,
            Some(json!({ "a": [{ "access_token": "[redacted]" }], "Secret": "[redacted]", "text": "kept" }))
        );
    }
}
