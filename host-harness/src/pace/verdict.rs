//! What an engine's verdict says about the provider's patience.

use std::time::Duration;

use serde_json::Value;

use crate::contract::{
    CallbackOutcome, Description, Finding, MappingProblem, ProvisionProblem, Refusal, RefusalClass,
    SettingProblem, SubmitProblem, TrackingProblem,
};

/// How long a provider is left alone that counts too many calls and names no time. Ours: the shortest window that any
/// of them counts by.
const UNNAMED_WINDOW: Duration = Duration::from_secs(60);

/// A result of the contract.
pub(crate) trait AsksToWait {
    /// How long before the next call, if anybody asked.
    fn wait(&self) -> Option<Duration>;
}

impl<T, P: AsksToWait> AsksToWait for Result<T, P> {
    fn wait(&self) -> Option<Duration> {
        self.as_ref().err().and_then(P::wait)
    }
}

impl AsksToWait for SubmitProblem {
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(unavailability) => {
                asked(unavailability.retry_after_seconds, unavailability.refusal.as_ref())
            }
            Self::Mapping(problems) => problems.iter().filter_map(AsksToWait::wait).max(),
            Self::NotConfigured
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::TemplateDrift(_)
            | Self::UnknownOutcome(_) => None,
        }
    }
}

impl AsksToWait for MappingProblem {
    fn wait(&self) -> Option<Duration> {
        asked(self.retry_after_seconds, self.refusal.as_ref())
    }
}

impl AsksToWait for TrackingProblem {
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Unavailable(seconds) => asked(*seconds, None),
            Self::NotConfigured | Self::Invalid(_) | Self::NotFound(_) | Self::Refused(_) => None,
        }
    }
}

impl AsksToWait for ProvisionProblem {
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

/// Verdicts that ask for nothing. That of a call by name is read by whoever named the function.
macro_rules! says_nothing {
    ($($verdict:ty),*) => { $(
        impl AsksToWait for $verdict {
            fn wait(&self) -> Option<Duration> {
                None
            }
        }
    )* };
}

says_nothing!(Description, Vec<SettingProblem>, CallbackOutcome, Vec<Finding>, Value);
