//! Approvals and their events.

use wecom_protocol::model::{
    Approval, Comment, Event, Operation, Status, Step, StepKind, StepMember, StepMode, Verdict,
};

use super::list;
use crate::bindings::exports::idaas::approval::types as wit;

impl From<Event> for wit::Event {
    fn from(event: Event) -> Self {
        Self {
            approval: event.approval.into(),
            operation: event.operation.into(),
            raw_operation: event.raw_operation,
            actor: event.actor.map(|id| id.0),
            comment: event.comment,
            occurred_at: event.occurred_at.0,
            deduplication_key: event.deduplication_key,
            kind: event.kind,
            message_digest: event.message_digest,
        }
    }
}

impl From<Approval> for wit::Approval {
    fn from(approval: Approval) -> Self {
        Self {
            approval_id: approval.id.0,
            template_id: approval.template_id.0,
            title: approval.title,
            status: approval.status.into(),
            raw_status: approval.raw_status,
            applicant: approval.applicant.0,
            department: approval.department,
            submitted_at: approval.submitted_at.map(|at| at.0),
            steps: list(approval.steps),
            notified: approval.notified.into_iter().map(|id| id.0).collect(),
            comments: list(approval.comments),
        }
    }
}

impl From<Step> for wit::Step {
    fn from(step: Step) -> Self {
        Self {
            kind: step.kind.into(),
            mode: step.mode.into(),
            verdict: step.verdict.into(),
            raw_verdict: step.raw_verdict,
            members: list(step.members),
        }
    }
}

impl From<StepMember> for wit::StepMember {
    fn from(member: StepMember) -> Self {
        Self {
            member_id: member.id.0,
            verdict: member.verdict.into(),
            raw_verdict: member.raw_verdict,
            comment: member.comment,
            acted_at: member.acted_at.map(|at| at.0),
            attachments: member.attachments,
        }
    }
}

impl From<Comment> for wit::Comment {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            member_id: comment.member.0,
            text: comment.text,
            written_at: comment.written_at.map(|at| at.0),
            attachments: comment.attachments,
        }
    }
}

impl From<Status> for wit::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Approved => Self::Approved,
            Status::Rejected => Self::Rejected,
            Status::Withdrawn => Self::Withdrawn,
            Status::Revoked => Self::Revoked,
            Status::Deleted => Self::Deleted,
            Status::Unknown => Self::Unknown,
        }
    }
}

impl From<Operation> for wit::Operation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Submitted => Self::Submitted,
            Operation::Agreed => Self::Agreed,
            Operation::Rejected => Self::Rejected,
            Operation::Transferred => Self::Transferred,
            Operation::Urged => Self::Urged,
            Operation::Withdrawn => Self::Withdrawn,
            Operation::Revoked => Self::Revoked,
            Operation::Commented => Self::Commented,
            Operation::Returned => Self::Returned,
            Operation::ApproverAdded => Self::ApproverAdded,
            Operation::AgreedAndApproverAdded => Self::AgreedAndApproverAdded,
            Operation::Handled => Self::Handled,
            Operation::HandedOver => Self::HandedOver,
            Operation::Other => Self::Other,
        }
    }
}

impl From<Verdict> for wit::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pending => Self::Pending,
            Verdict::Agreed => Self::Agreed,
            Verdict::Rejected => Self::Rejected,
            Verdict::Transferred => Self::Transferred,
            Verdict::Returned => Self::Returned,
            Verdict::ApproverAdded => Self::ApproverAdded,
            Verdict::AgreedAndApproverAdded => Self::AgreedAndApproverAdded,
            Verdict::Handled => Self::Handled,
            Verdict::HandedOver => Self::HandedOver,
            Verdict::Unspecified => Self::Unspecified,
            Verdict::Other => Self::Other,
        }
    }
}

impl From<StepKind> for wit::StepKind {
    fn from(kind: StepKind) -> Self {
        match kind {
            StepKind::Approval => Self::Approval,
            StepKind::Notification => Self::Notification,
            StepKind::Handling => Self::Handling,
            StepKind::Other => Self::Other,
        }
    }
}

impl From<wit::StepKind> for StepKind {
    fn from(kind: wit::StepKind) -> Self {
        match kind {
            wit::StepKind::Approval => Self::Approval,
            wit::StepKind::Notification => Self::Notification,
            wit::StepKind::Handling => Self::Handling,
            wit::StepKind::Other => Self::Other,
        }
    }
}

impl From<StepMode> for wit::StepMode {
    fn from(mode: StepMode) -> Self {
        match mode {
            StepMode::Any => Self::Any,
            StepMode::All => Self::All,
            StepMode::Sequential => Self::Sequential,
            StepMode::Unspecified => Self::Unspecified,
            StepMode::Other => Self::Other,
        }
    }
}

impl From<wit::StepMode> for StepMode {
    fn from(mode: wit::StepMode) -> Self {
        match mode {
            wit::StepMode::Any => Self::Any,
            wit::StepMode::All => Self::All,
            wit::StepMode::Sequential => Self::Sequential,
            wit::StepMode::Unspecified => Self::Unspecified,
            wit::StepMode::Other => Self::Other,
        }
    }
}
