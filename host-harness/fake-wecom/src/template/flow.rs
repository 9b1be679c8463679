//! The flow of a template or of one form: who acts, and how many of them must.

/// The steps a form takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The nodes, in order.
    pub nodes: Vec<FlowNode>,
}

/// One node of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowNode {
    /// What its people do.
    pub kind: NodeKind,
    /// How many of them must do it; of no meaning for copies.
    pub relation: Relation,
    /// User ids of its people.
    pub user_ids: Vec<String>,
}

impl FlowNode {
    /// A node of approvers.
    pub fn approve<Id: Into<String>>(relation: Relation, user_ids: impl IntoIterator<Item = Id>) -> Self {
        Self { kind: NodeKind::Approve, relation, user_ids: user_ids.into_iter().map(Into::into).collect() }
    }

    /// A node of members who are copied in.
    pub fn notify<Id: Into<String>>(user_ids: impl IntoIterator<Item = Id>) -> Self {
        let user_ids = user_ids.into_iter().map(Into::into).collect();
        Self { kind: NodeKind::Notify, relation: Relation::All, user_ids }
    }

    /// A node of members who carry something out, 办理人.
    pub fn handle<Id: Into<String>>(relation: Relation, user_ids: impl IntoIterator<Item = Id>) -> Self {
        Self { kind: NodeKind::Handle, relation, user_ids: user_ids.into_iter().map(Into::into).collect() }
    }
}

/// What the people of a node do: `type` of a call, `node_type` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// 1 审批人.
    Approve,
    /// 2 抄送人.
    Notify,
    /// 3 办理人.
    Handle,
}

impl NodeKind {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Approve => 1,
            Self::Notify => 2,
            Self::Handle => 3,
        }
    }
}

/// How many people of a node must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// 会签: all of them.
    All,
    /// 或签: any one.
    Any,
    /// 依次: all of them, in the order named.
    InOrder,
}

impl Relation {
    /// `apv_rel` of the newer flow view: 1 会签, 2 或签, 3 依次.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::All => 1,
            Self::Any => 2,
            Self::InOrder => 3,
        }
    }

    /// `approverattr` of the older flow view, the other way round: 1 或签, 2 会签. It has no word for 依次.
    #[must_use]
    pub fn legacy_number(self) -> u8 {
        match self {
            Self::Any => 1,
            Self::All | Self::InOrder => 2,
        }
    }
}
