//! A template as gettemplatedetail tells it (D91982).

use serde_json::{Value, json};

use super::{Control, ControlKind, SelectOption, Template};

impl Template {
    /// `template_names` and `template_content`.
    pub(crate) fn to_wire(&self) -> Value {
        json!({
            "template_names": [chinese(&self.name), { "text": "", "lang": "en" }],
            "template_content": { "controls": controls(&self.controls) },
        })
    }
}

/// `[{"text": …, "lang": "zh_CN"}]` holds one of these.
pub(crate) fn chinese(text: &str) -> Value {
    json!({ "text": text, "lang": "zh_CN" })
}

impl SelectOption {
    /// `key` and `value`, as templates and forms show an option.
    pub(crate) fn to_wire(&self) -> Value {
        json!({ "key": self.key, "value": [chinese(&self.text)] })
    }
}

fn controls(controls: &[Control]) -> Vec<Value> {
    controls.iter().map(control).collect()
}

fn control(control: &Control) -> Value {
    json!({
        "property": {
            "control": control.kind.name(),
            "id": control.id,
            "title": [chinese(&control.title)],
            "placeholder": [chinese(&control.placeholder)],
            "require": u8::from(control.required),
            "un_print": 0,
        },
        "config": config(&control.kind),
    })
}

/// The one config that fits the control; `{}` for kinds without any.
fn config(kind: &ControlKind) -> Value {
    match kind {
        ControlKind::Date(unit) => json!({ "date": { "type": unit.name() } }),
        ControlKind::Selector { choice, options } => {
            let options: Vec<Value> = options.iter().map(SelectOption::to_wire).collect();
            json!({ "selector": { "type": choice.name(), "exp_type": 0, "options": options } })
        }
        ControlKind::Contact { choice, mode } => {
            json!({ "contact": { "type": choice.name(), "mode": mode.name() } })
        }
        ControlKind::Tips(text) => json!({ "tips": { "tips_content": [{
            "text": { "sub_text": [{ "type": 1, "content": { "plain_text": { "content": text } } }] },
            "lang": "zh_CN",
        }] } }),
        ControlKind::File => json!({ "file": { "is_only_photo": 0 } }),
        ControlKind::Table(children) => {
            json!({ "table": { "children": controls(children), "print_format": 0 } })
        }
        ControlKind::DateRange(unit) => {
            json!({ "date_range": { "type": unit.name(), "official_holiday": 0 } })
        }
        ControlKind::Location => json!({ "location": { "distance": 100 } }),
        ControlKind::RelatedApproval => json!({ "related_approval": { "template_id": [] } }),
        ControlKind::Vacation => {
            json!({ "vacation_list": { "item": [{ "id": 1, "name": [chinese("年假")] }] } })
        }
        ControlKind::Attendance => json!({ "attendance": { "type": 3, "date_range": { "type": "hour" } } }),
        ControlKind::Text
        | ControlKind::Textarea
        | ControlKind::Number
        | ControlKind::Money
        | ControlKind::Formula
        | ControlKind::PhoneNumber
        | ControlKind::BankAccount
        | ControlKind::PunchCorrection => json!({}),
    }
}
