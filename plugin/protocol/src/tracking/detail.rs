//! One form as getapprovaldetail tells it (D91983).
//!
//! Two layouts of the flow are in use: `process_list`, which newer forms have, and `sp_record`. Lists may be missing,
//! times that have not come are 0 or an empty text, and numbers come as texts: nothing of that is an error.

use wecom_callback::codes;

use super::{DETAIL_PATH, TrackingProblem};
use crate::api::{self, Failure, Fault, Lens, clean};
use crate::config::{Config, REQUEST_NUMBER};
use crate::exchange::Outbound;
use crate::json::object;
use crate::model::{
    Approval, Comment, SpNo, Step, StepKind, StepMember, StepMode, TemplateId, UnixSeconds, UserId, Verdict,
};
use crate::text::Text;
use crate::token;

/// How much is kept of a text that should have been a number.
const RAW_BYTES: usize = 20;

/// An approval, and the texts in its form.
pub(super) struct Form {
    pub(super) approval: Approval,
    /// Id and text of each control that has one.
    texts: Vec<(String, String)>,
}

impl Form {
    /// Whether the control of the request number holds this idempotency key, and nothing else.
    pub(super) fn carries(&self, config: &Config, key: &str) -> bool {
        let mapped = config.field_map.control_id(REQUEST_NUMBER);
        self.texts.iter().any(|(id, text)| Some(id.as_str()) == mapped && text == key)
    }

    /// Whether any control holds this text.
    pub(super) fn mentions(&self, key: &str) -> bool {
        self.texts.iter().any(|(_, text)| text == key)
    }
}

/// Reads one form, whatever its template.
pub(super) fn read(config: &Config, outbound: &mut dyn Outbound, id: &SpNo) -> Result<Form, TrackingProblem> {
    let request = api::post(config, DETAIL_PATH, object([("sp_no", id.as_str().into())]));
    let answer = token::call(config, outbound, request).map_err(problem)?;
    let info = answer.get("info");
    let approval = approval(info);
    if approval.id != *id {
        return Err(api::unusable(outbound, DETAIL_PATH, Fault::OtherApproval).into());
    }
    let contents = info.get("apply_data").get("contents");
    Ok(Form { approval, texts: contents.items().filter_map(control_text).collect() })
}

/// The only thing in the question that WeCom can find wrong is the number.
fn problem(failure: Failure) -> TrackingProblem {
    match failure {
        Failure::Refused { errcode: 301_025 | 301_026, refusal, .. } => {
            let said = format!("{} {}", refusal.code, refusal.provider_text);
            TrackingProblem::NotFound(Text::filled(
                format_args!("WeCom knows no approval of this number: {said}"),
                format_args!("企业微信中不存在该审批单：{said}"),
            ))
        }
        failure @ (Failure::NotSent(_) | Failure::Refused { .. } | Failure::Unclear(_)) => failure.into(),
    }
}

/// Of a batch that was submitted for several members WeCom names no applicant: the first of them counts.
fn approval(info: Lens<'_>) -> Approval {
    let applicant = info.get("applyer").get("userid").text();
    let batch = || info.get("batch_applyer").items().find_map(user).unwrap_or_else(|| UserId(String::new()));
    let status = info.get("sp_status").text();
    let steps = steps(info);
    let copied = steps.iter().filter(|step| step.kind == StepKind::Notification);
    let copied = copied.flat_map(|step| &step.members).map(|member| member.id.clone());
    let notified = each_once(info.get("notifyer").items().filter_map(user).chain(copied));
    Approval {
        id: SpNo(info.get("sp_no").text()),
        template_id: TemplateId(info.get("template_id").text()),
        title: info.get("sp_name").text(),
        status: codes::status(&status),
        raw_status: raw(&status),
        applicant: if applicant.is_empty() { batch() } else { UserId(applicant) },
        department: Some(info.get("applyer").get("partyid").text()).filter(|id| !id.is_empty()),
        submitted_at: time(info.get("apply_time")),
        steps,
        notified,
        comments: info.get("comments").items().filter_map(comment).collect(),
    }
}

/// `process_list` where it has nodes, else `sp_record`. The two number 会签 and 或签 the opposite way.
fn steps(info: Lens<'_>) -> Vec<Step> {
    let nodes = info.get("process_list").get("node_list").items().map(|node| {
        let kind = codes::step_kind(&node.get("node_type").text());
        let mode = codes::approval_relation(&node.get("apv_rel").text());
        step(node, kind, mode, members(node.get("sub_node_list"), "sp_yj", "media_ids"))
    });
    let nodes: Vec<Step> = nodes.filter(is_step).collect();
    if !nodes.is_empty() {
        return nodes;
    }
    let records = info.get("sp_record").items().map(|record| {
        let mode = codes::approver_attribute(&record.get("approverattr").text());
        step(record, StepKind::Approval, mode, members(record.get("details"), "sp_status", "media_id"))
    });
    records.filter(is_step).collect()
}

fn step(of: Lens<'_>, kind: StepKind, mode: StepMode, members: Vec<StepMember>) -> Step {
    let verdict = of.get("sp_status").text();
    Step { kind, mode, verdict: codes::verdict(&verdict), raw_verdict: raw(&verdict), members }
}

/// Whether there was anything: `[]` and `{}` both stand for no list at all.
fn is_step(step: &Step) -> bool {
    !step.members.is_empty() || step.verdict != Verdict::Unspecified
}

/// The members of a step. They differ by layout in the names of the verdict and of the attachments.
fn members(list: Lens<'_>, verdict: &str, attachments: &str) -> Vec<StepMember> {
    let member = |part: Lens<'_>| {
        let number = part.get(verdict).text();
        Some(StepMember {
            id: user(part).or_else(|| user(part.get("approver")))?,
            verdict: codes::verdict(&number),
            raw_verdict: raw(&number),
            comment: either(part, "speech", "Speech").text(),
            acted_at: time(either(part, "sptime", "Sptime")),
            attachments: texts(part.get(attachments)),
        })
    };
    list.items().filter_map(member).collect()
}

/// A field of two spellings: some answers have the names of the callback's elements.
fn either<'a>(of: Lens<'a>, name: &str, other: &str) -> Lens<'a> {
    let field = of.get(name);
    if field.is_nothing() { of.get(other) } else { field }
}

fn comment(comment: Lens<'_>) -> Option<Comment> {
    Some(Comment {
        id: comment.get("commentid").text(),
        member: user(comment.get("commentUserInfo"))?,
        text: comment.get("commentcontent").text(),
        written_at: time(comment.get("commenttime")),
        attachments: texts(comment.get("media_id")),
    })
}

fn user(of: Lens<'_>) -> Option<UserId> {
    Some(of.get("userid").text()).filter(|id| !id.is_empty()).map(UserId)
}

fn texts(list: Lens<'_>) -> Vec<String> {
    list.items().map(|item| item.text()).filter(|text| !text.is_empty()).collect()
}

/// A time; `None` for 0, an empty text and what is no time.
fn time(at: Lens<'_>) -> Option<UnixSeconds> {
    let seconds = at.integer().and_then(|seconds| u64::try_from(seconds).ok());
    seconds.filter(|seconds| *seconds > 0).map(UnixSeconds)
}

fn raw(number: &str) -> String {
    clean::head(number, RAW_BYTES).to_owned()
}

/// Id and text of a control: in `value.text`, or in `value` itself.
fn control_text(control: Lens<'_>) -> Option<(String, String)> {
    let value = control.get("value");
    let within = value.get("text").text();
    let text = if within.is_empty() { value.text() } else { within };
    (!text.is_empty()).then(|| (control.get("id").text(), text.trim().to_owned()))
}

/// Each member once, as WeCom compares ids, where they come first.
fn each_once(members: impl Iterator<Item = UserId>) -> Vec<UserId> {
    let mut seen = serde_json::Map::new();
    let mut first = |id: &UserId| seen.insert(id.0.to_ascii_lowercase(), serde_json::Value::Null).is_none();
    members.filter(|id| first(id)).collect()
}
