//! Which control a name means.
//!
//! The field map comes first, then control ids, then titles. The engine never picks one of several.

use super::problem::{self, FieldProblem};
use crate::config::{Config, REQUEST_NUMBER};
use crate::template::{Control, Kind, Template};

/// Why a name means no control.
pub(super) enum Miss {
    /// The request names something that is not there.
    Request(FieldProblem),
    /// The field map does.
    Settings(FieldProblem),
}

/// The control that `name` means. A name of the field map means its control id and nothing else.
pub(super) fn control<'a>(config: &Config, controls: &'a [Control], name: &str) -> Result<&'a Control, Miss> {
    match config.field_map.control_id(name) {
        Some(id) => by_id(controls, id).ok_or_else(|| Miss::Settings(problem::stale_map(name, id))),
        None => unmapped(controls, name).map_err(Miss::Request),
    }
}

/// The column that `name` means. A name of the field map counts when its id is one of these columns.
pub(super) fn column<'a>(
    config: &Config,
    columns: &'a [Control],
    name: &str,
) -> Result<&'a Control, FieldProblem> {
    match config.field_map.control_id(name).and_then(|id| by_id(columns, id)) {
        Some(column) => Ok(column),
        None => unmapped(columns, name),
    }
}

/// The control that carries the idempotency key.
pub(super) fn request_number<'a>(
    config: &Config,
    template: &'a Template,
) -> Result<&'a Control, FieldProblem> {
    let id = config.field_map.control_id(REQUEST_NUMBER).ok_or_else(problem::no_request_number)?;
    let control = by_id(&template.controls, id).ok_or_else(|| problem::stale_map(REQUEST_NUMBER, id))?;
    match control.kind {
        Kind::Text | Kind::Textarea => Ok(control),
        Kind::Number
        | Kind::Money
        | Kind::Date(_)
        | Kind::Selector(_)
        | Kind::Contact(_)
        | Kind::Tips
        | Kind::File
        | Kind::Table(_)
        | Kind::DateRange(_)
        | Kind::Vacation(_)
        | Kind::Attendance(_)
        | Kind::Location
        | Kind::RelatedApproval
        | Kind::Formula
        | Kind::PhoneNumber
        | Kind::PunchCorrection
        | Kind::Unknown => Err(problem::request_number_kind(control)),
    }
}

/// What to call a control that no field names: its name in the field map, else its title.
pub(super) fn name_of(config: &Config, control: &Control) -> String {
    config.field_map.name(&control.id).unwrap_or_else(|| control.title()).to_owned()
}

fn by_id<'a>(controls: &'a [Control], id: &str) -> Option<&'a Control> {
    controls.iter().find(|control| control.id == id)
}

fn unmapped<'a>(controls: &'a [Control], name: &str) -> Result<&'a Control, FieldProblem> {
    if let Some(control) = by_id(controls, name) {
        return Ok(control);
    }
    let mut titled = controls.iter().filter(|control| control.titles.iter().any(|title| title.text == name));
    match (titled.next(), titled.next()) {
        (Some(control), None) => Ok(control),
        (Some(_), Some(_)) => Err(problem::ambiguous(name)),
        (None, _) => Err(problem::unknown(name)),
    }
}
