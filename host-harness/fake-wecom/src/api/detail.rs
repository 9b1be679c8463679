//! `oa/getapprovaldetail` (D91983).

use serde_json::{Value, json};

use super::{Success, body};
use crate::form::detail;
use crate::refusal::Refusal;
use crate::setup::{App, Member, MemberStatus};
use crate::state::State;

/// A deleted form is still told, in its state 7; one of an applicant who left or is out of range is not.
/// The fault plan may want it told as it was a while ago.
pub(super) fn run(state: &State, app: &App, now: u64, request: &Value) -> Result<Success, Refusal> {
    let sp_no = body::text(request, "sp_no")?;
    let form = state.form_at(sp_no, now.saturating_sub(state.faults.conditions.detail_lag_seconds));
    let form = form.ok_or_else(|| Refusal::approval_parameter("invalid sp_no"))?;
    let left = |member: &Member| member.status == MemberStatus::Left;
    if state.setup.member(&form.applicant).is_none_or(left) || !app.visible.contains(&form.applicant) {
        return Err(Refusal::no_approval_auth("creator not in app visible range"));
    }
    Ok(Success::of(json!({ "info": detail(form, &state.setup) })))
}
