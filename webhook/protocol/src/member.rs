//! From an account to the company's member.

use crate::config::Config;
use crate::text::{shown, text};
use crate::types::{Account, MappingProblem, MappingProblemKind, Member, Text};

/// The longest member id.
const ID_BYTES: usize = 128;

/// Finds the member of an account, in the configured attribute alone.
///
/// The endpoint has no message to ask about members, so nobody is ever `confirmed`, whatever depth the host wants; the
/// description does not claim `member-confirmation`.
///
/// # Errors
/// - [`MappingProblem`]: the account has no one usable member id.
pub fn resolve(config: &Config, account: &Account) -> Result<Member, MappingProblem> {
    let mut values: Vec<&str> = account
        .attributes
        .iter()
        .filter(|attribute| attribute.name == config.user_attribute)
        .flat_map(|attribute| &attribute.values)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .collect();
    values.sort_unstable();
    values.dedup();
    let (kind, found, tried) = match values.as_slice() {
        [id] if is_id(id) => return Ok(Member { id: (*id).to_owned(), confirmed: false }),
        [] => (MappingProblemKind::AttributeEmpty, text("is empty", "为空"), None),
        [id] => (MappingProblemKind::Malformed, text("is no member id", "不是有效的成员 ID"), Some(*id)),
        _ => (MappingProblemKind::SeveralValues, text("has several values", "有多个值"), None),
    };
    Err(problem(config, account, kind, &found, tried))
}

/// Whether a text can be a member id: blanks around it are a directory's mistake.
fn is_id(id: &str) -> bool {
    id.len() <= ID_BYTES && id.trim() == id && !id.chars().any(char::is_control)
}

/// The problem of a call that came before `configure`.
#[must_use]
pub fn not_configured(account: &Account) -> MappingProblem {
    MappingProblem {
        kind: MappingProblemKind::NotConfigured,
        account_id: account.id.clone(),
        attribute: String::new(),
        member_id: None,
        for_applicant: text(
            "approvals are not set up yet: ask your administrator",
            "审批尚未配置：请联系管理员",
        ),
        for_administrator: text(
            "the engine is not configured: save the settings of the approval flow",
            "引擎尚未配置：请保存审批流设置",
        ),
        refusal: None,
        retry_after_seconds: None,
    }
}

fn problem(
    config: &Config,
    account: &Account,
    kind: MappingProblemKind,
    found: &Text,
    tried: Option<&str>,
) -> MappingProblem {
    let who = shown(&account.display_name, 80);
    let attribute = shown(&config.user_attribute, 64);
    MappingProblem {
        kind,
        account_id: account.id.clone(),
        attribute: config.user_attribute.clone(),
        member_id: tried.map(|id| shown(id, 80)),
        for_applicant: text(
            format!("{who} cannot be found in the approval system: ask your administrator"),
            format!("在审批系统中找不到 {who}：请联系管理员"),
        ),
        for_administrator: text(
            format!("the attribute {attribute} of {who} {}: enter the one member id there", found.en),
            format!("{who} 的属性「{attribute}」{}：请填写唯一的成员 ID", found.zh_cn),
        ),
        refusal: None,
        retry_after_seconds: None,
    }
}
