//! The filters of a listing.

use serde_json::Value;

use crate::form::Form;
use crate::refusal::Refusal;
use crate::setup::Setup;

/// Filters of different keys must all hold, of equal keys one must. Only `department` may occur more than
/// once.
#[derive(Debug, Default)]
pub(super) struct Filters {
    template_id: Option<String>,
    creator: Option<String>,
    departments: Vec<String>,
    status: Option<String>,
    record_type: Option<String>,
}

impl Filters {
    /// Reads `filters`. A key that WeCom does not know is ignored, and so filters nothing.
    pub(super) fn read(request: &Value, setup: &Setup) -> Result<Self, Refusal> {
        let mut filters = Self::default();
        for entry in request.get("filters").and_then(Value::as_array).into_iter().flatten() {
            let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
            let slot = match key {
                "department" => {
                    filters.departments.push(value(entry)?);
                    continue;
                }
                "template_id" => &mut filters.template_id,
                "creator" => &mut filters.creator,
                "sp_status" => &mut filters.status,
                "record_type" => &mut filters.record_type,
                _ => continue,
            };
            if slot.replace(value(entry)?).is_some() {
                return Err(Refusal::approval_parameter(format!("filter {key} repeated")));
            }
        }
        match &filters.creator {
            Some(creator) if !setup.member(creator).is_some_and(|member| member.can_take_part()) => {
                Err(Refusal::no_approval_auth(""))
            }
            Some(_) | None => Ok(filters),
        }
    }

    pub(super) fn accept(&self, form: &Form, setup: &Setup) -> bool {
        let template = setup.template(&form.template_id);
        let record_type =
            || template.and_then(|template| template.record_type).map(|number| number.to_string());
        holds(self.template_id.as_ref(), |id| *id == form.template_id)
            && holds(self.creator.as_ref(), |id| id.eq_ignore_ascii_case(&form.applicant))
            && holds(self.status.as_ref(), |number| *number == form.status.number().to_string())
            && holds(self.record_type.as_ref(), |number| record_type().as_ref() == Some(number))
            && (self.departments.is_empty() || self.departments.contains(&form.department.to_string()))
    }
}

fn holds(filter: Option<&String>, accept: impl FnOnce(&String) -> bool) -> bool {
    filter.is_none_or(accept)
}

/// The value of a filter is text, also where it is a number.
fn value(entry: &Value) -> Result<String, Refusal> {
    let text = entry.get("value").and_then(Value::as_str).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| Refusal::parameter("filters"))
}
