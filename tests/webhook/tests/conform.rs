//! The conformance kit with the compiled webhook engine.

use conformance_kit::report::Verdict;
use webhook_component::WEBHOOK_ENGINE;
use webhook_provider::Webhook;

/// What its protocol has nothing to show with is kept with the reason, so that no case is lost unseen.
#[tokio::test]
async fn the_webhook_engine_keeps_every_promise_that_its_protocol_can_show() {
    let report = conformance_kit::run(WEBHOOK_ENGINE, &Webhook).await.unwrap();
    assert!(report.passed(), "{report}");
    let (passed, _, not_applicable) = report.counts();
    let mut told = format!("{passed} cases apply and {not_applicable} do not\n");
    for outcome in &report.outcomes {
        if let Verdict::NotApplicable(reason) = &outcome.verdict {
            told.push_str(&format!("{}: {reason}\n", outcome.case.name));
        }
    }
    insta::assert_snapshot!(told);
}
