//! A request's life, told by a provider that says exactly what the test wants.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use approval_tracker::{Budget, Key, Looked, Outcome, Request, State, Store as _, SubmitOutcome, Submitted};
use host_harness::contract::Status;

use crate::desk::{Desk, T0, key, pin};

mod attempts;
mod conflicts;
mod desk;
mod failures;
mod inbox;
mod search;

#[tokio::test]
async fn a_second_call_for_the_same_key_submits_nothing() {
    let desk = Desk::new();
    assert_eq!(desk.submit(T0).await, SubmitOutcome::Pending { approval_id: "A1".into() });
    assert_eq!(desk.submit(T0 + 5).await, SubmitOutcome::Pending { approval_id: "A1".into() });
    assert_eq!(desk.provider.submissions(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_and_never_submitted_again_when_found() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::Unknown { applicant: None });
    assert_eq!(desk.submit(T0).await, SubmitOutcome::UnderWay);
    desk.provider.set(|answers| answers.find = |_, _| Looked::Found("A1".into()));
    desk.reconcile(T0 + 60).await;
    assert_eq!(
        (desk.request().await.state, desk.request().await.approval_id),
        (State::Pending, Some("A1".into()))
    );
    assert_eq!(desk.provider.submissions(), 1);
}

#[tokio::test]
async fn nothing_found_is_no_proof_until_the_list_has_caught_up() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::Unknown { applicant: None });
    desk.submit(T0).await;
    desk.reconcile(T0 + 60).await;
    assert_eq!(desk.submit(T0 + 61).await, SubmitOutcome::UnderWay);
    assert_eq!(desk.outcomes().await, []);
    desk.reconcile(T0 + 660).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
    desk.provider.set(|answers| {
        answers.submit = Submitted::As { approval_id: "A2".into(), applicant: "zhang.san".into() };
    });
    assert_eq!(desk.submit(T0 + 661).await, SubmitOutcome::Pending { approval_id: "A2".into() });
}

#[tokio::test]
async fn an_intent_left_by_a_crash_is_looked_up_first() {
    let desk = Desk::new();
    desk.tracker.store().insert(Request::intent(key(), pin(), T0, T0 + 60)).await.unwrap();
    assert_eq!(desk.submit(T0 + 1).await, SubmitOutcome::UnderWay);
    desk.provider.set(|answers| answers.find = |_, _| Looked::Found("A1".into()));
    desk.reconcile(T0 + 59).await;
    assert_eq!(desk.request().await.state, State::Submitting, "it may still be on its way");
    desk.reconcile(T0 + 60).await;
    assert_eq!(desk.request().await.state, State::Pending);
    assert_eq!(desk.provider.submissions(), 0);
}

#[tokio::test]
async fn a_revocation_after_the_approval_takes_the_grant_back_once() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Revoked));
    desk.hears("A1", Status::Revoked, T0 + 20).await;
    desk.reconcile(T0 + 100_000).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved, Outcome::Revoked]);
    assert!(!desk.request().await.conflict);
}

#[tokio::test]
async fn a_decision_that_the_provider_contradicts_is_flagged_and_not_executed() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Rejected));
    desk.hears("A1", Status::Rejected, T0 + 10).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 20).await;
    assert_eq!(desk.outcomes().await, [Outcome::Rejected]);
    assert!(desk.request().await.conflict);
}

#[tokio::test]
async fn an_approval_of_what_was_cancelled_is_recorded_and_not_executed() {
    let desk = Desk::new();
    desk.submit(T0).await;
    assert!(desk.tracker.abandon(desk.request().await, T0 + 5).await.unwrap());
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    assert_eq!(desk.outcomes().await, []);
    assert_eq!((desk.request().await.state, desk.request().await.conflict), (State::Abandoned, true));
}

#[tokio::test]
async fn a_lost_callback_is_made_up_for_and_silence_is_asked_about_ever_more_rarely() {
    let desk = Desk::new();
    desk.submit(T0).await;
    for now in (T0..T0 + 86_400).step_by(10) {
        desk.reconcile(now).await;
    }
    assert!(
        (20..40).contains(&desk.provider.questions()),
        "asked {} times in a day",
        desk.provider.questions()
    );
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Rejected));
    desk.reconcile(T0 + 86_400 + 3_600).await;
    assert_eq!(desk.outcomes().await, [Outcome::Rejected]);
}

#[tokio::test]
async fn a_tenant_with_many_requests_delays_nobody() {
    let desk = Desk::new();
    let bind = |tenant: &str, number: String| Request {
        state: State::Pending,
        approval_id: Some(number.clone()),
        ..Request::intent(Key { tenant: tenant.into(), number }, pin(), T0, T0)
    };
    for n in 0..1_000 {
        desk.tracker.store().insert(bind("loud", format!("L{n}"))).await.unwrap();
    }
    desk.tracker.store().insert(bind("quiet", "Q1".into())).await.unwrap();
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    let provider = desk.provider.clone();
    let budget = Budget::per_minute(3);
    let done = desk.tracker.reconcile(|_| Some(provider.clone()), &budget, T0).await.unwrap();
    assert_eq!(done.asked, 4, "three of the loud one's, and the quiet one's");
    let quiet = Key { tenant: "quiet".into(), number: "Q1".into() };
    assert_eq!(desk.tracker.store().request(&quiet).await.unwrap().unwrap().state, State::Approved);
}
