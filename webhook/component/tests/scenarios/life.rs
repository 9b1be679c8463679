//! One approval from submission to its end, by callbacks and by what the endpoint confirms.

use fake_webhook::{NotAllowed, Verdict};
use host_harness::contract::{Operation, Route, RouteStep, Status, StepKind, StepMode};

use crate::world::{World, account, request};

#[tokio::test]
async fn an_approval_is_submitted_approved_and_confirmed() {
    let world = World::new().await;
    let id = world.submit().await;
    world.company.act(&id, "li.si", Verdict::Agreed, "ok").unwrap();

    let event = world.news().await;
    assert_eq!(event.approval.status, Status::Approved);
    assert_eq!((event.operation, event.actor.as_deref()), (Operation::Agreed, Some("li.si")));
    assert_eq!((event.comment.as_str(), event.occurred_at), ("ok", crate::world::T0));

    let approval = world.tenant().fetch(&id).await.unwrap().unwrap();
    assert_eq!(approval, event.approval);
    assert_eq!((approval.applicant.as_str(), approval.template_id.as_str()), ("zhang.san", "access"));
}

#[tokio::test]
async fn one_no_rejects() {
    let world = World::new().await;
    let id = world.submit().await;
    world.company.act(&id, "wang.wu", Verdict::Rejected, "no").unwrap();
    assert_eq!(world.news().await.approval.status, Status::Rejected);
    assert_eq!(world.tenant().fetch(&id).await.unwrap().unwrap().status, Status::Rejected);
}

#[tokio::test]
async fn every_other_end_has_its_status_and_an_unknown_word_is_no_decision() {
    let world = World::new().await;
    let id = world.submit().await;
    for (word, status) in [
        ("withdrawn", Status::Withdrawn),
        ("revoked", Status::Revoked),
        ("deleted", Status::Deleted),
        ("escalated", Status::Unknown),
    ] {
        world.company.set_status(&id, word).unwrap();
        let approval = world.news().await.approval;
        assert_eq!((approval.status, approval.raw_status.as_str()), (status, word));
        assert_eq!(world.tenant().fetch(&id).await.unwrap().unwrap().status, status);
    }
}

#[tokio::test]
async fn a_route_of_accounts_decides_step_by_step() {
    let world = World::new().await;
    let step = |mode, members: &[&str]| RouteStep {
        kind: StepKind::Approval,
        mode,
        accounts: members.iter().map(|id| account(id)).collect(),
    };
    let mut submission = request("REQ-1");
    submission.route = Route::Steps(vec![step(StepMode::All, &["a", "b"]), step(StepMode::Any, &["c"])]);
    let id = world.tenant().submit(&submission).await.unwrap().unwrap().approval_id;

    assert_eq!(world.company.act(&id, "c", Verdict::Agreed, ""), Err(NotAllowed::NotNow));
    for (member, status) in [("a", Status::Pending), ("b", Status::Pending), ("c", Status::Approved)] {
        world.company.act(&id, member, Verdict::Agreed, "").unwrap();
        assert_eq!(world.news().await.approval.status, status, "{member}");
    }
    let steps = world.tenant().fetch(&id).await.unwrap().unwrap().steps;
    assert_eq!(steps.iter().map(|step| step.mode).collect::<Vec<_>>(), [StepMode::All, StepMode::Any]);
}

#[tokio::test]
async fn the_form_arrives_as_it_was_filled_in() {
    let world = World::new().await;
    world.submit().await;
    let form = world.company.approvals()[0].form.clone();
    assert_eq!(form["key"], "REQ-1");
    assert_eq!(form["applicant"], "zhang.san");
    assert_eq!(form["fields"][0]["name"], "reason");
    assert_eq!(form["fields"][0]["content"]["text"], "季度对账");
}
