//! `oa/gettemplatedetail` (D91982).

use serde_json::Value;

use super::{Success, body};
use crate::refusal::Refusal;
use crate::state::State;

pub(super) fn run(state: &State, request: &Value) -> Result<Success, Refusal> {
    let template_id = body::text(request, "template_id")?;
    let template = state.setup.template(template_id);
    let template = template.ok_or_else(|| Refusal::approval_parameter("invalid template_id"))?;
    Ok(Success::of(template.to_wire()))
}
