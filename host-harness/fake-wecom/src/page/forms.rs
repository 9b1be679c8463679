//! The list of forms: fields, steps, comments and buttons.

mod buttons;

use std::fmt::Write as _;

use serde_json::Value;

use super::html::{document, escape};
use crate::china_time::moment;
use crate::form::{Content, Form, FormStatus, Node, Step, StepStatus};
use crate::template::{ControlKind, NodeKind, Relation};
use crate::{FakeWeCom, Setup};

/// The whole page, newest form first.
pub(super) fn render(fake: &FakeWeCom) -> String {
    let setup = fake.setup();
    let forms = fake.forms();
    let receiver = match fake.receive_server() {
        Some(server) => format!("Events go to <code>{}</code>.", escape(&server.url)),
        None => "No receive-event-server 接收事件服务器 is saved: events go nowhere.".to_owned(),
    };
    let mut body = format!(
        "<header><h1>Fake WeCom <span lang=\"zh\">审批</span></h1>\
         <p>Company <code>{}</code>. {receiver} <a href=\"/\">Refresh</a></p></header>",
        escape(&setup.corp_id),
    );
    if forms.is_empty() {
        body.push_str("<p class=\"message\">No form has been submitted yet.</p>");
    }
    for form in forms.iter().rev() {
        body.push_str(&card(form, &setup));
    }
    document(&body)
}

fn card(form: &Form, setup: &Setup) -> String {
    let (state, class) = state(form.status);
    let mut card = format!(
        "<article id=\"form-{number}\"><h2><span lang=\"zh\">{name}</span> <small>{number}</small> \
         <strong class=\"{class}\">{state}</strong></h2><p>{applicant}, {when} (UTC+8)</p><dl>",
        number = escape(&form.sp_no),
        name = escape(&form.template_name),
        applicant = person(setup, &form.applicant),
        when = moment(form.applied_at),
    );
    for content in &form.contents {
        let shown = escape(&shown(content, form, setup));
        let _infallible = write!(card, "<dt lang=\"zh\">{}</dt><dd>{shown}</dd>", escape(&content.title));
    }
    card.push_str("</dl><ol>");
    form.nodes.iter().for_each(|node| card.push_str(&steps(node, setup)));
    card.push_str("</ol>");
    for comment in &form.comments {
        let _infallible = write!(
            card,
            "<p class=\"comment\">{}: {}</p>",
            person(setup, &comment.user_id),
            escape(&comment.text)
        );
    }
    card.push_str(&buttons::render(form, setup));
    card.push_str("</article>");
    card
}

fn steps(node: &Node, setup: &Setup) -> String {
    let kind = match node.kind {
        NodeKind::Notify => "Copied in 抄送",
        NodeKind::Handle => "Carries out 办理",
        NodeKind::Approve => match node.relation {
            Relation::All => "All approve 会签",
            Relation::Any => "One approves 或签",
            Relation::InOrder => "In turn 依次",
        },
    };
    let people: Vec<String> = node.steps.iter().map(|entry| step(entry, node.kind, setup)).collect();
    format!("<li>{kind}: {}</li>", people.join(", "))
}

fn step(step: &Step, kind: NodeKind, setup: &Setup) -> String {
    let who = person(setup, &step.user_id);
    if kind == NodeKind::Notify {
        return who;
    }
    let did = match step.status {
        StepStatus::Pending => "waiting 审批中",
        StepStatus::Agreed => "agreed 已同意",
        StepStatus::Rejected => "rejected 已驳回",
        StepStatus::Transferred => "transferred 已转审",
        StepStatus::Returned => "sent back 已退回",
        StepStatus::ApproverAdded => "asked another 已加签",
        StepStatus::AgreedAndAdded => "agreed and asked another 同意并加签",
        StepStatus::Handled => "done 已办理",
        StepStatus::PassedOn => "passed on 已转交",
    };
    let speech =
        if step.speech.is_empty() { String::new() } else { format!(" “{}”", escape(&step.speech)) };
    let when = step.acted_at.map(|at| format!(" <time>{}</time>", moment(at))).unwrap_or_default();
    format!("{who} <em>{did}</em>{speech}{when}")
}

fn state(status: FormStatus) -> (&'static str, &'static str) {
    match status {
        FormStatus::Pending => ("Pending 审批中", "pending"),
        FormStatus::Approved => ("Approved 已通过", "approved"),
        FormStatus::Rejected => ("Rejected 已驳回", "ended"),
        FormStatus::Withdrawn => ("Withdrawn 已撤销", "ended"),
        FormStatus::Revoked => ("Revoked after approval 通过后撤销", "ended"),
        FormStatus::Deleted => ("Deleted 已删除", "ended"),
        FormStatus::Paid => ("Paid 已支付", "approved"),
    }
}

/// Name and user id, escaped.
fn person(setup: &Setup, user_id: &str) -> String {
    let name = setup.member(user_id).map(|member| member.name.as_str()).unwrap_or_default();
    format!("<span lang=\"zh\">{}</span> ({})", escape(name), escape(user_id))
}

/// A value as people read it; kinds without a short form are shown as JSON. Not escaped.
fn shown(content: &Content, form: &Form, setup: &Setup) -> String {
    let text = |pointer: &str| content.value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let control = setup.template(&form.template_id).and_then(|template| template.control(&content.id));
    let short = match control.map(|control| &control.kind) {
        Some(ControlKind::Text | ControlKind::Textarea) => text("/text"),
        Some(ControlKind::Number) => text("/new_number"),
        Some(ControlKind::Money) => text("/new_money"),
        Some(ControlKind::Date(_)) => {
            text("/date/s_timestamp").and_then(|seconds| seconds.parse().ok()).map(moment)
        }
        Some(ControlKind::Selector { options, .. }) => {
            let chosen = content.value.pointer("/selector/options").and_then(Value::as_array);
            let keys = chosen.into_iter().flatten().filter_map(|entry| entry.get("key")?.as_str());
            let names = keys.filter_map(|key| options.iter().find(|option| option.key == key));
            Some(names.map(|option| option.text.as_str()).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    };
    short.unwrap_or_else(|| content.value.to_string())
}
