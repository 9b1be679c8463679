//! Nobody hides a failure behind a declaration: one that the run contradicts is a failure itself.
#![expect(clippy::unwrap_used, reason = "a run that cannot begin ends here")]

use std::sync::Arc;

use conformance_kit::provider::{Feature, Mistake, Provider, Stage};
use conformance_kit::sample::Sample;
use host_harness::clock::Clock;
use wrong_engines::{Omission, engine, engine_without};

/// The sample, which says that it lacks what it has.
struct Modest;

impl Provider for Modest {
    fn id(&self) -> &'static str {
        Sample.id()
    }

    fn lacks(&self) -> Vec<(Feature, &'static str)> {
        [Feature::Tokens, Feature::Members, Feature::HeldSecrets].map(|feature| (feature, "untrue")).to_vec()
    }

    fn mistakes(&self) -> Vec<Mistake> {
        Sample.mistakes()
    }

    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Sample.open(clock)
    }
}

/// The sample, which knows no mistake that its settings could have.
struct Blind;

impl Provider for Blind {
    fn id(&self) -> &'static str {
        Sample.id()
    }

    fn lacks(&self) -> Vec<(Feature, &'static str)> {
        Sample.lacks()
    }

    fn mistakes(&self) -> Vec<Mistake> {
        Vec::new()
    }

    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Sample.open(clock)
    }
}

#[tokio::test]
async fn a_case_that_plans_no_call_fails() {
    let report = conformance_kit::run(&engine(None).unwrap(), &Blind).await.unwrap();
    assert_eq!(report.failed().collect::<Vec<_>>(), ["configure-mistakes", "configure-all-mistakes"]);
}

#[tokio::test]
async fn tokens_members_and_held_secrets_that_are_there_cannot_be_declared_away() {
    let report = conformance_kit::run(&engine(None).unwrap(), &Modest).await.unwrap();
    assert_eq!(report.not_applicable().collect::<Vec<_>>(), Vec::<&str>::new());
    assert_eq!(
        report.failed().collect::<Vec<_>>(),
        [
            "configure-held",
            "person-confirmed",
            "person-gone",
            "person-joins",
            "submit-inactive",
            "submit-inactive-approver",
            "token-shared",
            "token-tenants",
            "token-dies",
            "token-refused",
            "token-blocked",
            "check-cached",
        ]
    );
}

/// The sample's own cases are all played: what is missing is the engine's, which may leave it out, and not the provider's.
async fn left_out(omission: Omission) -> Vec<String> {
    let report = conformance_kit::run(&engine_without(omission).unwrap(), &Sample).await.unwrap();
    assert!(report.passed(), "{report}");
    report.not_applicable().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_engine_with_tokens_may_leave_diagnostics_out() {
    assert_eq!(
        left_out(Omission::Diagnostics).await,
        ["unconfigured-diagnostics", "check-well", "check-cached", "provision-confirmed", "provision-made"]
    );
}

#[tokio::test]
async fn an_engine_that_confirms_members_may_leave_explicit_steps_out() {
    assert_eq!(
        left_out(Omission::ExplicitSteps).await,
        ["submit-steps", "submit-unmapped-all", "submit-inactive-approver"]
    );
}
