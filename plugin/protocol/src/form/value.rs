//! The `value` of each kind of control (D91853).

use serde_json::Value;

use super::content::{Content, FieldContent, FormField};
use super::problem::{self, FieldProblem, SubmissionWarning};
use crate::api::clean;
use crate::config::Config;
use crate::json::{self, Flaw, object};
use crate::template::{Contacts, Control, FilledBy, Kind};
use crate::text::{Text, text};
use crate::user::People;

pub use words::TEXT_CHARACTERS;

mod amount;
mod choice;
mod people;
mod place;
mod table;
mod time;
mod words;

/// The most attachments of one form (D91853).
pub const ATTACHMENTS: usize = 6;

/// A form while it is being filled.
pub(super) struct Filling<'a> {
    people: &'a People<'a>,
    attachments: usize,
    pub(super) warnings: Vec<SubmissionWarning>,
}

/// `None`: the content is empty, and the control is left out.
type Filled = Result<Option<Value>, FieldProblem>;

/// One element of `contents`, or of a row's `list`.
pub(super) fn entry(control: &Control, value: Value) -> Value {
    object([("control", control.word.as_str().into()), ("id", control.id.as_str().into()), ("value", value)])
}

impl<'a> Filling<'a> {
    pub(super) const fn new(people: &'a People<'a>) -> Self {
        Self { people, attachments: 0, warnings: Vec::new() }
    }

    /// The entry of a control that `field` fills; `None` when there is nothing in the field.
    pub(super) fn control(
        &mut self,
        config: &Config,
        control: &Control,
        field: &FormField,
    ) -> Result<Option<Value>, Vec<FieldProblem>> {
        if control.filled_by() != FilledBy::Request {
            return Err(vec![problem::not_submittable(&field.name, control)]);
        }
        let value = match (&control.kind, &field.content) {
            (Kind::Table(columns), FieldContent::Rows(rows)) => {
                self.rows(config, columns, &field.name, rows)?
            }
            (_, FieldContent::Rows(_)) => {
                return Err(vec![problem::wrong_kind(&field.name, control, expected(&control.kind))]);
            }
            (_, FieldContent::Single(content)) => {
                self.content(control, &field.name, content).map_err(|problem| vec![problem])?
            }
        };
        Ok(value.map(|value| entry(control, value)))
    }

    /// The value of a control that is no table.
    fn content(&mut self, control: &Control, name: &str, content: &Content) -> Filled {
        match (&control.kind, content) {
            (Kind::Text, Content::Text(text)) => Ok(self.line(name, text)),
            (Kind::Textarea, Content::Text(text)) => Ok(self.lines(name, text)),
            (Kind::Number, Content::Number(number)) => amount::number(name, number),
            (Kind::Money, Content::Money(money)) => amount::money(name, money),
            (Kind::Date(date_type), Content::Time(at)) => time::date(name, *date_type, *at),
            (Kind::Selector(selector), Content::Choices(wanted)) => choice::selector(name, selector, wanted),
            (Kind::Contact(contact), Content::Accounts(accounts)) if contact.of == Contacts::Members => {
                people::members(name, contact.arity, accounts, self.people)
            }
            (Kind::Contact(contact), Content::Departments(departments))
                if contact.of == Contacts::Departments =>
            {
                people::departments(name, contact.arity, departments)
            }
            (Kind::File, Content::Attachments(ids)) => self.files(name, ids),
            (Kind::DateRange(unit), Content::Interval(interval)) => time::date_range(name, *unit, interval),
            (Kind::Vacation(kinds), Content::Leave(leave)) => time::vacation(name, kinds, leave),
            (Kind::Attendance(attendance), Content::Interval(interval)) => {
                time::attendance(name, *attendance, interval)
            }
            (Kind::Location, Content::Location(location)) => place::location(name, location),
            (Kind::PhoneNumber, Content::Phone(phone)) => place::phone(name, phone),
            (Kind::RelatedApproval, Content::Approvals(ids)) => Ok(related(ids)),
            (Kind::Unknown, Content::ProviderJson(json)) => provider_json(name, json),
            (kind, _) => Err(problem::wrong_kind(name, control, expected(kind))),
        }
    }

    fn files(&mut self, name: &str, ids: &[String]) -> Filled {
        let ids: Vec<&str> = filled(ids).collect();
        self.attachments = self.attachments.saturating_add(ids.len());
        if self.attachments > ATTACHMENTS {
            return Err(problem::too_many(name, ATTACHMENTS, self.attachments));
        }
        let files = ids.iter().map(|id| object([("file_id", (*id).into())]));
        Ok(list("files", files.collect()))
    }
}

fn related(ids: &[String]) -> Option<Value> {
    list("related_approval", filled(ids).map(|id| object([("sp_no", id.into())])).collect())
}

/// An object with this list alone; `None` when the list is empty.
fn list(key: &str, list: Vec<Value>) -> Option<Value> {
    (!list.is_empty()).then(|| object([(key, Value::Array(list))]))
}

/// An object, since every `value` of WeCom's is one.
fn provider_json(name: &str, json: &str) -> Filled {
    if json.trim().is_empty() {
        return Ok(None);
    }
    match json::strict(json.as_bytes()) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Err(Flaw::Twice(twice, _)) => Err(problem::wrong_format(
            name,
            Text::filled(
                format_args!("the value has the name {} twice", clean::shown(&twice)),
                format_args!("该值中字段名 {} 出现了两次", clean::shown(&twice)),
            ),
        )),
        Ok(_) | Err(Flaw::Syntax(_)) => {
            Err(problem::wrong_format(name, text("the value is no JSON object", "该值不是 JSON 对象")))
        }
    }
}

/// The ids of a list that are not blank.
fn filled(ids: &[String]) -> impl Iterator<Item = &str> {
    ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty())
}

/// What a kind of control takes, as the end of a sentence.
const fn expected(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Text | Kind::Textarea => ("a text", "文本"),
        Kind::Number => ("a number", "数字"),
        Kind::Money => ("an amount of money", "金额"),
        Kind::Date(_) => ("a time", "时间"),
        Kind::Selector(_) => ("choices", "选项"),
        Kind::Contact(contact) => match contact.of {
            Contacts::Members => ("accounts", "成员账号"),
            Contacts::Departments => ("departments", "部门"),
        },
        Kind::File => ("attachments", "附件"),
        Kind::Table(_) => {
            ("rows, and a table inside a table takes nothing", "明细行，且明细中不能再嵌套明细")
        }
        Kind::DateRange(_) | Kind::Attendance(_) => ("an interval", "时间段"),
        Kind::Vacation(_) => ("a leave", "请假信息"),
        Kind::Location => ("a location", "位置"),
        Kind::RelatedApproval => ("ids of approvals", "审批单号"),
        Kind::PhoneNumber => ("a telephone number", "电话号码"),
        Kind::Tips | Kind::Formula | Kind::PunchCorrection => ("no value at all", "不填写任何值"),
        Kind::Unknown => ("WeCom's own JSON", "企业微信原始 JSON"),
    }
}
