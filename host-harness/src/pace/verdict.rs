//! What an engine's verdict says about the provider: its patience, and whether it takes the credential.

use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::contract::{
    CallbackOutcome, CheckVerdict, Description, Finding, MappingProblem, ProvisionProblem, Refusal,
    RefusalClass, SettingProblem, SubmitProblem, TrackingProblem,
};

/// How long a provider is left alone that counts too many calls and names no time. Ours: the shortest window that any
/// of them counts by.
const UNNAMED_WINDOW: Duration = Duration::from_secs(60);

/// A result of the contract.
pub(crate) trait SpeaksOfProvider {
    /// How long before the next call, if anybody asked.
    fn wait(&self) -> Option<Duration>;

    /// Whether the provider has shown that it takes the credential: in a test of the connection that found no fault.
    fn proves_the_credential(&self) -> bool {
        false
    }
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

impl SpeaksOfProvider for Vec<Finding> {
    fn wait(&self) -> Option<Duration> {
        None
    }

    fn proves_the_credential(&self) -> bool {
        let told = |verdict| self.iter().any(|finding| finding.verdict == verdict);
        told(CheckVerdict::Ok) && !told(CheckVerdict::Fail)
    }
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

    fn proves_the_credential(&self) -> bool {
        let findings = || self.as_array().into_iter().flatten();
        let told =
            |verdict| findings().filter_map(|finding| finding.get("verdict")).any(|told| told == verdict);
        told("ok") && !told("fail")
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

says_nothing!(Description, Vec<SettingProblem>, CallbackOutcome, Option<Zeroizing<Vec<u8>>>, bool);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Text;

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

    #[test]
    fn a_test_without_a_fault_proves_the_credential_by_type_and_as_json() {
        use CheckVerdict::{Fail, Ok, Skipped, Warn};
        for (verdicts, proves) in [
            (&[Ok, Ok][..], true),
            (&[Warn, Ok, Skipped], true),
            (&[Ok, Fail, Skipped], false),
            (&[Skipped, Warn], false),
            (&[], false),
        ] {
            let text = || Text { en: String::new(), zh_cn: String::new() };
            let finding = |verdict: &CheckVerdict| Finding {
                id: String::from("credentials"),
                title: text(),
                verdict: *verdict,
                settings: Vec::new(),
                evidence: text(),
                remedy: None,
            };
            let typed: Vec<Finding> = verdicts.iter().map(finding).collect();
            let word = |verdict: &CheckVerdict| match verdict {
                Ok => "ok",
                Warn => "warn",
                Fail => "fail",
                Skipped => "skipped",
            };
            let json: Value = verdicts.iter().map(|verdict| json!({ "verdict": word(verdict) })).collect();
            assert_eq!(
                (typed.proves_the_credential(), json.proves_the_credential()),
                (proves, proves),
                "{json}"
            );
        }
        // What `configure` and `submit` may come to.
        for other in [json!({ "ok": { "verdict": "ok" } }), json!({ "err": [{ "code": "ok" }] }), json!("ok")]
        {
            assert!(!other.proves_the_credential(), "{other}");
        }
    }
}
