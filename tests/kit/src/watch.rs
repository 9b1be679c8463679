//! What every call has to keep to, whatever case makes it.

use std::collections::BTreeMap;

use host_harness::{ApprovalEngine, Settings};
use serde::Deserialize;
use serde_json::Value;

use crate::provider::Secrets;
use crate::record::Call;
use crate::replay;

mod bounds;
mod contract;
mod description;
mod filled;
mod patterns;
mod secrets;
mod texts;

/// Misfits told of one watch.
const TOLD: usize = 5;

/// What to look for in all calls of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watch {
    /// The description has all of its parts, and they fit together.
    Description,
    /// The capabilities claimed are those that are exported.
    Capabilities,
    /// Every pattern can be read with each of ECMAScript's flags, and matches what is sound.
    Patterns,
    /// Every text is there in both languages.
    BothLanguages,
    /// `describe`, `configure`, `handle-callback` and a mapping try to reach nothing.
    Purity,
    /// No call traps.
    NoTraps,
    /// No call meets a limit of the host.
    WithinLimits,
    /// What the contract gives a size has no larger one.
    Bounds,
    /// What names a form, a person or a message is not empty.
    Filled,
    /// No secret is in anything that the engine gives away.
    Secrets,
    /// The token cache holds nothing but tokens that the provider handed out.
    CacheHoldsTokens,
    /// The same input and the same results of imports give the same answer on another host.
    SameElsewhere,
    /// The sender of a refused callback cannot tell which check failed.
    RefusalsLookAlike,
}

/// What a run has left behind.
pub(crate) struct Evidence<'a> {
    pub(crate) engine: &'a ApprovalEngine,
    /// The same engine on a host that grants less memory.
    pub(crate) elsewhere: &'a ApprovalEngine,
    /// Settings that the provider calls sound.
    pub(crate) sound: &'a Settings,
    pub(crate) calls: &'a [Call],
    pub(crate) secrets: &'a Secrets,
}

impl Watch {
    /// What is wrong, the first few of it.
    pub(crate) async fn findings(self, evidence: &Evidence<'_>) -> Vec<String> {
        let calls = evidence.calls;
        if calls.is_empty() {
            return vec![String::from("no case made a call: there is nothing to watch")];
        }
        let mut findings = match self {
            Self::Description => description::findings(evidence.engine.description()),
            Self::Capabilities => description::claims(evidence.engine),
            Self::Patterns => patterns::findings(evidence.engine.description(), evidence.sound),
            Self::BothLanguages => texts::findings(calls),
            Self::Purity => contract::reached_where_closed(calls),
            Self::NoTraps => contract::traps(calls),
            Self::WithinLimits => contract::limits_met(calls),
            Self::Bounds => bounds::findings(calls),
            Self::Filled => filled::findings(calls),
            Self::Secrets => secrets::findings(calls, evidence.secrets),
            Self::CacheHoldsTokens => secrets::foreign_in_cache(calls),
            Self::SameElsewhere => return differences(evidence).await,
            Self::RefusalsLookAlike => contract::tellable_refusals(calls),
        };
        findings.truncate(TOLD);
        findings
    }
}

/// The calls whose replay differs. Of many calls in one step, the first few are replayed; enormous ones are not.
async fn differences(evidence: &Evidence<'_>) -> Vec<String> {
    const OF_ONE_STEP: usize = 4;
    const BODY_BYTES: usize = 64 << 10;
    let mut found = Vec::new();
    let mut replayed = BTreeMap::<&str, usize>::new();
    for call in evidence.calls.iter().filter(|call| call.output.is_ok()) {
        let body = call.input.pointer("/request/body").and_then(Value::as_str).unwrap_or_default();
        if body.len() > BODY_BYTES {
            continue;
        }
        let of_this_step = replayed.entry(call.step()).or_default();
        *of_this_step += 1;
        if *of_this_step > OF_ONE_STEP {
            continue;
        }
        if let Some(difference) = replay::difference(evidence.elsewhere, call).await {
            found.push(format!("{}: {difference}", call.place));
        }
        if found.len() == TOLD {
            break;
        }
    }
    found
}
