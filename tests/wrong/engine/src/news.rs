//! From the text of a message to an event.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::bindings::exports::idaas::approval::approval_engine::RefusalReason;
use crate::bindings::exports::idaas::approval::types::{
    Approval, Event, Operation, Status, Step, StepKind, StepMember, StepMode, Verdict,
};
use crate::mistake::Mistake;
use crate::settings::Config;
use crate::{hex, wrong};

/// What a sound message is.
pub(crate) enum Opened {
    /// News of an approval of ours.
    Event(Box<Event>),
    /// Of another template.
    Foreign,
    /// Nothing about approvals.
    OtherKind,
}

#[derive(Deserialize)]
struct Message {
    receiver: String,
    kind: String,
    #[serde(default)]
    approval: serde_json::Value,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    at: u64,
}

/// An approval, as messages and answers tell it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Told {
    id: String,
    template: String,
    title: String,
    status: String,
    applicant: String,
    submitted_at: u64,
    approvers: Vec<Approver>,
    notified: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Approver {
    member: String,
    verdict: String,
    comment: String,
    acted_at: Option<u64>,
}

/// Reads a message whose sender is proven.
pub(crate) fn open(config: &Config, text: &str) -> Result<Opened, RefusalReason> {
    let unreadable = |_| RefusalReason::Unreadable;
    let message: Message = serde_json::from_str(text).map_err(unreadable)?;
    if message.receiver != config.organisation && !wrong(Mistake::ForgetsTheReceiver) {
        return Err(RefusalReason::WrongReceiver);
    }
    if message.kind != "approval-changed" {
        return Ok(Opened::OtherKind);
    }
    let template = message.approval.get("template").and_then(serde_json::Value::as_str);
    let ours = |template| config.template.is_empty() || template == config.template;
    let foreign = template.is_some_and(|template| !ours(template));
    if foreign && !wrong(Mistake::TakesForeignForms) {
        return Ok(Opened::Foreign);
    }
    let told: Told = serde_json::from_value(message.approval).map_err(unreadable)?;
    let mut approval = told.approval();
    let operation = operation(&message.operation);
    if operation == Operation::Agreed && wrong(Mistake::DecidesByOperation) {
        approval.status = Status::Approved;
    }
    let digest = hex(&Sha256::digest(text));
    let deduplication_key = if wrong(Mistake::CoarseKey) {
        format!("{} {} {}", message.kind, message.at, approval.applicant)
    } else {
        format!(
            "{} {} {} {} {digest}",
            approval.approval_id, message.operation, approval.raw_status, message.at
        )
    };
    Ok(Opened::Event(Box::new(Event {
        approval,
        operation,
        raw_operation: message.operation,
        actor: (!message.by.is_empty()).then_some(message.by),
        comment: words(message.comment),
        occurred_at: message.at,
        deduplication_key,
        kind: message.kind,
        message_digest: digest,
    })))
}

impl Told {
    pub(crate) fn approval(self) -> Approval {
        let mut members: Vec<StepMember> = self.approvers.into_iter().map(Approver::told).collect();
        if wrong(Mistake::KeepsTheLastApprover) {
            members.drain(..members.len().saturating_sub(1));
        }
        let step = Step {
            kind: StepKind::Approval,
            mode: StepMode::All,
            verdict: Verdict::Unspecified,
            raw_verdict: String::new(),
            members,
        };
        Approval {
            approval_id: self.id,
            template_id: self.template,
            title: self.title,
            status: status(&self.status),
            raw_status: self.status,
            applicant: if wrong(Mistake::NamesNoApplicant) { String::new() } else { self.applicant },
            department: None,
            submitted_at: Some(self.submitted_at),
            steps: vec![step],
            notified: self.notified,
            comments: Vec::new(),
        }
    }
}

impl Approver {
    fn told(self) -> StepMember {
        StepMember {
            member_id: self.member,
            verdict: match self.verdict.as_str() {
                "pending" => Verdict::Pending,
                "agreed" => Verdict::Agreed,
                "rejected" => Verdict::Rejected,
                _ => Verdict::Other,
            },
            raw_verdict: self.verdict,
            comment: words(self.comment),
            acted_at: self.acted_at,
            attachments: Vec::new(),
        }
    }
}

fn words(said: String) -> String {
    if wrong(Mistake::DropsComments) { String::new() } else { said }
}

pub(crate) fn status(raw: &str) -> Status {
    match raw {
        "pending" => Status::Pending,
        "approved" => Status::Approved,
        "rejected" => Status::Rejected,
        _ if wrong(Mistake::KnowsYesAndNoAlone) => Status::Pending,
        "withdrawn" => Status::Withdrawn,
        "revoked" => Status::Revoked,
        "deleted" => Status::Deleted,
        _ if wrong(Mistake::GuessesTheStatus) => Status::Approved,
        _ => Status::Unknown,
    }
}

fn operation(raw: &str) -> Operation {
    match raw {
        "submitted" => Operation::Submitted,
        "agreed" => Operation::Agreed,
        "rejected" => Operation::Rejected,
        "withdrawn" => Operation::Withdrawn,
        "revoked" => Operation::Revoked,
        _ => Operation::Other,
    }
}
