//! `property` and `config` of a control.

use super::{
    Arity, Attendance, Choice, Contact, Contacts, Control, DateType, IntervalUnit, Kind, Selector, labels,
};
use crate::api::Lens;

/// All controls of a list. One without an id cannot be filled in and is left out.
///
/// Tables nest as deep as the answer does, which serde_json keeps below 128 levels.
pub(super) fn controls(list: Lens<'_>, vacations: &[Choice]) -> Vec<Control> {
    list.items()
        .map(|control| {
            let property = control.get("property");
            let word = property.get("control").text();
            Control {
                id: property.get("id").text(),
                kind: kind(&word, control.get("config"), vacations),
                word,
                titles: labels(property.get("title")),
                required: property.get("require").is_set(),
            }
        })
        .filter(|control| !control.id.is_empty())
        .collect()
}

/// `item[]{id, name[]}` of a `vacation_list`.
pub(super) fn vacations(list: Lens<'_>) -> Vec<Choice> {
    choices(list.get("item"), "id", "name")
}

fn kind(word: &str, config: Lens<'_>, vacations: &[Choice]) -> Kind {
    match word {
        "Text" => Kind::Text,
        "Textarea" => Kind::Textarea,
        "Number" => Kind::Number,
        "Money" => Kind::Money,
        "Date" => Kind::Date(match config.get("date").get("type").text().as_str() {
            "hour" => DateType::Hour,
            _ => DateType::Day,
        }),
        "Selector" => Kind::Selector(selector(config.get("selector"))),
        "Contact" => {
            let contact = config.get("contact");
            Kind::Contact(Contact {
                arity: arity(contact),
                of: match contact.get("mode").text().as_str() {
                    "department" => Contacts::Departments,
                    _ => Contacts::Members,
                },
            })
        }
        "Tips" => Kind::Tips,
        "File" => Kind::File,
        "Table" => Kind::Table(controls(config.get("table").get("children"), vacations)),
        "DateRange" => Kind::DateRange(unit(config.get("date_range"))),
        "Vacation" => {
            let own = self::vacations(config.get("vacation_list"));
            Kind::Vacation(if own.is_empty() { vacations.to_vec() } else { own })
        }
        "Attendance" => {
            let attendance = config.get("attendance");
            Kind::Attendance(Attendance {
                purpose: attendance.get("type").integer().unwrap_or_default(),
                unit: unit(attendance.get("date_range")),
            })
        }
        "Location" => Kind::Location,
        "RelatedApproval" => Kind::RelatedApproval,
        "Formula" => Kind::Formula,
        "PhoneNumber" => Kind::PhoneNumber,
        "PunchCorrection" => Kind::PunchCorrection,
        _ => Kind::Unknown,
    }
}

fn selector(config: Lens<'_>) -> Selector {
    let external = config.get("external_option").get("use_external_option");
    Selector {
        arity: arity(config),
        options: choices(config.get("options"), "key", "value"),
        external: external.is_set(),
    }
}

/// Single unless the template says otherwise: what fits a single choice fits a multiple one too.
fn arity(config: Lens<'_>) -> Arity {
    match config.get("type").text().as_str() {
        "multi" => Arity::Multi,
        _ => Arity::Single,
    }
}

fn unit(date_range: Lens<'_>) -> Option<IntervalUnit> {
    match date_range.get("type").text().as_str() {
        "halfday" => Some(IntervalUnit::HalfDay),
        "hour" => Some(IntervalUnit::Hour),
        _ => None,
    }
}

fn choices(list: Lens<'_>, key: &str, texts: &str) -> Vec<Choice> {
    list.items()
        .map(|choice| Choice { key: choice.get(key).text(), texts: labels(choice.get(texts)) })
        .filter(|choice| !choice.key.is_empty())
        .collect()
}
