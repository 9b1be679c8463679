//! The kit bites: each engine that is wrong on purpose fails the cases meant for it, each case fails some engine, and
//! the same engine without a mistake passes them all.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use conformance_kit::sample::Sample;
use conformance_kit::{Report, cases};
use tokio::sync::Semaphore;
use wrong_engines::{Mistake, engine};

/// The cases that must catch each mistake. Others may catch it as well.
const CAUGHT_BY: &[(Mistake, &[&str])] = &[
    (Mistake::ClaimsStepsItRefuses, &["submit-steps"]),
    (Mistake::HidesTracking, &["describe-capabilities"]),
    (Mistake::GuideWithoutItsSettings, &["describe-complete"]),
    (Mistake::HalfTranslated, &["always-both-languages"]),
    (Mistake::ForgetsItsOrigins, &["configure-sound"]),
    (Mistake::ReportsTheFirstProblem, &["configure-missing", "configure-all-mistakes"]),
    (Mistake::IgnoresUnknownKeys, &["configure-unknown-key"]),
    (Mistake::TakesTheLastOfTwo, &["configure-twice"]),
    (Mistake::TakesHeldSecrets, &["configure-held"]),
    (Mistake::ChecksNoFormat, &["configure-mistakes"]),
    (Mistake::AnswersUnconfigured, &["unconfigured"]),
    (Mistake::RefusesEverything, &["callback-genuine"]),
    (
        Mistake::AcceptsAnySignature,
        &["callback-unsigned", "callback-forged", "callback-altered", "callback-address-forged"],
    ),
    (Mistake::ForgetsTheReceiver, &["callback-other-receiver"]),
    (Mistake::ReadsTheEnvelope, &["callback-envelope"]),
    (Mistake::IgnoresTheTime, &["callback-stale"]),
    (Mistake::TrapsOnNonsense, &["callback-hostile", "always-alive"]),
    (Mistake::LoopsForEver, &["callback-bomb", "always-within-limits"]),
    (Mistake::EatsMemory, &["callback-huge"]),
    (Mistake::TakesAnyMethod, &["callback-method"]),
    (Mistake::QuotesTheEcho, &["callback-address"]),
    (Mistake::RefusesUnknownKinds, &["callback-unknown-kind"]),
    (Mistake::GuessesTheStatus, &["callback-unknown-status"]),
    (Mistake::KeepsTheLastApprover, &["callback-lists"]),
    (Mistake::FineKey, &["callback-same-news"]),
    (Mistake::CoarseKey, &["callback-other-news"]),
    (Mistake::TakesForeignForms, &["callback-foreign"]),
    (Mistake::TellsWhyItRefuses, &["callback-refusals-alike"]),
    (Mistake::CallsOutInCallbacks, &["always-pure"]),
    (Mistake::DecidesByOperation, &["life-partial"]),
    (Mistake::DropsComments, &["life-rejected"]),
    (Mistake::KnowsYesAndNoAlone, &["life-withdrawn", "life-revoked", "life-deleted"]),
    (Mistake::AsksToMap, &["person-mapped"]),
    (Mistake::GuessesPeople, &["person-attribute"]),
    (Mistake::NeverConfirms, &["person-confirmed"]),
    (Mistake::TakesTheInactive, &["person-gone"]),
    (Mistake::RemembersAbsence, &["person-joins", "always-forgetful"]),
    (Mistake::SubmitsWithoutKey, &["submit-sound"]),
    (Mistake::TakesAnyKey, &["submit-key"]),
    (Mistake::DropsUnknownFields, &["submit-fields"]),
    (Mistake::SubmitsForAnybody, &["submit-unmapped"]),
    (Mistake::ReportsOnePerson, &["submit-unmapped-all"]),
    (Mistake::ResendsOnDoubt, &["submit-lost", "submit-busy", "submit-garbled"]),
    (Mistake::DoubtsWithoutConnection, &["submit-unreachable"]),
    (Mistake::DropsTheCode, &["submit-refused"]),
    (Mistake::FetchesEveryTime, &["token-shared", "token-tenants"]),
    (Mistake::NeverRenews, &["token-dies"]),
    (Mistake::RenewsForEver, &["token-refused"]),
    (Mistake::NeverBlocks, &["token-blocked"]),
    (Mistake::FetchesTheFirstState, &["track-fetch"]),
    (Mistake::InventsApprovals, &["track-unknown"]),
    (Mistake::FindsSomething, &["track-lost"]),
    (Mistake::ListsNothing, &["track-list"]),
    (Mistake::FailsEveryCheck, &["check-well"]),
    (Mistake::TrustsTheCache, &["check-cached"]),
    (Mistake::LogsTheSecret, &["always-secret"]),
    (Mistake::NoDigest, &["always-bounded"]),
    (Mistake::CountsCalls, &["always-forgetful"]),
    (Mistake::AsksTheMachine, &["always-same"]),
];

async fn report(mistake: Option<Mistake>) -> Report {
    // Sixty engines compiled at once would meet the limits that are there for one.
    static AT_ONCE: Semaphore = Semaphore::const_new(2);
    let _turn = AT_ONCE.acquire().await.unwrap();
    conformance_kit::run(&engine(mistake).unwrap(), &Sample).await.unwrap()
}

#[tokio::test]
async fn the_engine_without_a_mistake_passes_every_case() {
    let report = report(None).await;
    assert!(report.passed(), "{report}");
    assert_eq!(report.not_applicable().collect::<Vec<_>>(), Vec::<&str>::new());
}

/// Which case catches which engine is kept, so that a case that loses its bite shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_engine_is_caught_and_every_case_catches_one() {
    let runs: Vec<_> =
        Mistake::ALL.iter().map(|mistake| (mistake, tokio::spawn(report(Some(*mistake))))).collect();
    let mut uncaught = Vec::new();
    let mut table = String::new();
    let mut biting: BTreeSet<String> = BTreeSet::new();
    for (mistake, run) in runs {
        let report = run.await.unwrap();
        let failed: Vec<&str> = report.failed().collect();
        let meant =
            CAUGHT_BY.iter().find(|(one, _)| one == mistake).map(|(_, cases)| *cases).unwrap_or_default();
        let missed: Vec<_> = meant.iter().filter(|case| !failed.contains(case)).collect();
        if meant.is_empty() || !missed.is_empty() {
            uncaught.push(format!("{mistake:?} is not caught by {missed:?}, but by {failed:?}"));
        }
        writeln!(table, "{mistake:?}: {}", failed.join(" ")).unwrap();
        biting.extend(failed.into_iter().map(str::to_owned));
    }
    assert_eq!(uncaught, Vec::<String>::new());
    let toothless: Vec<String> = cases::all()
        .unwrap()
        .into_iter()
        .map(|case| case.name)
        .filter(|name| !biting.contains(name))
        .collect();
    assert_eq!(toothless, Vec::<String>::new());
    insta::assert_snapshot!(table);
}
