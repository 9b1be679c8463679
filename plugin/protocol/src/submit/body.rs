//! The body of `applyevent`.

use serde_json::Value;

use super::{Route, RouteStep};
use crate::json::object;
use crate::model::{Member, StepKind, StepMode, TemplateId, UserId};
use crate::user::People;

/// Everything that goes into it, checked.
pub(super) struct Body<'a> {
    pub(super) applicant: &'a Member,
    pub(super) template_id: &'a TemplateId,
    pub(super) department: Option<u32>,
    pub(super) route: &'a Route,
    pub(super) people: &'a People<'a>,
    pub(super) contents: Vec<Value>,
    pub(super) summary: Vec<Value>,
}

impl Body<'_> {
    /// `use_template_approver` is always there: WeCom's page calls it both required and optional.
    pub(super) fn json(self) -> Value {
        let mut body = object([
            ("creator_userid", self.applicant.id.as_str().into()),
            ("template_id", self.template_id.as_str().into()),
            ("apply_data", object([("contents", Value::Array(self.contents))])),
            ("summary_list", Value::Array(self.summary)),
        ]);
        let Value::Object(fields) = &mut body else { return body };
        if let Some(department) = self.department {
            fields.insert("choose_department".to_owned(), department.into());
        }
        let own_flow = match self.route {
            Route::TemplateFlow => 1,
            Route::Steps(steps) => {
                let nodes = steps.iter().map(|step| node(step, self.people)).collect();
                fields.insert("process".to_owned(), object([("node_list", Value::Array(nodes))]));
                0
            }
        };
        fields.insert("use_template_approver".to_owned(), own_flow.into());
        body
    }
}

/// One node: `type` 1 审批人, 2 抄送人, 3 办理人; `apv_rel` 1 会签, 2 或签, 3 依次, and none for 抄送人.
fn node(step: &RouteStep, people: &People<'_>) -> Value {
    let ids = ids(step, people);
    let kind = match step.kind {
        StepKind::Approval | StepKind::Other => 1,
        StepKind::Notification => 2,
        StepKind::Handling => 3,
    };
    let relation = match step.mode {
        StepMode::All => Some(1),
        StepMode::Any => Some(2),
        StepMode::Sequential => Some(3),
        StepMode::Unspecified | StepMode::Other => None,
    };
    let (kind, ids) = (("type", kind.into()), ("userid", Value::Array(ids)));
    match relation {
        Some(relation) => object([kind, ("apv_rel", relation.into()), ids]),
        None => object([kind, ids]),
    }
}

/// Each member once, in the order of the accounts.
fn ids(step: &RouteStep, people: &People<'_>) -> Vec<Value> {
    let mut ids: Vec<UserId> = Vec::new();
    for member in step.accounts.iter().filter_map(|account| people.member(account).ok()) {
        if !ids.iter().any(|id| id.same(&member.id)) {
            ids.push(member.id);
        }
    }
    ids.into_iter().map(|id| Value::String(id.0)).collect()
}
