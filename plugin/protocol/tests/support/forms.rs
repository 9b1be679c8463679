//! Forms of one control or a few, filled in.

use serde_json::{Value, json};
use wecom_protocol::config::Config;
use wecom_protocol::form::{
    Cell, Content, FieldContent, FieldProblem, Form, FormField, FormProblems, Interval, Row, fill,
};
use wecom_protocol::model::{TemplateId, UnixSeconds};
use wecom_protocol::template::{self, IntervalUnit};
use wecom_protocol::user::People;

use crate::fixtures::{TEMPLATE, TEMPLATE_ID, config, control, template};
use crate::world::World;

/// 2026-01-31T00:00:00+08:00.
pub(crate) const MIDNIGHT: u64 = 1_769_788_800;
pub(crate) const HOUR: u64 = 3_600;

pub(crate) fn fill_with(
    config: &Config,
    controls: &[Value],
    fields: &[FormField],
) -> Result<Form, FormProblems> {
    let mut world = World::warm().answers(TEMPLATE, template(controls));
    let template = template::read(config, &mut world, &TemplateId(TEMPLATE_ID.into())).unwrap();
    let people = People::map(config, []).unwrap();
    fill(config, &template, "REQ-2026-0007", fields, &people)
}

pub(crate) fn filled(controls: &[Value], fields: &[FormField]) -> Form {
    fill_with(&config(), controls, fields).unwrap()
}

/// The `value` that one control gets.
pub(crate) fn value(word: &str, config: Value, content: Content) -> Value {
    let form = filled(&[control(word, "C-1", "控件", true, config)], &[field("C-1", content)]);
    let Some(Value::Object(mut entry)) = form.contents.into_iter().nth(1) else { return Value::Null };
    assert_eq!((entry.remove("control"), entry.remove("id")), (Some(json!(word)), Some(json!("C-1"))));
    entry.remove("value").unwrap()
}

/// The problems of one control's content.
pub(crate) fn codes(word: &str, config: Value, content: Content) -> Vec<&'static str> {
    invalid(&[control(word, "C-1", "控件", true, config)], &[field("C-1", content)])
        .into_iter()
        .map(|(_, code)| code)
        .collect()
}

pub(crate) fn invalid(controls: &[Value], fields: &[FormField]) -> Vec<(String, &'static str)> {
    let problems = fill_with(&config(), controls, fields).unwrap_err();
    assert_eq!(problems.drift, []);
    named(problems.invalid)
}

pub(crate) fn named(problems: Vec<FieldProblem>) -> Vec<(String, &'static str)> {
    problems.into_iter().map(|problem| (problem.name, problem.code)).collect()
}

pub(crate) fn field(name: &str, content: Content) -> FormField {
    FormField { name: name.into(), content: FieldContent::Single(content) }
}

pub(crate) fn table(name: &str, rows: &[&[(&str, &str)]]) -> FormField {
    let cell = |(name, value): &(&str, &str)| Cell { name: (*name).into(), content: text(value) };
    let rows = rows.iter().map(|cells| Row { cells: cells.iter().map(cell).collect() }).collect();
    FormField { name: name.into(), content: FieldContent::Rows(rows) }
}

pub(crate) fn text(text: &str) -> Content {
    Content::Text(text.into())
}

pub(crate) fn strings(strings: &[&str]) -> Vec<String> {
    strings.iter().map(|string| (*string).to_owned()).collect()
}

pub(crate) fn interval(unit: IntervalUnit, hours: (u64, u64), duration_seconds: u64) -> Interval {
    let at = |hour| UnixSeconds(MIDNIGHT + hour * HOUR);
    Interval { unit, starts_at: at(hours.0), ends_at: at(hours.1), duration_seconds }
}

pub(crate) fn options(arity: &str) -> Value {
    let option = |key: &str, text: &str| json!({ "key": key, "value": [{ "text": text, "lang": "zh_CN" }] });
    json!({ "selector": { "type": arity, "options": [
        option("option-1", "ERP"),
        option("option-2", "CRM"),
        option("option-3", "CRM"),
    ] } })
}

pub(crate) fn two_columns() -> Value {
    let columns = json!([
        control("Text", "Text-71", "权限", true, json!({})),
        control("Text", "Text-72", "期限", false, json!({})),
        control("Formula", "Formula-73", "合计", true, json!({})),
    ]);
    control("Table", "Table-7", "权限明细", true, json!({ "table": { "children": columns } }))
}
