//! The state of approvals, through the compiled engine.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::{T0, World, props};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, FaultPlan, LEAVE_TEMPLATE_ID, When};
use host_harness::contract::{
    Approval, Status, SubmissionQuery, SubmitProblem, TrackingProblem, Verdict, Window,
};

const APPLY: &str = "oa/applyevent";
const LIST: &str = "oa/getapprovalinfo";
const DAY: u64 = 86_400;

fn window(starts_at: u64, ends_at: u64) -> Window {
    Window { starts_at, ends_at }
}

fn query(key: &str, applicant: Option<&str>) -> SubmissionQuery {
    SubmissionQuery {
        idempotency_key: key.to_owned(),
        window: window(T0 - 60, T0 + DAY),
        applicant: applicant.map(str::to_owned),
    }
}

/// Submits and gives WeCom's number.
async fn submitted(world: &World, key: &str) -> String {
    world.tenant().submit(&props::request(key)).await.unwrap().unwrap().approval_id
}

async fn fetched(world: &World, id: &str) -> Approval {
    world.tenant().fetch(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_approval_is_fetched_before_and_after_its_decision() {
    let world = World::new().await;
    let id = submitted(&world, "REQ-1").await;
    let before = fetched(&world, &id).await;
    assert_eq!((before.status, before.raw_status.as_str()), (Status::Pending, "1"));
    assert_eq!((before.applicant.as_str(), before.submitted_at), (member::ZHANG_SAN, Some(T0)));
    let approver = before.steps.first().unwrap().members.first().unwrap().member_id.clone();
    world.clock.advance(60);
    world.fake.reject(&id, &approver, "not this quarter").unwrap();
    let after = fetched(&world, &id).await;
    assert_eq!(after.status, Status::Rejected);
    let decided =
        after.steps.iter().flat_map(|step| &step.members).find(|part| part.member_id == approver).unwrap();
    assert_eq!((decided.verdict, decided.comment.as_str()), (Verdict::Rejected, "not this quarter"));
    assert_eq!(decided.acted_at, Some(T0 + 60));
}

#[tokio::test]
async fn a_submission_whose_answer_was_lost_is_found_by_its_key() {
    let world = World::new().await;
    let tenant = world.tenant();
    submitted(&world, "REQ-before").await;
    world.fake.set_faults(FaultPlan::none().on_call(APPLY, When::Always, CallFault::CutAfterEffect));
    let lost = tenant.submit(&props::request("REQ-lost")).await.unwrap();
    assert!(matches!(lost, Err(SubmitProblem::UnknownOutcome(_))), "{lost:?}");
    world.fake.set_faults(FaultPlan::none());
    let id = world.fake.forms().last().unwrap().sp_no.clone();
    for applicant in [None, Some(member::ZHANG_SAN)] {
        let found = tenant.find_submission(&query("REQ-lost", applicant)).await.unwrap();
        assert_eq!(found, Ok(Some(id.clone())));
        let nothing = tenant.find_submission(&query("REQ-never", applicant)).await.unwrap();
        assert_eq!(nothing, Ok(None));
    }
}

#[tokio::test]
async fn every_approval_of_a_long_window_is_listed() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for at in 0..105 {
        expected.push(submitted(&world, &format!("REQ-{at}")).await);
        // Within the host's budget.
        world.clock.advance(1);
    }
    world.clock.advance(40 * DAY);
    expected.push(submitted(&world, "REQ-later").await);
    let whole = window(T0, T0 + 41 * DAY);
    let (mut listed, mut cursor, mut calls) = (Vec::new(), None, 0);
    loop {
        let page = world.tenant().list_submitted(whole, cursor.as_deref()).await.unwrap().unwrap();
        listed.extend(page.approval_ids);
        calls += 1;
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, expected);
    assert_eq!((calls, world.fake.calls_to(LIST).len()), (3, 3));
}

#[tokio::test]
async fn what_is_unknown_or_of_another_template_is_not_found() {
    let world = World::new().await;
    let id = submitted(&world, "REQ-1").await;
    let unknown = world.tenant().fetch("209912310001").await.unwrap();
    assert!(matches!(unknown, Err(TrackingProblem::NotFound(_))), "{unknown:?}");
    let elsewhere = world.tenant_with("elsewhere", &props::settings().with("template-id", LEAVE_TEMPLATE_ID));
    let foreign = elsewhere.fetch(&id).await.unwrap();
    assert!(matches!(foreign, Err(TrackingProblem::NotFound(_))), "{foreign:?}");
    let invalid = world.tenant().fetch("no number").await.unwrap();
    assert!(matches!(invalid, Err(TrackingProblem::Invalid(_))), "{invalid:?}");
}
