//! The directory attribute that holds the member id.

use super::{MappingProblem, MappingProblemKind, words};
use crate::config::Config;
use crate::model::{Account, UserId};

/// The longest member id, in bytes (D90195).
const ID_BYTES: usize = 64;

/// Reads the one member id of `account`.
///
/// The attribute is found by its exact name, else by its name ignoring ASCII case. Blanks around values do not count,
/// nor do empty values and values that differ in case only: WeCom keeps ids unique ignoring case.
pub(super) fn read(config: &Config, account: &Account) -> Result<UserId, MappingProblem> {
    let mut values = values(&config.user_attribute, account);
    let Some(first) = values.next() else {
        return Err(words::mapping(config, account, MappingProblemKind::AttributeEmpty, None));
    };
    if values.any(|value| !value.eq_ignore_ascii_case(first)) {
        return Err(words::mapping(config, account, MappingProblemKind::SeveralValues, Some(first)));
    }
    if !is_member_id(first) {
        return Err(words::mapping(config, account, MappingProblemKind::Malformed, Some(first)));
    }
    Ok(UserId(first.to_owned()))
}

fn values<'a>(name: &'a str, account: &'a Account) -> impl Iterator<Item = &'a str> {
    let exact = account.attributes.iter().any(|(own, _)| own == name);
    account
        .attributes
        .iter()
        .filter(move |(own, _)| if exact { own == name } else { own.eq_ignore_ascii_case(name) })
        .flat_map(|(_, values)| values)
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
}

/// 1 to 64 bytes of letters, digits, `_`, `-`, `@` and `.`, a letter or digit first.
fn is_member_id(value: &str) -> bool {
    value.len() <= ID_BYTES
        && value.starts_with(|first: char| first.is_ascii_alphanumeric())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte))
}
