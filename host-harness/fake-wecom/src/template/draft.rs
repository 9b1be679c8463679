//! A template as create_template brings it (D97437), and the rules it must keep.

mod config;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Control, ControlKind};

const NAME_CHARACTERS: usize = 40;
const TITLE_CHARACTERS: usize = 40;
const PLACEHOLDER_CHARACTERS: usize = 80;

/// Reads name and controls of a new template.
///
/// # Errors
/// What WeCom says behind 301086: the first rule that is broken.
pub(crate) fn read(body: &Value) -> Result<(String, Vec<Control>), String> {
    let name = chinese_text(body.get("template_name"), "template_name", NAME_CHARACTERS)?
        .ok_or_else(|| "template_name is empty".to_owned())?;
    let content = body.get("template_content").ok_or_else(|| "template_content is missing".to_owned())?;
    let controls = controls(content.get("controls"), Nesting::Top)?;
    if controls.iter().filter(|control| is_attendance(&control.kind)).count() > 1 {
        return Err("more than one attendance control".to_owned());
    }
    Ok((name, controls))
}

/// Where a list of controls stands.
#[derive(Clone, Copy, PartialEq)]
enum Nesting {
    Top,
    InTable,
}

fn controls(list: Option<&Value>, nesting: Nesting) -> Result<Vec<Control>, String> {
    let list = list.and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| "controls is empty".to_owned())?;
    let controls = list.iter().map(|entry| control(entry, nesting)).collect::<Result<Vec<_>, _>>()?;
    let ids: BTreeSet<&str> = controls.iter().map(|control| control.id.as_str()).collect();
    let titles: BTreeSet<&str> = controls.iter().map(|control| control.title.as_str()).collect();
    if ids.len() < controls.len() {
        return Err("control id is not unique".to_owned());
    }
    if titles.len() < controls.len() {
        return Err("control title is not unique".to_owned());
    }
    Ok(controls)
}

fn control(entry: &Value, nesting: Nesting) -> Result<Control, String> {
    let property = entry.get("property").ok_or_else(|| "property is missing".to_owned())?;
    let text = |field: &str| property.get(field).and_then(Value::as_str).unwrap_or_default();
    let (name, id) = (text("control"), text("id"));
    let number = id.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
    if name.is_empty() || number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("invalid control id {id}"));
    }
    let title = chinese_text(property.get("title"), "title", TITLE_CHARACTERS)?
        .ok_or_else(|| format!("title of {id} is empty"))?;
    let placeholder = chinese_text(property.get("placeholder"), "placeholder", PLACEHOLDER_CHARACTERS)?;
    let required = flag(property, "require")?;
    flag(property, "un_print")?;
    let config = entry.get("config").unwrap_or(&Value::Null);
    let kind = kind(name, config, nesting).map_err(|why| format!("{id}: {why}"))?;
    Ok(Control { id: id.to_owned(), title, placeholder: placeholder.unwrap_or_default(), required, kind })
}

fn kind(name: &str, config: &Value, nesting: Nesting) -> Result<ControlKind, String> {
    let part = |field: &str| config.get(field).unwrap_or(&Value::Null);
    let kind = match name {
        "Text" => ControlKind::Text,
        "Textarea" => ControlKind::Textarea,
        "Number" => ControlKind::Number,
        "Money" => ControlKind::Money,
        "Date" => config::date(part("date"))?,
        "Selector" => config::selector(part("selector"))?,
        "Contact" => config::contact(part("contact"))?,
        "Tips" => config::tips(part("tips"))?,
        "File" => ControlKind::File,
        "Table" if nesting == Nesting::InTable => return Err("a Table inside a Table".to_owned()),
        "Table" => ControlKind::Table(controls(part("table").get("children"), Nesting::InTable)?),
        "DateRange" => config::date_range(part("date_range"))?,
        "Location" => config::location(part("location"))?,
        "RelatedApproval" => ControlKind::RelatedApproval,
        "PhoneNumber" => ControlKind::PhoneNumber,
        "BankAccount" => ControlKind::BankAccount,
        "Vacation" => ControlKind::Vacation,
        "Attendance" => ControlKind::Attendance,
        _ => return Err("unknown control".to_owned()),
    };
    if nesting == Nesting::InTable && is_attendance(&kind) {
        return Err("an attendance control inside a Table".to_owned());
    }
    Ok(kind)
}

fn is_attendance(kind: &ControlKind) -> bool {
    matches!(kind, ControlKind::Vacation | ControlKind::Attendance)
}

/// The Chinese text of `[{text, lang}]`; none when the list is missing, empty, or holds an empty text.
fn chinese_text(list: Option<&Value>, field: &str, characters: usize) -> Result<Option<String>, String> {
    let mut chinese = None;
    for entry in list.and_then(Value::as_array).into_iter().flatten() {
        let text = entry.get("text").and_then(Value::as_str).unwrap_or_default();
        if text.chars().count() > characters {
            return Err(format!("{field} is longer than {characters} characters"));
        }
        match entry.get("lang").and_then(Value::as_str) {
            Some("zh_CN") if !text.is_empty() => chinese = Some(text.to_owned()),
            Some("zh_CN" | "en") => {}
            _ => return Err(format!("{field} has an unknown lang")),
        }
    }
    Ok(chinese)
}

fn flag(property: &Value, field: &str) -> Result<bool, String> {
    match property.get(field).map(Value::as_u64) {
        None | Some(Some(0)) => Ok(false),
        Some(Some(1)) => Ok(true),
        Some(_) => Err(format!("{field} is neither 0 nor 1")),
    }
}
