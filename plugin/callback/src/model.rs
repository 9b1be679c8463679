//! The values that the stories share: people, approvals, and what happens to them.
//!
//! They say the same as the contract's `types`, and know nothing of it. The engine's `convert` module ties the
//! two together.

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// WeCom's id of a company: `ww` or `wx` and 16 hexadecimal digits; to a customised-development app, `wp` and more.
    CorpId
);
id!(
    /// WeCom's id of a member. Its case is kept and never compared: use [`UserId::same`].
    UserId
);
id!(
    /// WeCom's id of an approval template.
    TemplateId
);
id!(
    /// WeCom's number of an approval (`sp_no`). Digits so far; opaque.
    SpNo
);

impl UserId {
    /// Whether both name the same member. WeCom keeps ids unique ignoring the case of ASCII letters (D90195).
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

/// An account of the identity platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The platform's own id.
    pub id: String,
    /// As shown to people.
    pub display_name: String,
    /// Names and values, in the platform's order.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// The member an account is mapped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Canonical spelling when confirmed, as the directory has it otherwise.
    pub id: UserId,
    /// WeCom has confirmed that the member exists and is active.
    pub confirmed: bool,
}

/// The state of an approval (`SpStatus`, D91815; `OpenSpStatus`, D90269).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 1 审批中.
    Pending,
    /// 2 已通过, and 10 已支付, which follows it.
    Approved,
    /// 3 已驳回.
    Rejected,
    /// 4 已撤销.
    Withdrawn,
    /// 6 通过后撤销.
    Revoked,
    /// 7 已删除.
    Deleted,
    /// A number from the future. Never a decision.
    Unknown,
}

/// What happened (`StatuChangeEvent`, D91815).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// 1 提单.
    Submitted,
    /// 2 同意, by one approver.
    Agreed,
    /// 3 驳回.
    Rejected,
    /// 4 转审.
    Transferred,
    /// 5 催办.
    Urged,
    /// 6 撤销.
    Withdrawn,
    /// 8 通过后撤销.
    Revoked,
    /// 10 添加备注.
    Commented,
    /// 11 回退给指定审批人.
    Returned,
    /// 12 添加审批人.
    ApproverAdded,
    /// 13 加签并同意.
    AgreedAndApproverAdded,
    /// 14 已办理.
    Handled,
    /// 15 已转交.
    HandedOver,
    /// A number from the future, or none.
    Other,
}

/// What a step is for (`NodeType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// 1 审批人.
    Approval,
    /// 2 抄送人.
    Notification,
    /// 3 办理人.
    Handling,
    /// Anything else.
    Other,
}

/// How many have to act. `ApproverAttr` and `ApvRel` number it the opposite way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepMode {
    /// 或签.
    Any,
    /// 会签.
    All,
    /// 依次.
    Sequential,
    /// Not said, as for cc.
    Unspecified,
    /// A number from the future.
    Other,
}

/// What a member or a step has come to (`SpStatus` of a record, `SpYj`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 1 审批中.
    Pending,
    /// 2 同意.
    Agreed,
    /// 3 驳回.
    Rejected,
    /// 4 转审.
    Transferred,
    /// 11 退回给指定审批人.
    Returned,
    /// 12 加签.
    ApproverAdded,
    /// 13 同意并加签.
    AgreedAndApproverAdded,
    /// 14 办理.
    Handled,
    /// 15 转交.
    HandedOver,
    /// Not said, as for cc.
    Unspecified,
    /// A number from the future.
    Other,
}

/// One member's part in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepMember {
    /// Who.
    pub id: UserId,
    /// What they decided.
    pub verdict: Verdict,
    /// WeCom's own number; empty when there was none.
    pub raw_verdict: String,
    /// What they wrote (`Speech`).
    pub comment: String,
    /// When; `None` for WeCom's 0 and for an empty text.
    pub acted_at: Option<UnixSeconds>,
    /// Media ids.
    pub attachments: Vec<String>,
}

/// One step of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is for.
    pub kind: StepKind,
    /// How many have to act.
    pub mode: StepMode,
    /// What it has come to.
    pub verdict: Verdict,
    /// WeCom's own number; empty when there was none.
    pub raw_verdict: String,
    /// Who is in it.
    pub members: Vec<StepMember>,
}

/// A remark on the approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// `CommentId`: 19 digits, so a text.
    pub id: String,
    /// Who wrote it.
    pub member: UserId,
    /// What.
    pub text: String,
    /// When.
    pub written_at: Option<UnixSeconds>,
    /// Media ids.
    pub attachments: Vec<String>,
}

/// An approval as WeCom shows it at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// `SpNoStr`, else `SpNo`; `ThirdNo` of the open flow.
    pub id: SpNo,
    /// The template it was made from.
    pub template_id: TemplateId,
    /// `SpName`: the template's name.
    pub title: String,
    /// The state.
    pub status: Status,
    /// WeCom's own number of it.
    pub raw_status: String,
    /// Who applied. Empty in news that names no applicant.
    pub applicant: UserId,
    /// For which department.
    pub department: Option<String>,
    /// When.
    pub submitted_at: Option<UnixSeconds>,
    /// The whole flow. `ProcessList` where there is one, else `SpRecord`.
    pub steps: Vec<Step>,
    /// `Notifyer` and cc steps, each member once.
    pub notified: Vec<UserId>,
    /// All remarks.
    pub comments: Vec<Comment>,
}

/// One change of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The state after the change.
    pub approval: Approval,
    /// What happened.
    pub operation: Operation,
    /// WeCom's own number of it; empty when there was none.
    pub raw_operation: String,
    /// Who did it, when the message leaves no doubt.
    pub actor: Option<UserId>,
    /// What they wrote.
    pub comment: String,
    /// `CreateTime`.
    pub occurred_at: UnixSeconds,
    /// Number, operation, status, time and digest: the same for every delivery of one change.
    pub deduplication_key: String,
    /// `Event`, such as `sys_approval_change`.
    pub kind: String,
    /// SHA-256 of the decrypted message as it came, lower-case hex.
    pub message_digest: String,
    /// Lists had more items than are kept, and the rest is not in them.
    pub left_out: bool,
}
