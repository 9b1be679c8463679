//! From the fields of a request to the contents of WeCom's form.
//!
//! Everything is checked against the template before anything is sent, and every problem is told at once. What is
//! empty is left out: WeCom refuses empty values for several kinds of control (301025).
#![cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::result_large_err,
        reason = "a problem ends the form that has it and is made a few times at most"
    )
)]

use serde_json::Value;

use crate::config::{Config, REQUEST_NUMBER};
use crate::json::object;
use crate::template::{Control, FilledBy, Template};
use crate::user::People;

pub use content::{
    Cell, Content, Department, FieldContent, FormField, Interval, Leave, Location, PhoneNumber, Row,
};
pub(crate) use problem::cut as cut_warning;
pub use problem::{FieldProblem, SubmissionWarning};
pub use value::{ATTACHMENTS, TEXT_CHARACTERS};

pub(crate) mod check;

mod content;
mod locate;
mod problem;
mod value;

/// A form that WeCom can take.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// `apply_data.contents`.
    pub contents: Vec<Value>,
    /// What was changed to fit.
    pub warnings: Vec<SubmissionWarning>,
}

/// Everything that keeps a form from being made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormProblems {
    /// The request's.
    pub invalid: Vec<FieldProblem>,
    /// The settings' and the template's.
    pub drift: Vec<FieldProblem>,
}

/// Fills `template` with `fields`, and the control of the request number with `key`.
///
/// `people` holds the members of every account in `fields`.
///
/// # Errors
/// - [`FormProblems`]: in the order of the fields, then of the controls.
pub fn fill(
    config: &Config,
    template: &Template,
    key: &str,
    fields: &[FormField],
    people: &People<'_>,
) -> Result<Form, FormProblems> {
    let mut problems = FormProblems::default();
    let number = locate::request_number(config, template);
    let number = number.map_err(|problem| problems.drift.push(problem)).ok();
    let given = match_fields(config, template, number, fields, &mut problems);
    let mut filling = value::Filling::new(people);
    let mut contents = Vec::new();
    for control in &template.controls {
        let filled = match given.iter().find(|(id, _)| *id == control.id) {
            _ if number.is_some_and(|number| number.id == control.id) => {
                Ok(Some(value::entry(control, object([("text", key.into())]))))
            }
            Some((_, field)) => filling.control(config, control, field),
            None => Ok(None),
        };
        match filled {
            Ok(Some(entry)) => contents.push(entry),
            Ok(None) if control.required => require(config, control, &mut problems),
            Ok(None) => {}
            Err(mut found) => problems.invalid.append(&mut found),
        }
    }
    if problems.invalid.is_empty() && problems.drift.is_empty() {
        Ok(Form { contents, warnings: filling.warnings })
    } else {
        Err(problems)
    }
}

/// Which field fills which control, by control id. A list: forms are short, and a tree is 3 KB of the component.
fn match_fields<'a>(
    config: &Config,
    template: &'a Template,
    number: Option<&Control>,
    fields: &'a [FormField],
    problems: &mut FormProblems,
) -> Vec<(&'a str, &'a FormField)> {
    let mut given = Vec::new();
    for field in fields {
        let located = match field.name.as_str() {
            REQUEST_NUMBER => Err(locate::Miss::Request(problem::reserved(REQUEST_NUMBER))),
            name => locate::control(config, &template.controls, name),
        };
        match located {
            Err(locate::Miss::Request(problem)) => problems.invalid.push(problem),
            Err(locate::Miss::Settings(problem)) => problems.drift.push(problem),
            Ok(control) if number.is_some_and(|number| number.id == control.id) => {
                problems.invalid.push(problem::reserved(&field.name));
            }
            Ok(control) if given.iter().any(|(id, _)| *id == control.id) => {
                problems.invalid.push(problem::given_twice(&field.name, control.title()));
            }
            Ok(control) => {
                given.push((control.id.as_str(), field));
            }
        }
    }
    given
}

/// Tells that a required control has no content, unless WeCom fills it in.
fn require(config: &Config, control: &Control, problems: &mut FormProblems) {
    let name = locate::name_of(config, control);
    match control.filled_by() {
        FilledBy::Wecom => {}
        FilledBy::Nobody => problems.drift.push(problem::template_demands(&name, control)),
        FilledBy::Request => problems.invalid.push(problem::missing(&name, control)),
    }
}
