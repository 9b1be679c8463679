//! What is said about an account without a member: one text for the applicant, one for the administrator.

use super::{MappingProblem, MappingProblemKind};
use crate::api::{Obstacle, clean};
use crate::config::Config;
use crate::errcode::Refusal;
use crate::model::{Account, UserId};
use crate::text::Text;

/// Why WeCom's answer does not confirm a member.
pub(super) enum Reason {
    /// An errcode about the person.
    Refusal(Refusal),
    /// `status` of user/get, other than 1.
    Status(i64),
    /// The answer names another member.
    SomebodyElse,
}

/// A problem that the attribute alone shows.
pub(super) fn mapping(
    config: &Config,
    account: &Account,
    kind: MappingProblemKind,
    value: Option<&str>,
) -> MappingProblem {
    let attribute = clean::shown(&config.user_attribute);
    let value = value.map(clean::shown);
    let shown = value.as_deref().unwrap_or_default();
    let (en, zh_cn) = match kind {
        MappingProblemKind::SeveralValues => (
            format!(
                "has several different values in the attribute {attribute}, of which the first is: {shown}"
            ),
            format!("的属性「{attribute}」有多个不同的值，第一个是：{shown}"),
        ),
        MappingProblemKind::Malformed => (
            format!("has a value in the attribute {attribute} that cannot be a WeCom member id: {shown}"),
            format!("的属性「{attribute}」的值不符合企业微信账号规则：{shown}"),
        ),
        MappingProblemKind::AttributeEmpty
        | MappingProblemKind::NotFound
        | MappingProblemKind::Inactive
        | MappingProblemKind::OutOfScope
        | MappingProblemKind::Refused
        | MappingProblemKind::Unavailable
        | MappingProblemKind::Other => {
            (format!("has no value in the attribute {attribute}"), format!("的属性「{attribute}」为空"))
        }
    };
    let remedy = (
        "enter the one WeCom member id of this person there (通讯录 > the member > 账号)",
        "请在该属性中填写此人唯一的企业微信账号（通讯录 > 成员 > 账号）",
    );
    told(config, account, kind, value.map(UserId), Finding { en, zh_cn, remedy })
}

/// A problem that WeCom's answer about the member shows.
pub(super) fn confirmation(
    config: &Config,
    account: &Account,
    asked: &UserId,
    kind: MappingProblemKind,
    reason: Reason,
) -> MappingProblem {
    let attribute = clean::shown(&config.user_attribute);
    let id = asked.as_str();
    let (en, zh_cn) = match &reason {
        Reason::Refusal(refusal) => (
            format!("has the WeCom member id {id} (attribute {attribute}), and {}", refusal.sentence.en),
            format!("对应的企业微信账号为 {id}（属性「{attribute}」），{}", refusal.sentence.zh_cn),
        ),
        Reason::Status(status) => {
            let (state, zh_state) = state(*status);
            (
                format!("has the WeCom member id {id} (attribute {attribute}), and that member {state}"),
                format!("对应的企业微信成员 {id}（属性「{attribute}」）{zh_state}"),
            )
        }
        Reason::SomebodyElse => (
            format!(
                "has the WeCom member id {id} (attribute {attribute}), and WeCom answered about another member"
            ),
            format!("对应的企业微信账号为 {id}（属性「{attribute}」），但企业微信返回了其他成员的信息"),
        ),
    };
    let remedy = match reason {
        Reason::Status(_) => (
            "activate the member in 通讯录, or choose another person",
            "请在「通讯录」中启用该成员，或更换人员",
        ),
        Reason::SomebodyElse => (
            "compare the attribute with 通讯录 > the member > 账号",
            "请核对该属性与「通讯录 > 成员 > 账号」",
        ),
        Reason::Refusal(_) => (
            "compare the attribute with 通讯录 > the member > 账号, and include the member in the app's visible range \
             (应用管理 > the app > 可见范围)",
            "请核对该属性与「通讯录 > 成员 > 账号」，并将该成员加入「应用管理 > 对应应用 > 可见范围」",
        ),
    };
    let refusal = match reason {
        Reason::Refusal(refusal) => Some(refusal),
        Reason::Status(_) | Reason::SomebodyElse => None,
    };
    let finding = Finding { en, zh_cn, remedy };
    MappingProblem { refusal, ..told(config, account, kind, Some(asked.clone()), finding) }
}

/// A problem that has nothing to do with this person.
pub(super) fn obstacle(
    config: &Config,
    account: &Account,
    asked: &UserId,
    obstacle: Obstacle,
) -> MappingProblem {
    let who = clean::shown(&account.display_name);
    let (kind, next, sentence, remedy, refusal, retry_after_seconds) = match obstacle {
        Obstacle::Refused(refusal) => (
            MappingProblemKind::Refused,
            ("ask your administrator", "请联系管理员处理"),
            refusal.sentence.clone(),
            refusal.remedy.clone(),
            Some(refusal),
            None,
        ),
        Obstacle::Unavailable(unavailable) => (
            MappingProblemKind::Unavailable,
            ("try again later", "请稍后再试"),
            unavailable.sentence,
            unavailable.remedy,
            unavailable.refusal,
            unavailable.retry_after_seconds,
        ),
    };
    let attribute = &config.user_attribute;
    let (shown, id) = (clean::shown(attribute), asked.as_str());
    MappingProblem {
        kind,
        account_id: account.id.clone(),
        attribute: attribute.clone(),
        member_id: Some(asked.clone()),
        for_applicant: Text::filled(
            format_args!("{who} could not be looked up in WeCom (attribute {shown}: {id}): {}", next.0),
            format_args!("暂时无法在企业微信中查询 {who}（属性「{shown}」：{id}），{}", next.1),
        ),
        for_administrator: Text::filled(
            format_args!(
                "looking up {who} in WeCom failed (attribute {shown}: {id}): {}: {}",
                sentence.en, remedy.en
            ),
            format_args!(
                "在企业微信中查询 {who} 失败（属性「{shown}」：{id}）：{}；{}",
                sentence.zh_cn, remedy.zh_cn
            ),
        ),
        refusal,
        retry_after_seconds,
    }
}

/// What is wrong with a person, as the rest of a sentence that begins with a name.
struct Finding {
    en: String,
    zh_cn: String,
    remedy: (&'static str, &'static str),
}

fn told(
    config: &Config,
    account: &Account,
    kind: MappingProblemKind,
    member_id: Option<UserId>,
    finding: Finding,
) -> MappingProblem {
    let who = clean::shown(&account.display_name);
    let account_id = clean::shown(&account.id);
    let Finding { en, zh_cn, remedy } = finding;
    MappingProblem {
        kind,
        account_id: account.id.clone(),
        attribute: config.user_attribute.clone(),
        member_id,
        for_applicant: Text::filled(
            format_args!("the account of {who} {en}: ask your administrator to correct it"),
            format_args!("{who} 的账号{zh_cn}，请联系管理员处理"),
        ),
        for_administrator: Text::filled(
            format_args!("the account {account_id} ({who}) {en}: {}", remedy.0),
            format_args!("账号 {account_id}（{who}）{zh_cn}。{}", remedy.1),
        ),
        refusal: None,
        retry_after_seconds: None,
    }
}

/// `status` of user/get in words (D90196).
fn state(status: i64) -> (String, String) {
    match status {
        2 => ("is disabled".into(), "已禁用".into()),
        4 => ("is not activated".into(), "尚未激活".into()),
        5 => ("has left the corp".into(), "已退出企业".into()),
        other => (
            format!("is in a state that this engine does not know: {other}"),
            format!("处于未知状态：{other}"),
        ),
    }
}
