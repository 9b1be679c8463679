//! Contact: members or departments.

use serde_json::Value;

use super::Filled;
use crate::api::clean;
use crate::form::content::Department;
use crate::form::problem;
use crate::json::object;
use crate::model::{Account, UserId};
use crate::template::Arity;
use crate::text::Text;
use crate::user::People;

pub(super) fn members(name: &str, arity: Arity, accounts: &[Account], people: &People<'_>) -> Filled {
    let mut ids: Vec<UserId> = Vec::new();
    let mut members = Vec::new();
    for account in accounts {
        let Ok(member) = people.member(account) else {
            return Err(problem::unmapped_account(name, &account.id));
        };
        if !ids.iter().any(|id| id.same(&member.id)) {
            let shown = clean::one_line(&account.display_name);
            members.push(object([("userid", member.id.as_str().into()), ("name", shown.into())]));
            ids.push(member.id);
        }
    }
    list(name, arity, "members", members)
}

pub(super) fn departments(name: &str, arity: Arity, departments: &[Department]) -> Filled {
    let mut named: Vec<(&str, String)> = Vec::new();
    for Department { id, name: title } in departments {
        if id.is_empty() || id.len() > 20 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            let id = clean::shown(id);
            let sentence = Text::filled(
                format_args!("no department id of WeCom's: {id}"),
                format_args!("不是企业微信的部门 ID：{id}"),
            );
            return Err(problem::wrong_format(name, sentence));
        }
        let department = (id.as_str(), clean::one_line(title));
        if !named.contains(&department) {
            named.push(department);
        }
    }
    let departments =
        named.into_iter().map(|(id, name)| object([("openapi_id", id.into()), ("name", name.into())]));
    list(name, arity, "departments", departments.collect())
}

fn list(name: &str, arity: Arity, key: &str, list: Vec<Value>) -> Filled {
    if arity == Arity::Single && list.len() > 1 {
        return Err(problem::too_many(name, 1, list.len()));
    }
    Ok(super::list(key, list))
}
