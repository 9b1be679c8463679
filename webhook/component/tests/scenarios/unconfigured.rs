//! What the engine answers when its host has forgotten `configure`. The calls for people and forms are the kit's to try;
//! this is the rest.

use fake_webhook::Verdict;
use host_harness::contract::{
    CheckOptions, CheckVerdict, ProvisionProblem, SubmissionQuery, TrackingProblem, Window,
};

use crate::world::{T0, World, callback};

const WINDOW: Window = Window { starts_at: T0, ends_at: T0 + 1 };

#[tokio::test]
async fn nothing_is_tracked_and_nothing_provisioned() {
    let world = World::new().await;
    let tenant = world.tenant().without_configure();
    let query = SubmissionQuery { idempotency_key: "REQ-1".into(), window: WINDOW, applicant: None };
    assert_eq!(tenant.fetch("A-1").await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert_eq!(tenant.find_submission(&query).await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert_eq!(tenant.list_submitted(WINDOW, None).await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert!(matches!(tenant.provision().await.unwrap(), Err(ProvisionProblem::NotConfigured)));
    assert_eq!(world.company.journal().len(), 0);
}

#[tokio::test]
async fn a_callback_is_refused_so_that_it_is_sent_again() {
    let world = World::new().await;
    let id = world.submit().await;
    world.company.act(&id, "li.si", Verdict::Agreed, "").unwrap();
    let news = callback(world.company.deliver(&world.change()), T0);
    let outcome = world.tenant().without_configure().handle_callback(&news).await.unwrap();
    assert_eq!(outcome.response.status, 503);
}

#[tokio::test]
async fn a_check_skips_everything() {
    let tenant = World::new().await.tenant().without_configure();
    let findings = tenant.check(&CheckOptions { now: T0, probe: None }).await.unwrap();
    let verdicts: Vec<CheckVerdict> = findings.into_iter().map(|finding| finding.verdict).collect();
    assert_eq!(verdicts, [CheckVerdict::Skipped; 5]);
}
