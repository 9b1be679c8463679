//! `oa/approval/create_template` (D97437).

use serde_json::{Value, json};

use super::Success;
use crate::journal::Effect;
use crate::refusal::Refusal;
use crate::state::State;
use crate::template::{Template, read_draft};

/// Length of a template id, as in the samples.
const TEMPLATE_ID_CHARACTERS: usize = 37;

pub(super) fn run(state: &mut State, request: &Value) -> Result<Success, Refusal> {
    let (name, controls) = read_draft(request).map_err(|why| Refusal::new(301_086, why))?;
    if state.setup.templates.iter().any(|template| template.name == name) {
        return Err(Refusal::new(301_086, "template_name is not unique"));
    }
    let id = format!("3Tm{}", state.random.letters_and_digits(TEMPLATE_ID_CHARACTERS));
    let flow = Some(state.setup.default_flow.clone()).filter(|flow| !flow.nodes.is_empty());
    state.setup.templates.push(Template { id: id.clone(), name, controls, flow, record_type: None });
    Ok(Success::of(json!({ "template_id": id })).with(Effect::TemplateCreated { template_id: id }))
}
