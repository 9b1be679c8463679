//! Who decides: the template's own flow, or the one the call brings.

use serde_json::Value;

use crate::form::Node;
use crate::refusal::Refusal;
use crate::setup::{App, Setup};
use crate::template::{FlowNode, NodeKind, Relation, Template};

/// The nodes of the form.
///
/// `use_template_approver` 1 takes the template's flow, and it must have one; 0, also the default, takes
/// `process` or the older `approver`. Which of the two would win is not known, so both together are refused.
pub(super) fn read(
    setup: &Setup,
    app: &App,
    template: &Template,
    request: &Value,
) -> Result<Vec<Node>, Refusal> {
    let mode = request.get("use_template_approver").map_or(Some(0), Value::as_u64);
    let nodes = match mode {
        Some(1) => {
            let flow = template.flow.as_ref().filter(|flow| !flow.nodes.is_empty());
            flow.ok_or_else(|| Refusal::approval_parameter("template has no approver"))?.nodes.clone()
        }
        Some(0) => match (request.get("process"), request.get("approver")) {
            (Some(process), None) => process_nodes(process)?,
            (None, Some(approvers)) => approver_nodes(approvers, request)?,
            (Some(_), Some(_)) => return Err(Refusal::approval_parameter("process and approver")),
            (None, None) => return Err(Refusal::approval_parameter("process")),
        },
        _ => return Err(Refusal::parameter("use_template_approver")),
    };
    if !nodes.iter().any(|node| node.kind != NodeKind::Notify) {
        return Err(Refusal::approval_parameter("no approver"));
    }
    nodes.into_iter().map(|node| known_people(setup, app, node)).collect()
}

/// `process.node_list`, the newer form.
fn process_nodes(process: &Value) -> Result<Vec<FlowNode>, Refusal> {
    let list = process.get("node_list").and_then(Value::as_array).filter(|list| !list.is_empty());
    list.ok_or_else(|| Refusal::approval_parameter("process"))?.iter().map(process_node).collect()
}

fn process_node(node: &Value) -> Result<FlowNode, Refusal> {
    let kind = match node.get("type").and_then(Value::as_u64) {
        Some(1) => NodeKind::Approve,
        Some(2) => NodeKind::Notify,
        Some(3) => NodeKind::Handle,
        _ => return Err(Refusal::approval_parameter("process.node_list.type")),
    };
    let relation = match (kind, node.get("apv_rel").and_then(Value::as_u64)) {
        (NodeKind::Notify, _) | (_, Some(1)) => Relation::All,
        (_, Some(2)) => Relation::Any,
        (_, Some(3)) => Relation::InOrder,
        _ => return Err(Refusal::approval_parameter("process.node_list.apv_rel")),
    };
    Ok(FlowNode { kind, relation, user_ids: user_ids(node.get("userid"))? })
}

/// `approver`, `notifyer` and `notify_type`, the older form. `attr` counts the other way round than
/// `apv_rel`.
fn approver_nodes(approvers: &Value, request: &Value) -> Result<Vec<FlowNode>, Refusal> {
    let list = approvers.as_array().filter(|list| !list.is_empty());
    let mut nodes = Vec::new();
    for entry in list.ok_or_else(|| Refusal::approval_parameter("approver"))? {
        let relation = match entry.get("attr").and_then(Value::as_u64) {
            Some(1) => Relation::Any,
            Some(2) => Relation::All,
            _ => return Err(Refusal::approval_parameter("approver.attr")),
        };
        nodes.push(FlowNode::approve(relation, user_ids(entry.get("userid"))?));
    }
    if let Some(notified) = request.get("notifyer") {
        if !matches!(request.get("notify_type").and_then(Value::as_u64), Some(1..=3)) {
            return Err(Refusal::approval_parameter("notify_type"));
        }
        nodes.push(FlowNode::notify(user_ids(Some(notified))?));
    }
    Ok(nodes)
}

fn user_ids(list: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let list = list.and_then(Value::as_array).filter(|list| !list.is_empty());
    let ids = list.into_iter().flatten().map(|id| id.as_str().map(str::to_owned));
    let ids: Option<Vec<String>> = ids.collect();
    ids.filter(|ids| !ids.is_empty()).ok_or_else(|| Refusal::approval_parameter("userid"))
}

/// Everybody named must be a member the app sees, and gets the canonical spelling.
fn known_people(setup: &Setup, app: &App, node: FlowNode) -> Result<Node, Refusal> {
    let canonical = node.user_ids.iter().map(|id| {
        let member = setup.member(id).filter(|member| member.can_take_part());
        let member = member.filter(|member| app.visible.contains(&member.user_id));
        member
            .map(|member| member.user_id.clone())
            .ok_or_else(|| Refusal::new(301_021, format!("invalid userid:{id}")))
    });
    let user_ids = canonical.collect::<Result<Vec<_>, _>>()?;
    Ok(Node::new(&FlowNode { user_ids, ..node }))
}
