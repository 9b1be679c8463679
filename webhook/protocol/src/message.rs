//! An approval as the company writes it in JSON. The words are the contract's own, so most of this is one table for each.
//!
//! What this version does not know stays raw beside `unknown` or `other`: a new word at the company is no error here.

use serde::Deserialize;

use crate::types::{Approval, Comment, Operation, Status, Step, StepKind, StepMember, StepMode, Verdict};

/// The longest id of an approval.
const ID_BYTES: usize = 128;

/// An approval, on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WireApproval {
    id: String,
    application: String,
    #[serde(default)]
    title: String,
    status: String,
    applicant: String,
    #[serde(default)]
    department: Option<String>,
    #[serde(default)]
    submitted_at: Option<u64>,
    #[serde(default)]
    steps: Vec<WireStep>,
    #[serde(default)]
    notified: Vec<String>,
    #[serde(default)]
    comments: Vec<WireComment>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WireStep {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    members: Vec<WireMember>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WireMember {
    id: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    acted_at: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WireComment {
    #[serde(default)]
    id: String,
    member: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    written_at: Option<u64>,
}

/// Whether a text can be the id of an approval.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl WireApproval {
    /// The approval in the contract's terms; `None` when its id or applicant cannot be one.
    #[must_use]
    pub fn read(self) -> Option<Approval> {
        if !is_id(&self.id) || self.applicant.is_empty() {
            return None;
        }
        let mut notified: Vec<String> = Vec::new();
        for member in self.notified {
            if !notified.contains(&member) {
                notified.push(member);
            }
        }
        Some(Approval {
            approval_id: self.id,
            template_id: self.application,
            title: self.title,
            status: status(&self.status),
            raw_status: self.status,
            applicant: self.applicant,
            department: self.department,
            submitted_at: self.submitted_at,
            steps: self.steps.into_iter().map(step).collect(),
            notified,
            comments: self.comments.into_iter().map(comment).collect(),
        })
    }
}

fn step(step: WireStep) -> Step {
    let member = |member: WireMember| StepMember {
        member_id: member.id,
        verdict: verdict(&member.verdict),
        raw_verdict: member.verdict,
        comment: member.comment,
        acted_at: member.acted_at,
        attachments: Vec::new(),
    };
    Step {
        kind: step_kind(&step.kind),
        mode: step_mode(&step.mode),
        verdict: verdict(&step.verdict),
        raw_verdict: step.verdict,
        members: step.members.into_iter().map(member).collect(),
    }
}

fn comment(comment: WireComment) -> Comment {
    Comment {
        id: comment.id,
        member_id: comment.member,
        text: comment.text,
        written_at: comment.written_at,
        attachments: Vec::new(),
    }
}

fn status(word: &str) -> Status {
    match word {
        "pending" => Status::Pending,
        "approved" => Status::Approved,
        "rejected" => Status::Rejected,
        "withdrawn" => Status::Withdrawn,
        "revoked" => Status::Revoked,
        "deleted" => Status::Deleted,
        _ => Status::Unknown,
    }
}

/// What happened; `Other` when the company does not say.
pub(crate) fn operation(word: &str) -> Operation {
    match word {
        "submitted" => Operation::Submitted,
        "agreed" => Operation::Agreed,
        "rejected" => Operation::Rejected,
        "transferred" => Operation::Transferred,
        "urged" => Operation::Urged,
        "withdrawn" => Operation::Withdrawn,
        "revoked" => Operation::Revoked,
        "commented" => Operation::Commented,
        "returned" => Operation::Returned,
        "approver-added" => Operation::ApproverAdded,
        "agreed-and-approver-added" => Operation::AgreedAndApproverAdded,
        "handled" => Operation::Handled,
        "handed-over" => Operation::HandedOver,
        _ => Operation::Other,
    }
}

fn verdict(word: &str) -> Verdict {
    match word {
        "pending" => Verdict::Pending,
        "agreed" => Verdict::Agreed,
        "rejected" => Verdict::Rejected,
        "transferred" => Verdict::Transferred,
        "returned" => Verdict::Returned,
        "approver-added" => Verdict::ApproverAdded,
        "agreed-and-approver-added" => Verdict::AgreedAndApproverAdded,
        "handled" => Verdict::Handled,
        "handed-over" => Verdict::HandedOver,
        "" | "unspecified" => Verdict::Unspecified,
        _ => Verdict::Other,
    }
}

fn step_kind(word: &str) -> StepKind {
    match word {
        "approval" => StepKind::Approval,
        "notification" => StepKind::Notification,
        "handling" => StepKind::Handling,
        _ => StepKind::Other,
    }
}

fn step_mode(word: &str) -> StepMode {
    match word {
        "any" => StepMode::Any,
        "all" => StepMode::All,
        "sequential" => StepMode::Sequential,
        "" | "unspecified" => StepMode::Unspecified,
        _ => StepMode::Other,
    }
}

/// The word for a step's kind.
pub(crate) const fn step_kind_word(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Approval => "approval",
        StepKind::Notification => "notification",
        StepKind::Handling => "handling",
        StepKind::Other => "other",
    }
}

/// The word for a step's mode.
pub(crate) const fn step_mode_word(mode: StepMode) -> &'static str {
    match mode {
        StepMode::Any => "any",
        StepMode::All => "all",
        StepMode::Sequential => "sequential",
        StepMode::Unspecified => "unspecified",
        StepMode::Other => "other",
    }
}
