//! A submitted form: its fields, its flow, its state.

mod act;
mod change;
mod refused;
mod turn;
mod wire;

use serde_json::Value;

pub use change::ChangeEvent;
pub use refused::ActionRefused;
pub(crate) use wire::detail;

use crate::template::{FlowNode, NodeKind, Relation};

/// A form of the Approval app.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Form number: `yyyyMMdd` of the day in China and four digits. Opaque to callers.
    pub sp_no: String,
    /// The template it was made from.
    pub template_id: String,
    /// Name of the template when it was submitted.
    pub template_name: String,
    /// User id of the applicant, in canonical spelling.
    pub applicant: String,
    /// Department the applicant submitted it from.
    pub department: u32,
    /// When it was submitted, unix seconds.
    pub applied_at: u64,
    /// State of the whole form.
    pub status: FormStatus,
    /// The flow, in order; copies included.
    pub nodes: Vec<Node>,
    /// The filled controls, in the order they were sent.
    pub contents: Vec<Content>,
    /// The Chinese summary lines.
    pub summary: Vec<String>,
    /// The comments, oldest first.
    pub comments: Vec<Comment>,
}

/// State of a form, `sp_status` (D91815).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormStatus {
    /// 1 审批中.
    Pending,
    /// 2 已通过.
    Approved,
    /// 3 已驳回.
    Rejected,
    /// 4 已撤销, by the applicant before a decision.
    Withdrawn,
    /// 6 通过后撤销.
    Revoked,
    /// 7 已删除.
    Deleted,
    /// 10 已支付, which follows an approval.
    Paid,
}

impl FormStatus {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Pending => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
            Self::Withdrawn => 4,
            Self::Revoked => 6,
            Self::Deleted => 7,
            Self::Paid => 10,
        }
    }
}

/// One node of a form's flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What its people do.
    pub kind: NodeKind,
    /// How many of them must.
    pub relation: Relation,
    /// State of the node; copies stay pending, and answers leave theirs out.
    pub status: StepStatus,
    /// Its people.
    pub steps: Vec<Step>,
}

impl Node {
    /// A node nobody has acted in.
    pub(crate) fn new(from: &FlowNode) -> Self {
        Self {
            kind: from.kind,
            relation: from.relation,
            status: StepStatus::Pending,
            steps: from.user_ids.iter().map(|user_id| Step::open(user_id)).collect(),
        }
    }
}

/// One person's part in a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who, in canonical spelling.
    pub user_id: String,
    /// What the person did last.
    pub status: StepStatus,
    /// What the person said about it.
    pub speech: String,
    /// When, unix seconds; none as long as the person has not acted.
    pub acted_at: Option<u64>,
}

impl Step {
    fn open(user_id: &str) -> Self {
        Self {
            user_id: user_id.to_owned(),
            status: StepStatus::Pending,
            speech: String::new(),
            acted_at: None,
        }
    }
}

/// State of a node or of one person in it, `sp_status` of a record and `sp_yj` of a node (D91815).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    /// 1 审批中. Every node carries it from the start, future ones too.
    Pending,
    /// 2 已同意.
    Agreed,
    /// 3 已驳回.
    Rejected,
    /// 4 已转审: another person has the say.
    Transferred,
    /// 11 已退回: back to an earlier approver; this person is asked again later.
    Returned,
    /// 12 已加签: another approver is asked first; this person is asked again later.
    ApproverAdded,
    /// 13 同意并加签: agreed, and another approver is asked next.
    AgreedAndAdded,
    /// 14 已办理.
    Handled,
    /// 15 已转交: another person carries it out.
    PassedOn,
}

impl StepStatus {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Pending => 1,
            Self::Agreed => 2,
            Self::Rejected => 3,
            Self::Transferred => 4,
            Self::Returned => 11,
            Self::ApproverAdded => 12,
            Self::AgreedAndAdded => 13,
            Self::Handled => 14,
            Self::PassedOn => 15,
        }
    }

    /// Whether the person is still to act.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Returned | Self::ApproverAdded)
    }

    /// Whether the person has done what the node wants.
    pub(crate) fn is_done(self) -> bool {
        matches!(self, Self::Agreed | Self::AgreedAndAdded | Self::Handled)
    }

    /// Whether the person has given the say away.
    pub(crate) fn is_given_away(self) -> bool {
        matches!(self, Self::Transferred | Self::PassedOn)
    }
}

/// One filled control.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Kind of control on the wire, `Text`.
    pub control: String,
    /// Id of the control.
    pub id: String,
    /// Title of the control in the template.
    pub title: String,
    /// The value as sent.
    pub value: Value,
}

/// A remark on a form, 备注.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Who wrote it.
    pub user_id: String,
    /// When, unix seconds.
    pub at: u64,
    /// The text.
    pub text: String,
    /// 19 digits.
    pub id: String,
}
