//! Texts that the contract does not let be empty.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::record::Call;

/// The names of fields that name a form, a person or a message. Of an approval and an event only these texts may be empty:
/// `title`, for a form without a name that people see, `raw-verdict`, `raw-operation`, `comment`, and a remark's `id` and
/// `text`. What may be missing altogether is an option.
const NEVER_EMPTY: [&str; 8] =
    ["approval-id", "template-id", "raw-status", "applicant", "department", "member-id", "actor", "kind"];

/// Lists whose items are such names.
const LISTS: [&str; 1] = ["notified"];

/// Fields that are empty, each once for a function.
pub(super) fn findings(calls: &[Call]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for call in calls {
        if let Ok(output) = &call.output {
            look(output, call.function, &mut found);
        }
    }
    found.into_iter().collect()
}

fn look(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let empty = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
                let listed = || value.as_array().is_some_and(|items| items.iter().any(empty));
                if NEVER_EMPTY.contains(&name.as_str()) && empty(value) {
                    found.insert(format!("{at}: {name} is empty"));
                } else if LISTS.contains(&name.as_str()) && listed() {
                    found.insert(format!("{at}: {name} has an empty item"));
                }
                look(value, at, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| look(item, at, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
