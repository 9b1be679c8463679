//! `user/get` (D90196), without the sensitive fields that apps lost on 2022-06-20.

use serde_json::json;

use super::{Call, Success};
use crate::refusal::Refusal;
use crate::setup::{App, MemberStatus};
use crate::state::State;

/// Bytes of a user id at most.
const USER_ID_BYTES: usize = 64;

pub(super) fn run(state: &State, app: &App, call: &Call<'_>) -> Result<Success, Refusal> {
    if !app.contacts {
        return Err(Refusal::new(48002, "api forbidden for this app"));
    }
    let user_id = call.parameter("userid");
    if user_id.is_empty() || user_id.len() > USER_ID_BYTES {
        return Err(Refusal::parameter("userid"));
    }
    if !is_user_id(user_id) {
        return Err(Refusal::new(40003, "invalid userid"));
    }
    let member = state.setup.member(user_id).filter(|member| member.status != MemberStatus::Left);
    let member = member.filter(|member| app.visible.contains(&member.user_id));
    let member = member.ok_or_else(|| Refusal::new(60111, "userid not found"))?;
    let zeros = vec![0; member.departments.len()];
    Ok(Success::of(json!({
        "userid": member.user_id,
        "name": member.name,
        "department": member.departments,
        "order": zeros,
        "position": "",
        "is_leader_in_dept": zeros,
        "direct_leader": member.leader.iter().collect::<Vec<_>>(),
        "main_department": member.main_department(),
        "status": member.status.number(),
        "gender": "0",
    })))
}

/// Letters, digits, `_ - @ .`, the first a letter or digit.
fn is_user_id(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte);
    text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric()) && text.bytes().all(inside)
}
