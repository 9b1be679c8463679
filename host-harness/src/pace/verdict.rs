//! What an engine's verdict says about the provider's patience.

use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::contract::{
    CallbackOutcome, Description, Finding, MappingProblem, ProvisionProblem, Refusal, RefusalClass,
    SettingProblem, SubmitProblem, TrackingProblem,
};

/// How long a provider is left alone that counts too many calls and names no time. Ours: the shortest window that any
/// of them counts by.
const UNNAMED_WINDOW: Duration = Duration::from_secs(60);

/// A result of the contract.
pub(crate) trait SpeaksOfProvider {
    /// How long before the next call, if anybody asked.
    fn wait(&self) -> Option<Duration>;
}

impl<T, P: SpeaksOfProvider> SpeaksOfProvider for Result<T, P> {
    fn wait(&self) -> Option<Duration> {
        self.as_ref().err().and_then(P::wait)
    }
}

impl SpeaksOfProvider for SubmitProblem {
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(unavailability) => {
                asked(unavailability.retry_after_seconds, unavailability.refusal.as_ref())
            }
            Self::Mapping(problems) => problems.iter().filter_map(SpeaksOfProvider::wait).max(),
            Self::NotConfigured
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::TemplateDrift(_)
            | Self::UnknownOutcome(_) => None,
        }
    }
}

impl SpeaksOfProvider for MappingProblem {
    fn wait(&self) -> Option<Duration> {
        asked(self.retry_after_seconds, self.refusal.as_ref())
    }
}

impl SpeaksOfProvider for TrackingProblem {
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(seconds) => asked(*seconds, None),
            Self::NotConfigured | Self::Invalid(_) | Self::NotFound(_) | Self::Refused(_) => None,
        }
    }
}

impl SpeaksOfProvider for ProvisionProblem {
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(seconds) => asked(*seconds, None),
            Self::NotConfigured | Self::Refused(_) | Self::UnknownOutcome(_) => None,
        }
    }
}

fn asked(seconds: Option<u32>, refusal: Option<&Refusal>) -> Option<Duration> {
    let counted = refusal.is_some_and(|refusal| refusal.class == RefusalClass::RateLimit);
    seconds.map(|seconds| Duration::from_secs(seconds.into())).or(counted.then_some(UNNAMED_WINDOW))
}

/// A verdict as JSON, of a call by name: whichever of those above it is.
impl SpeaksOfProvider for Value {
    fn wait(&self) -> Option<Duration> {
        let problem = self.get("err")?;
        let asks = |told: &Value| {
            let seconds = told.as_u64().or_else(|| told.get("retry-after-seconds")?.as_u64());
            let counted = told.pointer("/refusal/class").is_some_and(|class| class == "rate-limit");
            seconds.map(Duration::from_secs).or(counted.then_some(UNNAMED_WINDOW))
        };
        match (problem.get("unavailable"), problem.get("mapping").and_then(Value::as_array)) {
            (Some(unavailable), _) => asks(unavailable),
            (None, Some(problems)) => problems.iter().filter_map(asks).max(),
            // That of an account, or a problem that asks for nothing and has neither of these fields.
            (None, None) => asks(problem),
        }
    }
}

/// Verdicts that ask for nothing.
macro_rules! says_nothing {
    ($($verdict:ty),*) => { $(
        impl SpeaksOfProvider for $verdict {
            fn wait(&self) -> Option<Duration> {
                None
            }
        }
    )* };
}

says_nothing!(
    Description,
    Vec<SettingProblem>,
    CallbackOutcome,
    Vec<Finding>,
    Option<Zeroizing<Vec<u8>>>,
    bool
);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_verdict_as_json_asks_for_what_its_type_asks_for() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let counted = json!({ "class": "rate-limit" });
        let refused = json!({ "class": "transient" });
        for (problem, wait) in [
            // Of submit.
            (json!({ "unavailable": { "retry-after-seconds": 7, "refusal": counted } }), seconds(7)),
            (json!({ "unavailable": { "retry-after-seconds": null, "refusal": counted } }), seconds(60)),
            (json!({ "unavailable": { "retry-after-seconds": null, "refusal": refused } }), None),
            (json!({ "mapping": [{ "retry-after-seconds": 3 }, { "retry-after-seconds": 9 }] }), seconds(9)),
            (json!({ "refused": counted }), None),
            (json!({ "refused": { "class": "rate-limit", "retry-after-seconds": 7 } }), None),
            (json!("not-configured"), None),
            // Of resolve-user.
            (json!({ "kind": "unavailable", "retry-after-seconds": 5, "refusal": null }), seconds(5)),
            (json!({ "kind": "refused", "retry-after-seconds": null, "refusal": counted }), seconds(60)),
            (json!({ "kind": "not-found", "retry-after-seconds": null, "refusal": refused }), None),
            // Of tracking and provision.
            (json!({ "unavailable": 30 }), seconds(30)),
            (json!({ "unavailable": null }), None),
            (json!({ "not-found": { "en": "none", "zh-cn": "无" } }), None),
            // Of configure.
            (json!([{ "key": "secret", "code": "missing" }]), None),
        ] {
            assert_eq!(json!({ "err": problem }).wait(), wait, "{problem}");
        }
        assert_eq!(json!({ "ok": { "retry-after-seconds": 7, "unavailable": 7 } }).wait(), None);
        assert_eq!(json!([{ "verdict": "ok" }]).wait(), None);
    }
}
