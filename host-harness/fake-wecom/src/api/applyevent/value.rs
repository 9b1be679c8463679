//! The value of one control (D91853, table of controls).

use serde_json::Value;

use super::contents::{Checker, known};
use crate::china_time::second_of_day;
use crate::setup::Member;
use crate::template::{Choice, ContactMode, Control, ControlKind, DateUnit, RangeUnit, SelectOption};

/// The value does not fit its control; WeCom names the control and says no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongValue;

type Checked = Result<(), WrongValue>;

/// Second of the day of noon, where a half-day may begin or end; midnight is the other.
const NOON: u64 = 12 * 3_600;

impl Checker<'_> {
    pub(super) fn value(&self, control: &Control, value: &Value) -> Checked {
        match &control.kind {
            ControlKind::Text => holds(text(value, "/text")?, |text| !text.contains(['\n', '\r'])),
            ControlKind::Textarea => text(value, "/text").map(|_| ()),
            ControlKind::Number => holds(text(value, "/new_number")?, |text| is_decimal(text, usize::MAX)),
            ControlKind::Money => holds(text(value, "/new_money")?, |text| is_decimal(text, 2)),
            ControlKind::Date(unit) => date(value, *unit),
            ControlKind::Selector { choice, options } => selector(value, *choice, options),
            ControlKind::Contact { choice, mode } => self.contact(value, *choice, *mode),
            ControlKind::File => each(value, "/files", |file| text(file, "/file_id").map(|_| ())),
            ControlKind::Table(controls) => self.table(value, controls),
            ControlKind::DateRange(unit) => date_range(value, *unit),
            ControlKind::Location => location(value),
            ControlKind::RelatedApproval => each(value, "/related_approval", |related| {
                holds(text(related, "/sp_no")?, |sp_no| self.forms.iter().any(|form| form.sp_no == sp_no))
            }),
            ControlKind::PhoneNumber => {
                text(value, "/phonenumber/area")?;
                text(value, "/phonenumber/number").map(|_| ())
            }
            ControlKind::BankAccount => filled_object(value, "bank_account"),
            ControlKind::Vacation => filled_object(value, "vacation"),
            ControlKind::Attendance => filled_object(value, "attendance"),
            // Filled by the server, or not open to callers at all.
            ControlKind::Tips(_) | ControlKind::Formula | ControlKind::PunchCorrection => Err(WrongValue),
        }
    }

    fn contact(&self, value: &Value, choice: Choice, mode: ContactMode) -> Checked {
        let list = match mode {
            ContactMode::User => "/members",
            ContactMode::Department => "/departments",
        };
        at_most(value, list, choice)?;
        each(value, list, |entry| match mode {
            ContactMode::User => {
                let member = self.setup.member(text(entry, "/userid")?);
                if member.is_some_and(Member::can_take_part) { Ok(()) } else { Err(WrongValue) }
            }
            ContactMode::Department => holds(text(entry, "/openapi_id")?, |id| {
                self.setup.departments.iter().any(|department| department.id.to_string() == id)
            }),
        })
    }

    /// Rows, at least one, each with all sub-controls of the template. A sub-control that is not required may
    /// be there without a value, or with the empty one of its kind.
    fn table(&self, value: &Value, controls: &[Control]) -> Checked {
        each(value, "/children", |row| {
            let cells = row.get("list").and_then(Value::as_array).ok_or(WrongValue)?;
            if cells.len() != controls.len() {
                return Err(WrongValue);
            }
            for control in controls {
                let has_id = |cell: &&Value| cell.get("id").and_then(Value::as_str) == Some(&control.id);
                let cell = cells.iter().find(has_id).ok_or(WrongValue)?;
                known(controls, cell).map_err(|_other_kind| WrongValue)?;
                match cell.get("value") {
                    Some(value) if control.required || !is_blank(value) => self.value(control, value)?,
                    None if control.required => return Err(WrongValue),
                    Some(_) | None => {}
                }
            }
            Ok(())
        })
    }
}

fn date(value: &Value, unit: DateUnit) -> Checked {
    holds(text(value, "/date/type")?, |kind| kind == unit.name())?;
    holds(text(value, "/date/s_timestamp")?, |seconds| seconds.parse::<u64>().is_ok())
}

fn selector(value: &Value, choice: Choice, options: &[SelectOption]) -> Checked {
    holds(text(value, "/selector/type")?, |kind| kind == choice.name())?;
    at_most(value, "/selector/options", choice)?;
    each(value, "/selector/options", |chosen| {
        holds(text(chosen, "/key")?, |key| options.iter().any(|option| option.key == key))
    })
}

fn date_range(value: &Value, unit: RangeUnit) -> Checked {
    holds(text(value, "/date_range/type")?, |kind| kind == unit.name())?;
    let number = |field: &str| value.pointer(field).and_then(Value::as_u64).ok_or(WrongValue);
    let (begin, end) = (number("/date_range/new_begin")?, number("/date_range/new_end")?);
    number("/date_range/new_duration")?;
    let on_the_half_day = |moment| matches!(second_of_day(moment), 0 | NOON);
    let aligned = unit == RangeUnit::Hour || (on_the_half_day(begin) && on_the_half_day(end));
    if begin <= end && aligned { Ok(()) } else { Err(WrongValue) }
}

fn location(value: &Value) -> Checked {
    for field in ["/location/latitude", "/location/longitude"] {
        holds(text(value, field)?, |number| number.parse::<f64>().is_ok_and(f64::is_finite))?;
    }
    for field in ["/location/title", "/location/address"] {
        text(value, field)?;
    }
    value.pointer("/location/time").and_then(Value::as_u64).map(|_| ()).ok_or(WrongValue)
}

/// A text that is there and not empty. Numbers are not taken for texts.
fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, WrongValue> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(WrongValue)
}

fn holds(text: &str, accept: impl FnOnce(&str) -> bool) -> Checked {
    if accept(text) { Ok(()) } else { Err(WrongValue) }
}

/// Checks each entry of a list that must not be empty.
fn each(value: &Value, pointer: &str, check: impl Fn(&Value) -> Checked) -> Checked {
    let list = value.pointer(pointer).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.ok_or(WrongValue)?.iter().try_for_each(check)
}

fn at_most(value: &Value, pointer: &str, choice: Choice) -> Checked {
    let count = value.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    if choice == Choice::Single && count > 1 { Err(WrongValue) } else { Ok(()) }
}

fn filled_object(value: &Value, field: &str) -> Checked {
    let object = value.get(field).and_then(Value::as_object);
    if object.is_some_and(|object| !object.is_empty()) { Ok(()) } else { Err(WrongValue) }
}

/// Whether there is nothing in a value but empty texts, empty lists, and the word for its kind.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.iter().all(|(name, value)| name == "type" || is_blank(value)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Digits with an optional sign and at most `decimals` digits behind a point.
fn is_decimal(text: &str, decimals: usize) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        None => digits(text),
        Some((whole, fraction)) => digits(whole) && digits(fraction) && fraction.len() <= decimals,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_blank_with_the_empty_value_of_its_kind() {
        for blank in [
            json!({}),
            json!({ "text": "" }),
            json!({ "members": [] }),
            json!({ "selector": { "type": "single", "options": [] } }),
            json!({ "date": { "type": "day", "s_timestamp": "" } }),
        ] {
            assert!(is_blank(&blank), "{blank}");
        }
        assert!(!is_blank(&json!({ "selector": { "type": "single", "options": [{ "key": "a" }] } })));
        assert!(!is_blank(&json!({ "date": { "type": "day", "s_timestamp": "1" } })));
    }

    #[test]
    fn money_has_two_decimals_at_most() {
        assert!(is_decimal("700", 2));
        assert!(is_decimal("0.05", 2));
        assert!(!is_decimal("0.055", 2));
        assert!(!is_decimal("7,00", 2));
        assert!(!is_decimal("7.", 2));
    }
}
