//! Answers that leave it open whether the approval exists.

use fake_webhook::Fault;
use host_harness::contract::{SubmissionQuery, SubmitProblem, Window};

use crate::world::{T0, World, request};

fn query(key: &str) -> SubmissionQuery {
    SubmissionQuery {
        idempotency_key: key.into(),
        window: Window { starts_at: T0 - 300, ends_at: T0 + 300 },
        applicant: Some("zhang.san".into()),
    }
}

#[tokio::test]
async fn what_took_effect_without_an_answer_is_sent_once_and_found_by_its_key() {
    for fault in [
        Fault::CutAfter,
        Fault::Garbled("<html>Sign in</html>"),
        Fault::Garbled("{}"),
        Fault::Garbled(r#"{"id":""}"#),
    ] {
        let world = World::new().await;
        world.company.plan("approval.submit", fault.clone());
        let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
        let SubmitProblem::UnknownOutcome(doubt) = problem else { panic!("{fault:?}: {problem:?}") };
        assert_eq!((doubt.idempotency_key.as_str(), doubt.applicant.id.as_str()), ("REQ-1", "zhang.san"));
        assert_eq!(world.arrived("approval.submit"), 1);

        let found = world.tenant().find_submission(&query("REQ-1")).await.unwrap().unwrap();
        assert_eq!(found, Some(world.company.approvals()[0].id.clone()), "{fault:?}");
    }
}

#[tokio::test]
async fn what_took_no_effect_without_an_answer_is_not_found() {
    for fault in [Fault::CutBefore, Fault::Status(500, ""), Fault::Status(502, "<html>"), Fault::Busy(503, 7)]
    {
        let world = World::new().await;
        world.company.plan("approval.submit", fault.clone());
        let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
        assert!(matches!(problem, SubmitProblem::UnknownOutcome(_)), "{fault:?}: {problem:?}");
        assert_eq!(world.arrived("approval.submit"), 1);
        assert_eq!(world.tenant().find_submission(&query("REQ-1")).await.unwrap().unwrap(), None);
    }
}

#[tokio::test]
async fn a_submission_that_the_host_repeats_is_the_same_message_and_the_same_approval() {
    let world = World::new().await;
    world.company.plan("approval.submit", Fault::CutAfter);
    world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
    world.clock.advance(600);
    let id = world.submit().await;
    let submissions: Vec<_> =
        world.company.journal().into_iter().filter(|entry| entry.kind == "approval.submit").collect();
    assert_eq!(submissions[0].id, submissions[1].id);
    assert_eq!(world.company.approvals().into_iter().map(|approval| approval.id).collect::<Vec<_>>(), [id]);

    world.tenant().submit(&request("REQ-2")).await.unwrap().unwrap();
    assert_ne!(world.company.journal().last().unwrap().id, submissions[0].id);
}

#[tokio::test]
async fn before_the_message_that_submits_nothing_is_in_doubt() {
    for fault in [Fault::Unreachable, Fault::CutAfter, Fault::Status(500, ""), Fault::Garbled("<html>")] {
        let world = World::new().await;
        world.company.plan("time", fault.clone());
        let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
        assert!(matches!(problem, SubmitProblem::Unavailable(_)), "{fault:?}: {problem:?}");
        assert_eq!(world.arrived("approval.submit"), 0);
    }
}
