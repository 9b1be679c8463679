//! A form as getapprovaldetail tells it (D91983).

use serde_json::{Map, Value, json};

use super::{Comment, Content, Form, Node, Step};
use crate::setup::{Layout, Setup};
use crate::template::{Control, ControlKind, NodeKind, chinese};

/// Fields of other kinds that a value carries beside its own, empty. Callers must go by `control`.
const EMPTY_FIELDS: [&str; 10] = [
    "tips",
    "members",
    "departments",
    "files",
    "children",
    "stat_field",
    "sum_field",
    "related_approval",
    "students",
    "classes",
];

/// `info` of the answer.
pub(crate) fn detail(form: &Form, setup: &Setup) -> Value {
    let copies = form.nodes.iter().filter(|node| node.kind == NodeKind::Notify).flat_map(|node| &node.steps);
    let notified: Vec<Value> = copies.map(|step| json!({ "userid": step.user_id })).collect();
    let controls = setup.template(&form.template_id).map(|template| template.controls.as_slice());
    let contents: Vec<Value> =
        form.contents.iter().map(|content| filled(content, controls.unwrap_or_default())).collect();
    let mut info = json!({
        "sp_no": form.sp_no,
        "sp_name": form.template_name,
        "sp_status": form.status.number(),
        "template_id": form.template_id,
        "apply_time": form.applied_at,
        "applyer": { "userid": form.applicant, "partyid": form.department.to_string() },
        "notifyer": notified,
        "apply_data": { "contents": contents },
        "comments": form.comments.iter().map(comment).collect::<Vec<_>>(),
    });
    if let Some(fields) = info.as_object_mut() {
        add_flow(fields, form, setup.layout);
    }
    info
}

fn add_flow(fields: &mut Map<String, Value>, form: &Form, layout: Layout) {
    if layout.has_records() {
        fields.insert("sp_record".to_owned(), Value::Array(records(form)));
    }
    if layout.has_process() {
        let nodes: Vec<Value> = form.nodes.iter().map(process_node).collect();
        fields.insert("process_list".to_owned(), json!({ "node_list": nodes }));
    }
}

/// The older flow view: approvers only. It knows neither copies nor handlers.
fn records(form: &Form) -> Vec<Value> {
    let approvers = form.nodes.iter().filter(|node| node.kind == NodeKind::Approve);
    approvers.enumerate().map(|(place, node)| record(place, node)).collect()
}

fn record(place: usize, node: &Node) -> Value {
    let details: Vec<Value> = node
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            // The official sample has both: an empty text in the first detail, 0 in the others.
            let not_acted = if (place, index) == (0, 0) { json!("") } else { json!(0) };
            json!({
                "approver": { "userid": step.user_id },
                "speech": step.speech,
                "sp_status": step.status.number(),
                "sptime": step.acted_at.map_or(not_acted, Value::from),
                "media_id": [],
            })
        })
        .collect();
    json!({ "sp_status": node.status.number(), "approverattr": node.relation.legacy_number(), "details": details })
}

/// The newer flow view. For copies only who they are.
fn process_node(node: &Node) -> Value {
    if node.kind == NodeKind::Notify {
        let people: Vec<Value> = node.steps.iter().map(|step| json!({ "userid": step.user_id })).collect();
        return json!({ "node_type": node.kind.number(), "sub_node_list": people });
    }
    let people: Vec<Value> = node.steps.iter().map(process_step).collect();
    json!({
        "node_type": node.kind.number(),
        "sp_status": node.status.number(),
        "apv_rel": node.relation.number(),
        "sub_node_list": people,
    })
}

fn process_step(step: &Step) -> Value {
    json!({
        "userid": step.user_id,
        "speech": step.speech,
        "sp_yj": step.status.number(),
        "sptime": step.acted_at.unwrap_or(0),
        "media_ids": [],
    })
}

fn comment(comment: &Comment) -> Value {
    json!({
        "commentUserInfo": { "userid": comment.user_id },
        "commenttime": comment.at,
        "commentcontent": comment.text,
        "commentid": comment.id,
        "media_id": [],
    })
}

fn filled(content: &Content, controls: &[Control]) -> Value {
    let control = controls.iter().find(|control| control.id == content.id);
    json!({
        "control": content.control,
        "id": content.id,
        "title": [chinese(&content.title)],
        "value": told(&content.value, control, Padding::WithEmptyFields),
    })
}

/// Whether a value carries the empty fields of other kinds; those inside a table do not.
#[derive(Clone, Copy, PartialEq)]
enum Padding {
    WithEmptyFields,
    Bare,
}

/// The value as sent, and what the server adds to it.
fn told(value: &Value, control: Option<&Control>, padding: Padding) -> Value {
    let mut value = value.clone();
    if let Some(control) = control {
        complete(&mut value, &control.kind);
    }
    if padding == Padding::WithEmptyFields
        && let Some(fields) = value.as_object_mut()
    {
        for name in EMPTY_FIELDS {
            fields.entry(name).or_insert_with(|| json!([]));
        }
    }
    value
}

fn complete(value: &mut Value, kind: &ControlKind) {
    match kind {
        ControlKind::Selector { options, .. } => {
            let chosen = value.pointer_mut("/selector/options").and_then(Value::as_array_mut);
            for entry in chosen.into_iter().flatten() {
                let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
                if let Some(option) = options.iter().find(|option| option.key == key) {
                    *entry = option.to_wire();
                }
            }
        }
        ControlKind::Date(_) => {
            if let Some(date) = value.get_mut("date").and_then(Value::as_object_mut) {
                date.insert("timezone_info".to_owned(), json!({ "zone_offset": "-8", "zone_desc": "UTC+8" }));
            }
        }
        ControlKind::Table(children) => complete_rows(value, children),
        ControlKind::Text
        | ControlKind::Textarea
        | ControlKind::Number
        | ControlKind::Money
        | ControlKind::Contact { .. }
        | ControlKind::Tips(_)
        | ControlKind::File
        | ControlKind::DateRange(_)
        | ControlKind::Location
        | ControlKind::RelatedApproval
        | ControlKind::Formula
        | ControlKind::PhoneNumber
        | ControlKind::BankAccount
        | ControlKind::Vacation
        | ControlKind::Attendance
        | ControlKind::PunchCorrection => {}
    }
}

fn complete_rows(value: &mut Value, children: &[Control]) {
    let rows = value.get_mut("children").and_then(Value::as_array_mut);
    let cells = rows.into_iter().flatten().filter_map(|row| row.get_mut("list")?.as_array_mut()).flatten();
    for cell in cells {
        let id = cell.get("id").and_then(Value::as_str).unwrap_or_default();
        let control = children.iter().find(|control| control.id == id);
        let shown = told(cell.get("value").unwrap_or(&json!({})), control, Padding::Bare);
        if let (Some(fields), Some(control)) = (cell.as_object_mut(), control) {
            fields.insert("title".to_owned(), json!([chinese(&control.title)]));
            fields.insert("value".to_owned(), shown);
        }
    }
}
