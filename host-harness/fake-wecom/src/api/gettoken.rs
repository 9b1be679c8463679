//! `gettoken` (D91039).

use serde_json::json;

use super::{Call, Success};
use crate::journal::Effect;
use crate::refusal::Refusal;
use crate::state::State;

/// The secret is looked at before the corp id: without parameters the answer is 41004. Trusted addresses play
/// no part here; 60020 shows on the business call.
pub(super) fn run(state: &mut State, call: &Call<'_>) -> Result<Success, Refusal> {
    let (corp_id, secret) = (call.parameter("corpid"), call.parameter("corpsecret"));
    if secret.is_empty() {
        return Err(Refusal::new(41004, "corpsecret missing"));
    }
    if corp_id.is_empty() {
        return Err(Refusal::new(41002, "corpid missing"));
    }
    let app = state.setup.apps.iter().find(|app| app.enabled && app.secret.reveal() == secret);
    let Some(agent_id) = app.map(|app| app.agent_id) else {
        state.limits.wrong_secret(call.peer, state.setup.wrong_secrets_before_ban, call.now);
        return Err(Refusal::new(40001, "invalid credential"));
    };
    if corp_id != state.setup.corp_id {
        return Err(Refusal::new(40013, "invalid corpid"));
    }
    let issued =
        state.tokens.issue(agent_id, call.now, state.setup.token_lifetime_seconds, &mut state.random);
    let fields = json!({ "access_token": issued.text, "expires_in": issued.expires_in });
    Ok(Success::of(fields).with(Effect::TokenIssued { fresh: issued.fresh }))
}
