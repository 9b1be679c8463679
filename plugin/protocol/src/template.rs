//! An approval template as WeCom has it at this moment.
//!
//! Control ids change whenever an administrator deletes a control and adds it again, so a template is read for every
//! submission and never remembered. Reading never fails on what it finds: a kind of control from the future is kept
//! under its own word, a missing `config` counts as an empty one (D91982).
#![expect(clippy::result_large_err, reason = "a failure ends the call that meets it and is made once")]

use crate::api::{self, Failure, Fault, Lens};
use crate::config::Config;
use crate::exchange::Outbound;
use crate::json::object;
use crate::model::TemplateId;
use crate::token;

mod kind;

/// The interface that tells of one template.
pub const PATH: &str = "/cgi-bin/oa/gettemplatedetail";

/// A text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// `zh_CN` or `en` so far.
    pub lang: String,
    /// Never empty.
    pub text: String,
}

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The id it was asked for by.
    pub id: TemplateId,
    /// Its name.
    pub names: Vec<Label>,
    /// Its controls, in order.
    pub controls: Vec<Control>,
}

/// One control of a template, or one column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Such as `Text-1569573600123`.
    pub id: String,
    /// WeCom's word for the kind, as it goes back into the form.
    pub word: String,
    /// What it is, with what its kind brings along.
    pub kind: Kind,
    /// What people see.
    pub titles: Vec<Label>,
    /// The form cannot be submitted without it.
    pub required: bool,
}

/// What a control is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    Textarea,
    /// A decimal number.
    Number,
    /// An amount.
    Money,
    /// A point in time.
    Date(DateType),
    /// Options.
    Selector(Selector),
    /// Members or departments.
    Contact(Contact),
    /// A note to read; WeCom fills it in.
    Tips,
    /// Attachments.
    File,
    /// Rows of these columns.
    Table(Vec<Control>),
    /// A span of time in this unit; `None` when the template does not say.
    DateRange(Option<IntervalUnit>),
    /// Leave of these kinds.
    Vacation(Vec<Choice>),
    /// A business trip, time out or overtime.
    Attendance(Attendance),
    /// A place.
    Location,
    /// Other approvals.
    RelatedApproval,
    /// Computed by WeCom.
    Formula,
    /// A telephone number.
    PhoneNumber,
    /// A forgotten clock-in; WeCom takes none by this interface.
    PunchCorrection,
    /// Anything else, a bank account among it: filled with WeCom's own JSON.
    Unknown,
}

/// How exact a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateType {
    /// A day in China.
    Day,
    /// A minute.
    Hour,
}

/// The unit of a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalUnit {
    /// Mornings and afternoons.
    HalfDay,
    /// Hours.
    Hour,
}

/// How many can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// One.
    Single,
    /// Any number.
    Multi,
}

/// A choice among options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// How many.
    pub arity: Arity,
    /// The options.
    pub options: Vec<Choice>,
    /// The options come from elsewhere, and the template does not hold them.
    pub external: bool,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What WeCom knows it by.
    pub key: String,
    /// What people see.
    pub texts: Vec<Label>,
}

/// A choice of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// How many.
    pub arity: Arity,
    /// Of what.
    pub of: Contacts,
}

/// What a contact control takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// Members.
    Members,
    /// Departments.
    Departments,
}

/// What an attendance control takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// 1 leave, 3 business trip, 4 time out, 5 overtime. Others cannot be submitted.
    pub purpose: i64,
    /// The unit; `None` when the template does not say.
    pub unit: Option<IntervalUnit>,
}

/// Who fills in a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilledBy {
    /// The request does.
    Request,
    /// WeCom does.
    Wecom,
    /// Nobody can by this interface.
    Nobody,
}

impl Template {
    /// The name to call it by: Chinese, else any, else the id.
    #[must_use]
    pub fn title(&self) -> &str {
        title(&self.names, self.id.as_str())
    }
}

/// The Chinese one of several labels, else any, else `id`.
fn title<'a>(labels: &'a [Label], id: &'a str) -> &'a str {
    let chinese = labels.iter().find(|label| label.lang == "zh_CN");
    chinese.or(labels.first()).map_or(id, |label| label.text.as_str())
}

impl Control {
    /// The title to name it by: Chinese, else any, else the id.
    #[must_use]
    pub fn title(&self) -> &str {
        title(&self.titles, self.id.as_str())
    }

    /// Who fills it in.
    #[must_use]
    pub const fn filled_by(&self) -> FilledBy {
        match &self.kind {
            Kind::Tips | Kind::Formula => FilledBy::Wecom,
            Kind::PunchCorrection => FilledBy::Nobody,
            Kind::Attendance(attendance) if !matches!(attendance.purpose, 1 | 3 | 4 | 5) => FilledBy::Nobody,
            Kind::Text
            | Kind::Textarea
            | Kind::Number
            | Kind::Money
            | Kind::Date(_)
            | Kind::Selector(_)
            | Kind::Contact(_)
            | Kind::File
            | Kind::Table(_)
            | Kind::DateRange(_)
            | Kind::Vacation(_)
            | Kind::Attendance(_)
            | Kind::Location
            | Kind::RelatedApproval
            | Kind::PhoneNumber
            | Kind::Unknown => FilledBy::Request,
        }
    }
}

/// Reads a template.
///
/// # Errors
/// - [`Failure`]: WeCom's errcode, such as 301025 for an id that it does not know, or no answer. An answer without
///   `template_content` counts as unreadable: taken for an empty template, it would make the field map look wrong.
pub fn read(config: &Config, outbound: &mut dyn Outbound, id: &TemplateId) -> Result<Template, Failure> {
    let body = object([("template_id", id.as_str().into())]);
    let answer = token::call(config, outbound, api::post(config, PATH, body))?;
    let vacations = kind::vacations(answer.get("vacation_list"));
    let content = answer.get("template_content");
    if content.is_nothing() {
        return Err(api::unusable(outbound, PATH, Fault::Lacks("template_content")));
    }
    let controls = content.get("controls");
    Ok(Template {
        id: id.clone(),
        names: labels(answer.get("template_names")),
        controls: kind::controls(controls, &vacations),
    })
}

/// `[{text, lang}]` without empty texts.
fn labels(list: Lens<'_>) -> Vec<Label> {
    list.items()
        .map(|label| Label { lang: label.get("lang").text(), text: label.get("text").text() })
        .filter(|label| !label.text.is_empty())
        .collect()
}
