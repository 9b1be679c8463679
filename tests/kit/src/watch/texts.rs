//! Texts in both languages, wherever they stand.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::record::Call;

/// A Chinese text shorter than this may be a name, such as `Agent ID`.
const SENTENCE: usize = 40;

/// Texts that are not there in both languages, each once.
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
            if let (Some(Value::String(en)), Some(Value::String(zh_cn))) =
                (fields.get("en"), fields.get("zh-cn"))
            {
                judge(en, zh_cn, at, found);
            }
            fields.iter().for_each(|(name, value)| look(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| look(item, at, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn judge(en: &str, zh_cn: &str, at: &str, found: &mut BTreeSet<String>) {
    let chinese = zh_cn.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let what = if en.trim().is_empty() {
        "no English"
    } else if zh_cn.trim().is_empty() || (zh_cn.len() > SENTENCE && !chinese) {
        "no Chinese"
    } else {
        return;
    };
    found.insert(format!("{at}: {what}: {:?}", if en.is_empty() { zh_cn } else { en }));
}
