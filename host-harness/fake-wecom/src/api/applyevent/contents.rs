//! `apply_data.contents` against the template's controls.

use serde_json::Value;

use crate::form::{Content, Form};
use crate::refusal::Refusal;
use crate::setup::Setup;
use crate::template::{Control, Template};

/// Attachments of one form at most.
const ATTACHMENTS: usize = 6;

/// Checks values against controls, members, departments and other forms.
#[derive(Clone, Copy)]
pub(super) struct Checker<'a> {
    pub(super) setup: &'a Setup,
    pub(super) forms: &'a [Form],
}

impl Checker<'_> {
    /// The filled controls. Optional ones are left out by leaving them out: an empty value is refused.
    pub(super) fn contents(&self, template: &Template, request: &Value) -> Result<Vec<Content>, Refusal> {
        let list = request.pointer("/apply_data/contents").and_then(Value::as_array);
        let list = list.filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| Refusal::approval_parameter("no applydata content"))?;
        let mut contents: Vec<Content> = Vec::new();
        for entry in list {
            let control = known(&template.controls, entry)?;
            if contents.iter().any(|content| content.id == control.id) {
                return Err(Refusal::approval_parameter(&control.id));
            }
            let Some(value) = entry.get("value") else {
                continue;
            };
            self.value(control, value).map_err(|_wrong_value| Refusal::approval_parameter(&control.id))?;
            contents.push(Content {
                control: control.kind.name().to_owned(),
                id: control.id.clone(),
                title: control.title.clone(),
                value: value.clone(),
            });
        }
        let filled = |control: &&Control| contents.iter().any(|content| content.id == control.id);
        if let Some(missing) = template.controls.iter().find(|control| control.required && !filled(control)) {
            return Err(Refusal::approval_parameter(&missing.id));
        }
        let files = contents.iter().filter_map(|content| content.value.get("files")?.as_array());
        if files.map(Vec::len).sum::<usize>() > ATTACHMENTS {
            return Err(Refusal::approval_parameter("too many files"));
        }
        Ok(contents)
    }
}

/// The control that an entry fills: its id and kind must both be those of the template.
pub(super) fn known<'a>(controls: &'a [Control], entry: &Value) -> Result<&'a Control, Refusal> {
    let id = entry.get("id").and_then(Value::as_str).unwrap_or_default();
    let control = controls.iter().find(|control| control.id == id);
    let control = control.ok_or_else(|| Refusal::approval_parameter(format!("invalid control id {id}")))?;
    if entry.get("control").and_then(Value::as_str) == Some(control.kind.name()) {
        Ok(control)
    } else {
        Err(Refusal::approval_parameter(id))
    }
}
