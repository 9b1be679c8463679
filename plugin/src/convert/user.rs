//! Accounts and members.

use wecom_protocol::model::{Account, Member};
use wecom_protocol::text::text;
use wecom_protocol::user::{Depth, MappingProblem, MappingProblemKind};

use crate::bindings::exports::idaas::approval::approval_engine::Depth as WitDepth;
use crate::bindings::exports::idaas::approval::types as wit;

/// The problem of a call that came before `configure`.
pub(crate) fn not_configured(account: Account) -> wit::MappingProblem {
    let for_applicant =
        text("approvals are not set up yet: ask your administrator", "审批尚未配置：请联系管理员");
    let for_administrator = text(
        "the engine is not configured: save the settings of the approval flow",
        "引擎尚未配置：请保存审批流设置",
    );
    wit::MappingProblem {
        kind: wit::MappingProblemKind::NotConfigured,
        account_id: account.id,
        attribute: String::new(),
        member_id: None,
        for_applicant: for_applicant.into(),
        for_administrator: for_administrator.into(),
        refusal: None,
        retry_after_seconds: None,
    }
}

impl From<wit::Account> for Account {
    fn from(account: wit::Account) -> Self {
        Self {
            id: account.id,
            display_name: account.display_name,
            attributes: account
                .attributes
                .into_iter()
                .map(|attribute| (attribute.name, attribute.values))
                .collect(),
        }
    }
}

impl From<Member> for wit::Member {
    fn from(member: Member) -> Self {
        Self { id: member.id.0, confirmed: member.confirmed }
    }
}

impl From<WitDepth> for Depth {
    fn from(depth: WitDepth) -> Self {
        match depth {
            WitDepth::Mapping => Self::Mapping,
            WitDepth::Confirmed => Self::Confirmed,
        }
    }
}

impl From<MappingProblem> for wit::MappingProblem {
    fn from(problem: MappingProblem) -> Self {
        Self {
            kind: problem.kind.into(),
            account_id: problem.account_id,
            attribute: problem.attribute,
            member_id: problem.member_id.map(|id| id.0),
            for_applicant: problem.for_applicant.into(),
            for_administrator: problem.for_administrator.into(),
            refusal: problem.refusal.map(Into::into),
            retry_after_seconds: problem.retry_after_seconds,
        }
    }
}

impl From<MappingProblemKind> for wit::MappingProblemKind {
    fn from(kind: MappingProblemKind) -> Self {
        match kind {
            MappingProblemKind::AttributeEmpty => Self::AttributeEmpty,
            MappingProblemKind::SeveralValues => Self::SeveralValues,
            MappingProblemKind::Malformed => Self::Malformed,
            MappingProblemKind::NotFound => Self::NotFound,
            MappingProblemKind::Inactive => Self::Inactive,
            MappingProblemKind::OutOfScope => Self::OutOfScope,
            MappingProblemKind::Refused => Self::Refused,
            MappingProblemKind::Unavailable => Self::Unavailable,
            MappingProblemKind::Other => Self::Other,
        }
    }
}
