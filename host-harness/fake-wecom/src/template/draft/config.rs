//! The `config` of one control of a draft, by its kind.

use serde_json::Value;

use super::chinese_text;
use crate::template::{Choice, ContactMode, ControlKind, DateUnit, RangeUnit, SelectOption};

const LINK_CHARACTERS: usize = 600;

pub(super) fn date(config: &Value) -> Result<ControlKind, String> {
    one_of(config, "type", &[("day", DateUnit::Day), ("hour", DateUnit::Hour)]).map(ControlKind::Date)
}

pub(super) fn date_range(config: &Value) -> Result<ControlKind, String> {
    one_of(config, "type", &[("halfday", RangeUnit::HalfDay), ("hour", RangeUnit::Hour)])
        .map(ControlKind::DateRange)
}

pub(super) fn contact(config: &Value) -> Result<ControlKind, String> {
    let mode =
        one_of(config, "mode", &[("user", ContactMode::User), ("department", ContactMode::Department)])?;
    Ok(ControlKind::Contact { choice: choice(config)?, mode })
}

pub(super) fn selector(config: &Value) -> Result<ControlKind, String> {
    let list = config.get("options").and_then(Value::as_array).filter(|list| !list.is_empty());
    let mut options: Vec<SelectOption> = Vec::new();
    for entry in list.ok_or_else(|| "options is empty".to_owned())? {
        let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
        let text = chinese_text(entry.get("value"), "option", usize::MAX)?.unwrap_or_default();
        if key.is_empty() || text.is_empty() || options.iter().any(|other| other.key == key) {
            return Err("an option is empty or not unique".to_owned());
        }
        options.push(SelectOption { key: key.to_owned(), text });
    }
    Ok(ControlKind::Selector { choice: choice(config)?, options })
}

pub(super) fn location(config: &Value) -> Result<ControlKind, String> {
    match config.get("distance").and_then(Value::as_u64) {
        Some(100 | 200 | 300) => Ok(ControlKind::Location),
        _ => Err("config.distance is none of 100, 200, 300".to_owned()),
    }
}

/// All texts of a Tips control, joined; links are kept by their title.
pub(super) fn tips(config: &Value) -> Result<ControlKind, String> {
    let contents = config.get("tips_content").and_then(Value::as_array).into_iter().flatten();
    let parts = contents.filter_map(|entry| entry.get("text")?.get("sub_text")?.as_array()).flatten();
    let mut joined = String::new();
    for content in parts.filter_map(|part| part.get("content")) {
        let link = content.get("link");
        let url = link.and_then(|link| link.get("url")).and_then(Value::as_str).unwrap_or_default();
        if url.chars().count() > LINK_CHARACTERS {
            return Err(format!("url is longer than {LINK_CHARACTERS} characters"));
        }
        let plain = content.get("plain_text").and_then(|plain| plain.get("content"));
        let text = plain.or_else(|| link.and_then(|link| link.get("title")));
        joined.push_str(text.and_then(Value::as_str).unwrap_or_default());
    }
    if joined.is_empty() { Err("tips_content is empty".to_owned()) } else { Ok(ControlKind::Tips(joined)) }
}

fn choice(config: &Value) -> Result<Choice, String> {
    one_of(config, "type", &[("single", Choice::Single), ("multi", Choice::Multi)])
}

fn one_of<T: Copy>(config: &Value, field: &str, known: &[(&str, T)]) -> Result<T, String> {
    let name = config.get(field).and_then(Value::as_str).unwrap_or_default();
    let found = known.iter().find(|(text, _)| *text == name).map(|(_, value)| *value);
    found.ok_or_else(|| format!("config.{field} is unknown"))
}
