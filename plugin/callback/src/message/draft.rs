//! An event that still borrows from its message. Texts are copied once it is known to be ours.

use std::borrow::Cow;

use serde_json::Value;

use super::super::error::Unreadable;
use super::super::{actor, codes, digest, excerpt};
use super::field::Certain;
use crate::model::{
    Approval, Comment, Event, Operation, SpNo, Status, Step, StepKind, StepMember, StepMode, TemplateId,
    UnixSeconds, UserId,
};

/// How much is kept of a text that should have been a number. All of WeCom's have one or two digits.
const RAW_LIMIT: usize = 20;

/// A message that reports a change.
pub(in super::super) struct Draft<'a> {
    pub(super) kind: &'static str,
    /// Or the first thing wrong with the message, which counts when the form is ours.
    pub(super) occurred_at: Result<UnixSeconds, Unreadable>,
    pub(super) form: Form<'a>,
    /// Of which lists an actor may be taken.
    pub(super) certain: Certain,
    /// Lists had more than is kept.
    pub(super) left_out: bool,
}

/// A message that reports a change and of which no more is certain than the approval's number.
pub(in super::super) struct Changed<'a> {
    pub(super) kind: &'static str,
    pub(super) occurred_at: UnixSeconds,
    /// One, or two.
    pub(super) numbers: Vec<Cow<'a, str>>,
    pub(super) template_id: Cow<'a, str>,
}

/// `ApprovalInfo` of either product.
pub(super) struct Form<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) template_id: Cow<'a, str>,
    pub(super) title: Cow<'a, str>,
    pub(super) status: Status,
    pub(super) raw_status: Cow<'a, str>,
    pub(super) operation: Operation,
    pub(super) raw_operation: Cow<'a, str>,
    pub(super) applicant: Cow<'a, str>,
    pub(super) department: Option<Cow<'a, str>>,
    pub(super) submitted_at: Option<UnixSeconds>,
    pub(super) stages: Vec<Stage<'a>>,
    pub(super) notified: Vec<Cow<'a, str>>,
    pub(super) remarks: Vec<Remark<'a>>,
}

/// A step of the flow.
pub(super) struct Stage<'a> {
    pub(super) kind: StepKind,
    pub(super) mode: StepMode,
    pub(super) verdict: Cow<'a, str>,
    pub(super) parts: Vec<Part<'a>>,
}

/// A member's part in a step.
pub(super) struct Part<'a> {
    pub(super) member: Cow<'a, str>,
    pub(super) verdict: Cow<'a, str>,
    pub(super) words: Cow<'a, str>,
    pub(super) acted_at: Option<UnixSeconds>,
    pub(super) attachments: Vec<Cow<'a, str>>,
}

/// A comment.
pub(super) struct Remark<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) member: Cow<'a, str>,
    pub(super) text: Cow<'a, str>,
    pub(super) written_at: Option<UnixSeconds>,
    pub(super) attachments: Vec<Cow<'a, str>>,
}

impl Draft<'_> {
    /// The template that the form was made from.
    pub(in super::super) fn template_id(&self) -> TemplateId {
        TemplateId(self.form.template_id.as_ref().to_owned())
    }

    /// The event. `message` is what all of this was read from.
    pub(in super::super) fn into_event(self, message: &[u8]) -> Result<Event, Unreadable> {
        let occurred_at = self.occurred_at?;
        let raw_operation = raw(&self.form.raw_operation);
        let operation = self.form.operation;
        let approval = self.form.into_approval();
        let (actor, comment) = actor::find(operation, &approval, self.certain).unzip();
        let event = Event {
            approval,
            operation,
            raw_operation,
            actor,
            comment: comment.unwrap_or_default(),
            occurred_at,
            deduplication_key: String::new(),
            kind: self.kind.to_owned(),
            message_digest: digest::sha256(message),
            left_out: self.left_out,
        };
        Ok(keyed(event))
    }
}

impl Changed<'_> {
    /// The template that the form was made from, as far as the message tells.
    pub(in super::super) fn template_id(&self) -> TemplateId {
        TemplateId(self.template_id.as_ref().to_owned())
    }

    /// An event for each number, with nothing in it that a person can have typed. `message` is what it was read from.
    pub(in super::super) fn into_events(self, template_id: &TemplateId, message: &[u8]) -> Vec<Event> {
        let message_digest = digest::sha256(message);
        let event = |number: Cow<'_, str>| Event {
            approval: Approval {
                id: SpNo(number.into_owned()),
                template_id: template_id.clone(),
                title: String::new(),
                status: Status::Unknown,
                raw_status: String::new(),
                applicant: UserId(String::new()),
                department: None,
                submitted_at: None,
                steps: Vec::new(),
                notified: Vec::new(),
                comments: Vec::new(),
            },
            operation: Operation::Other,
            raw_operation: String::new(),
            actor: None,
            comment: String::new(),
            occurred_at: self.occurred_at,
            deduplication_key: String::new(),
            kind: self.kind.to_owned(),
            message_digest: message_digest.clone(),
            left_out: false,
        };
        self.numbers.into_iter().map(event).map(keyed).collect()
    }
}

/// The event with its key.
fn keyed(event: Event) -> Event {
    let deduplication_key = digest::sha256_of_parts(&[
        &event.kind,
        event.approval.id.as_str(),
        &event.raw_operation,
        &event.approval.raw_status,
        &event.occurred_at.0.to_string(),
        &event.message_digest,
    ]);
    Event { deduplication_key, ..event }
}

impl Form<'_> {
    fn into_approval(self) -> Approval {
        let copied = self.stages.iter().filter(|stage| stage.kind == StepKind::Notification);
        let copied = copied.flat_map(|stage| &stage.parts).map(|part| &part.member);
        let notified = each_once(self.notified.iter().chain(copied));
        Approval {
            id: SpNo(self.id.into_owned()),
            template_id: TemplateId(self.template_id.into_owned()),
            title: self.title.into_owned(),
            status: self.status,
            raw_status: raw(&self.raw_status),
            applicant: UserId(self.applicant.into_owned()),
            department: self.department.map(Cow::into_owned),
            submitted_at: self.submitted_at,
            notified,
            steps: self.stages.into_iter().map(Stage::into_step).collect(),
            comments: self.remarks.into_iter().map(Remark::into_comment).collect(),
        }
    }
}

impl Stage<'_> {
    fn into_step(self) -> Step {
        Step {
            kind: self.kind,
            mode: self.mode,
            verdict: codes::verdict(&self.verdict),
            raw_verdict: raw(&self.verdict),
            members: self.parts.into_iter().map(Part::into_member).collect(),
        }
    }
}

impl Part<'_> {
    fn into_member(self) -> StepMember {
        StepMember {
            id: UserId(self.member.into_owned()),
            verdict: codes::verdict(&self.verdict),
            raw_verdict: raw(&self.verdict),
            comment: self.words.into_owned(),
            acted_at: self.acted_at,
            attachments: owned(self.attachments),
        }
    }
}

impl Remark<'_> {
    fn into_comment(self) -> Comment {
        Comment {
            id: self.id.into_owned(),
            member: UserId(self.member.into_owned()),
            text: self.text.into_owned(),
            written_at: self.written_at,
            attachments: owned(self.attachments),
        }
    }
}

/// A number as WeCom wrote it, cut where it cannot have been one.
fn raw(number: &str) -> String {
    excerpt::cut(number, RAW_LIMIT).to_owned()
}

fn owned(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

/// Each member once, as WeCom compares ids, where they come first. WeCom repeats them.
///
/// JSON's map is the one ordered map that the component has in any case; another set would be 3 KB of code.
fn each_once<'a>(members: impl Iterator<Item = &'a Cow<'a, str>>) -> Vec<UserId> {
    let mut seen = serde_json::Map::new();
    let mut first = |member: &str| seen.insert(member.to_ascii_lowercase(), Value::Null).is_none();
    members.filter(|member| first(member)).map(|member| UserId(member.to_string())).collect()
}
