//! What can happen to a form.

/// The operation behind an event, `StatuChangeEvent` (D91815, the spelling is WeCom's).
///
/// It says what somebody did, not what became of the form: 2 is one approver's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeEvent {
    /// 1 提单.
    Submitted,
    /// 2 同意.
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
    AgreedAndAdded,
    /// 14 已办理.
    Handled,
    /// 15 已转交.
    PassedOn,
    /// 99, which WeCom assigns to nothing. No source gives a number for deleting and for paying; the fake
    /// takes one from the future, so that whoever reads events shows that unknown numbers do no harm.
    Unassigned,
}

impl ChangeEvent {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Submitted => 1,
            Self::Agreed => 2,
            Self::Rejected => 3,
            Self::Transferred => 4,
            Self::Urged => 5,
            Self::Withdrawn => 6,
            Self::Revoked => 8,
            Self::Commented => 10,
            Self::Returned => 11,
            Self::ApproverAdded => 12,
            Self::AgreedAndAdded => 13,
            Self::Handled => 14,
            Self::PassedOn => 15,
            Self::Unassigned => 99,
        }
    }
}
