//! From accounts to members.

use serde_json::Value;

use crate::bindings::exports::idaas::approval::types::{
    Account, MappingProblem, MappingProblemKind as Kind, Member, Refusal,
};
use crate::bindings::idaas::approval::{http, token_cache};
use crate::mistake::Mistake;
use crate::provider::{self, Failure};
use crate::settings::Config;
use crate::{text, wrong};

/// Reads the configured attribute.
pub(crate) fn map(config: &Config, account: &Account) -> Result<Member, MappingProblem> {
    if wrong(Mistake::AsksToMap) {
        return confirm_id(config, account, "ann");
    }
    read(config, account).map(|id| Member { id, confirmed: false })
}

/// Asks the provider as well.
pub(crate) fn confirm(config: &Config, account: &Account) -> Result<Member, MappingProblem> {
    let id = read(config, account)?;
    if wrong(Mistake::NeverConfirms) {
        return Ok(Member { id, confirmed: false });
    }
    confirm_id(config, account, &id)
}

fn read(config: &Config, account: &Account) -> Result<String, MappingProblem> {
    let values_of = |which: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let attributes = account.attributes.iter().filter(|attribute| which(&attribute.name));
        attributes
            .flat_map(|attribute| &attribute.values)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .collect()
    };
    let mut values = values_of(&|name| name == config.attribute);
    if values.is_empty() && wrong(Mistake::GuessesPeople) {
        values = values_of(&|_| true);
        values.dedup();
    }
    match values.as_slice() {
        [] => Err(problem(&config.attribute, account, Kind::AttributeEmpty, None)),
        [id] if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok((*id).to_owned()),
        [_] => Err(problem(&config.attribute, account, Kind::Malformed, None)),
        [_, ..] => Err(problem(&config.attribute, account, Kind::SeveralValues, None)),
    }
}

fn confirm_id(config: &Config, account: &Account, id: &str) -> Result<Member, MappingProblem> {
    let problem = |kind, refusal: Option<Refusal>| {
        Err(MappingProblem {
            member_id: Some(id.chars().take(20).collect()),
            ..problem(&config.attribute, account, kind, refusal)
        })
    };
    let absent = format!("absent-{id}");
    if wrong(Mistake::RemembersAbsence)
        && matches!(token_cache::acquire(&absent, None), token_cache::Acquired::Token(_))
    {
        return problem(Kind::NotFound, None);
    }
    match provider::ask(http::Method::Get, &format!("/members/{id}"), None) {
        Ok(member) => {
            let active = member.get("active").and_then(Value::as_bool) == Some(true);
            if active || wrong(Mistake::TakesTheInactive) {
                Ok(Member { id: id.to_owned(), confirmed: true })
            } else {
                problem(Kind::Inactive, None)
            }
        }
        Err(Failure::Refused(refusal)) if refusal.code == "E-NO-MEMBER" => {
            if wrong(Mistake::RemembersAbsence) {
                token_cache::publish(&absent, "absent", 172_800);
            }
            problem(Kind::NotFound, Some(refusal))
        }
        Err(Failure::Refused(refusal)) => problem(Kind::Refused, Some(refusal)),
        Err(Failure::Unavailable | Failure::Unknown) => problem(Kind::Unavailable, None),
    }
}

pub(crate) fn problem(
    attribute: &str,
    account: &Account,
    kind: Kind,
    refusal: Option<Refusal>,
) -> MappingProblem {
    MappingProblem {
        kind,
        account_id: account.id.clone(),
        attribute: attribute.to_owned(),
        member_id: None,
        for_applicant: text("ask your administrator to link your account", "请联系管理员关联您的账号"),
        for_administrator: text("enter the member's id in the directory", "请在目录中填写成员编号"),
        refusal,
        retry_after_seconds: None,
    }
}
