//! The form in JSON: each value under the contract's own name for its kind.

use serde_json::{Map, Value, json};

use crate::approval_engine::{Content, FieldContent, FieldProblem, FormField, Interval, IntervalUnit};
use crate::config::Config;
use crate::member;
use crate::text::{shown, text};
use crate::types::{Account, MappingProblem, Text};

const FIELDS: usize = 100;
const NAME_BYTES: usize = 128;
const ATTACHMENTS: usize = 6;

/// Everything that is wrong with a request's people and values.
#[derive(Default)]
pub(crate) struct Problems {
    pub(crate) invalid: Vec<FieldProblem>,
    pub(crate) mapping: Vec<MappingProblem>,
}

impl Problems {
    /// Notes that a value does not fit.
    pub(crate) fn wrong(&mut self, name: &str, code: &str, sentence: Text) {
        self.invalid.push(FieldProblem {
            name: shown(name, NAME_BYTES),
            code: code.to_owned(),
            sentence,
            remedy: text("the caller corrects the request", "请调用方更正请求"),
        });
    }

    /// The member of an account, or a note that there is none.
    pub(crate) fn member(&mut self, config: &Config, account: &Account) -> Option<String> {
        match member::resolve(config, account) {
            Ok(member) => Some(member.id),
            Err(problem) => {
                if !self.mapping.contains(&problem) {
                    self.mapping.push(problem);
                }
                None
            }
        }
    }
}

/// The whole form.
pub(crate) fn fields(config: &Config, fields: &[FormField], problems: &mut Problems) -> Vec<Value> {
    if fields.len() > FIELDS {
        problems.wrong(
            "fields",
            "too-many",
            text(format!("the form has more than {FIELDS} fields"), format!("表单字段超过 {FIELDS} 个")),
        );
        return Vec::new();
    }
    let mut values = Vec::with_capacity(fields.len());
    for (at, field) in fields.iter().enumerate() {
        let name = field.name.as_str();
        if name.is_empty() || name.len() > NAME_BYTES {
            problems.wrong(
                name,
                "wrong-format",
                text("a field's name is empty or too long", "字段名为空或过长"),
            );
        }
        if fields.iter().take(at).any(|earlier| earlier.name == name) {
            problems.wrong(name, "given-twice", text("the field is given twice", "字段重复"));
        }
        values.push(match &field.content {
            FieldContent::Single(single) => json!({ "name": name, "content": content(config, name, single, problems) }),
            FieldContent::Rows(rows) => {
                if rows.is_empty() {
                    problems.wrong(name, "missing", text("the table has no rows", "表格没有行"));
                }
                let rows: Vec<Value> = rows.iter().enumerate().map(|(number, row)| {
                    let cells = row.cells.iter().map(|cell| {
                        let place = format!("{name}[{number}].{}", cell.name);
                        json!({ "name": cell.name, "content": content(config, &place, &cell.content, problems) })
                    });
                    Value::Array(cells.collect())
                }).collect();
                json!({ "name": name, "rows": rows })
            }
        });
    }
    values
}

/// One value, as an object with one key.
fn content(config: &Config, name: &str, content: &Content, problems: &mut Problems) -> Value {
    let (kind, value) = match content {
        Content::Text(words) => ("text", json!(words)),
        Content::Number(number) => ("number", decimal(name, number, usize::MAX, problems)),
        Content::Money(amount) => ("money", decimal(name, amount, 2, problems)),
        Content::Time(at) => ("time", json!(at)),
        Content::Choices(choices) => ("choices", json!(choices)),
        Content::Accounts(accounts) => {
            let members = accounts.iter().filter_map(|account| problems.member(config, account));
            ("accounts", Value::from_iter(members))
        }
        Content::Departments(departments) => (
            "departments",
            departments
                .iter()
                .map(|department| json!({ "id": department.id, "name": department.name }))
                .collect(),
        ),
        Content::Attachments(ids) => {
            if ids.len() > ATTACHMENTS {
                problems.wrong(
                    name,
                    "too-many",
                    text(
                        format!("a form has at most {ATTACHMENTS} attachments"),
                        format!("每个表单最多 {ATTACHMENTS} 个附件"),
                    ),
                );
            }
            ("attachments", json!(ids))
        }
        Content::Interval(span) => ("interval", interval(name, span, problems)),
        Content::Leave(leave) => {
            ("leave", json!({ "kind": leave.kind, "interval": interval(name, &leave.interval, problems) }))
        }
        Content::Location(place) => (
            "location",
            json!({
                "latitude": place.latitude,
                "longitude": place.longitude,
                "title": place.title,
                "address": place.address,
                "at": place.at,
            }),
        ),
        Content::Approvals(ids) => ("approvals", json!(ids)),
        Content::Phone(phone) => ("phone", json!({ "area": phone.area, "number": phone.number })),
        Content::ProviderJson(raw) => {
            let parsed = serde_json::from_str(raw).ok();
            if parsed.is_none() {
                problems.wrong(name, "wrong-format", text("the value is no JSON", "值不是有效的 JSON"));
            }
            ("provider-json", parsed.unwrap_or(Value::Null))
        }
    };
    Value::Object(Map::from_iter([(kind.to_owned(), value)]))
}

/// A decimal number stays a text: no digit is lost on the way.
fn decimal(name: &str, number: &str, most_decimals: usize, problems: &mut Problems) -> Value {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = number.strip_prefix('-').unwrap_or(number);
    let sound = match unsigned.split_once('.') {
        Some((whole, decimals)) => digits(whole) && digits(decimals) && decimals.len() <= most_decimals,
        None => digits(unsigned),
    };
    if !sound {
        problems.wrong(
            name,
            "wrong-format",
            text("the value is no such decimal number", "值不是有效的十进制数"),
        );
    }
    json!(number)
}

fn interval(name: &str, interval: &Interval, problems: &mut Problems) -> Value {
    if interval.ends_at < interval.starts_at || interval.duration_seconds == 0 {
        problems.wrong(
            name,
            "wrong-format",
            text("the span ends before it begins, or lasts no time", "时间段的结束早于开始，或时长为零"),
        );
    }
    json!({
        "unit": match interval.unit { IntervalUnit::HalfDay => "half-day", IntervalUnit::Hour => "hour" },
        "starts-at": interval.starts_at,
        "ends-at": interval.ends_at,
        "duration-seconds": interval.duration_seconds,
    })
}
