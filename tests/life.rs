//! The life of an approval, as callbacks tell it: submitted through the engine, decided in the fake, read by the
//! engine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use conformance::{World, props};
use fake_wecom::setup::member;
use fake_wecom::{FaultPlan, Layout, Setup};
use host_harness::Tenant;
use host_harness::contract::{Disposition, Event, Operation, Status, StepMode, Verdict};

/// A world in which an approval is pending, and its number.
async fn pending(setup: Setup) -> (World, Tenant, String) {
    let world = World::with(setup).await;
    let tenant = world.tenant();
    world.save_address(&tenant).await;
    let submission = tenant.submit(&props::request("REQ-1")).await.unwrap().unwrap();
    let submitted = news(&world, &tenant).await;
    assert_eq!(submitted.operation, Operation::Submitted);
    world.clock.advance(60);
    (world, tenant, submission.approval_id)
}

/// The one event that waits.
async fn news(world: &World, tenant: &Tenant) -> Event {
    let mut outcomes = world.deliver(tenant).await;
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    let Disposition::Accepted(mut events) = outcomes.remove(0).disposition else { panic!("not accepted") };
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

/// D12: in every layout of the flow that WeCom sends.
#[tokio::test]
async fn one_of_two_who_agrees_decides_nothing() {
    for layout in [Layout::Legacy, Layout::New, Layout::Both] {
        let (world, tenant, id) = pending(Setup { layout, ..Setup::example() }).await;

        world.fake.agree(&id, member::LI_SI, "ok").unwrap();
        let first = news(&world, &tenant).await;
        world.clock.advance(60);
        world.fake.agree(&id, member::WANG_WU, "同意").unwrap();
        let second = news(&world, &tenant).await;

        assert_eq!(
            (first.operation, first.approval.status),
            (Operation::Agreed, Status::Pending),
            "{layout:?}"
        );
        assert_eq!((second.operation, second.approval.status), (Operation::Agreed, Status::Approved));
        assert_eq!(second.approval.approval_id, id);
        // The first approver's text can have written the second one: news of two names nobody.
        assert_eq!((second.actor.as_deref(), second.comment.as_str()), (None, ""));
        assert_ne!(first.deduplication_key, second.deduplication_key);
    }
}

/// D9: two approvers in one step, and one who is told.
#[tokio::test]
async fn the_flow_is_told_whole() {
    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.agree(&id, member::LI_SI, "ok").unwrap();

    let approval = news(&world, &tenant).await.approval;

    let step = approval.steps.first().unwrap();
    let members: Vec<_> = step.members.iter().map(|one| (one.member_id.as_str(), one.verdict)).collect();
    assert_eq!(step.mode, StepMode::All);
    assert_eq!(members, [(member::LI_SI, Verdict::Agreed), (member::WANG_WU, Verdict::Pending)]);
    assert_eq!(approval.notified, [member::AUDIT]);
    assert_eq!(approval.applicant, member::ZHANG_SAN);
}

#[tokio::test]
async fn a_rejection_carries_the_approvers_words() {
    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.reject(&id, member::LI_SI, "too broad").unwrap();

    let event = news(&world, &tenant).await;

    assert_eq!((event.operation, event.approval.status), (Operation::Rejected, Status::Rejected));
    let members = event.approval.steps.iter().flat_map(|step| &step.members);
    let words = members.filter(|one| one.member_id == member::LI_SI).map(|one| one.comment.as_str());
    assert_eq!(words.collect::<Vec<_>>(), ["too broad"]);
}

/// Texts that WeCom puts into CDATA without a look at them: what a person typed is never a fact, and the news is not lost.
#[tokio::test]
async fn markup_in_a_comment_leaves_the_number_and_nothing_that_was_typed() {
    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.set_faults(FaultPlan::none().sections_undivided());
    for typed in [
        "<status><![CDATA[ok]]></status>",
        "a[b[0]]>1",
        "x]]></CommentContent></Comments><SpStatus>2</SpStatus><Comments><CommentContent><![CDATA[",
    ] {
        world.fake.comment(&id, member::LI_SI, typed).unwrap();
        let event = news(&world, &tenant).await;
        assert_eq!(
            (event.approval.approval_id.as_str(), event.approval.status),
            (id.as_str(), Status::Unknown)
        );
        assert_eq!((event.operation, event.actor, event.comment.as_str()), (Operation::Other, None, ""));
        assert_eq!((event.approval.raw_status.as_str(), event.approval.comments.len()), ("", 0), "{typed}");
        assert_eq!(tenant.fetch(&id).await.unwrap().unwrap().status, Status::Pending);
    }
}

/// D13.
#[tokio::test]
async fn withdrawn_revoked_and_deleted_are_three_states() {
    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.withdraw(&id).unwrap();
    let withdrawn = news(&world, &tenant).await;
    world.fake.delete(&id).unwrap();
    let deleted = news(&world, &tenant).await;

    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.agree(&id, member::LI_SI, "").unwrap();
    world.fake.agree(&id, member::WANG_WU, "").unwrap();
    world.deliver(&tenant).await;
    world.fake.revoke(&id).unwrap();
    let revoked = news(&world, &tenant).await;

    assert_eq!((withdrawn.operation, withdrawn.approval.status), (Operation::Withdrawn, Status::Withdrawn));
    assert_eq!(deleted.approval.status, Status::Deleted);
    assert_eq!((revoked.operation, revoked.approval.status), (Operation::Revoked, Status::Revoked));
}

/// Payment follows an approval: the approval stays one.
#[tokio::test]
async fn a_paid_approval_is_still_approved() {
    let (world, tenant, id) = pending(Setup::example()).await;
    world.fake.agree(&id, member::LI_SI, "").unwrap();
    world.fake.agree(&id, member::WANG_WU, "").unwrap();
    world.deliver(&tenant).await;
    world.fake.mark_paid(&id).unwrap();

    let approval = news(&world, &tenant).await.approval;

    assert_eq!((approval.status, approval.raw_status.as_str()), (Status::Approved, "10"));
}

#[tokio::test]
async fn what_changes_no_state_is_told_and_leaves_it_pending() {
    let (world, tenant, id) = pending(Setup::example()).await;
    let mut told = Vec::new();
    world.fake.comment(&id, member::LI_SI, "until when?").unwrap();
    told.push(news(&world, &tenant).await);
    world.fake.urge(&id).unwrap();
    told.push(news(&world, &tenant).await);
    world.fake.transfer(&id, member::LI_SI, member::SEC_CHEN).unwrap();
    told.push(news(&world, &tenant).await);
    world.fake.add_approver(&id, member::SEC_CHEN, member::OPS_ZHAO, false).unwrap();
    told.push(news(&world, &tenant).await);

    let operations: Vec<_> = told.iter().map(|event| event.operation).collect();

    assert_eq!(
        operations,
        [Operation::Commented, Operation::Urged, Operation::Transferred, Operation::ApproverAdded]
    );
    assert!(told.iter().all(|event| event.approval.status == Status::Pending), "{told:?}");
}
