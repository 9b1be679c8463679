//! Two forms of one request: nothing is granted, nothing is submitted again, and a person is told.

use approval_tracker::{
    Cause, Failure, Looked, Outcome, Policy, Request, State, Store as _, SubmitOutcome, Submitted,
};
use host_harness::contract::Status;

use crate::desk::{Desk, T0, busy, key, pin};

/// A request that is bound to one form, and the provider has another one that carries its tag.
async fn of_two_forms(state: State) -> Desk {
    let desk = Desk::new();
    let bound = Request {
        state,
        approval_id: Some("A1".into()),
        conflict: true,
        ..Request::intent(key(), pin(), T0, T0)
    };
    desk.tracker.store().insert(bound).await.unwrap();
    desk
}

#[tokio::test]
async fn an_approval_is_withheld_and_told_until_the_request_is_cancelled() {
    let desk = of_two_forms(State::Pending).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    for now in [T0, T0 + 7_200] {
        desk.hears("A1", Status::Approved, now).await;
        desk.reconcile(now).await;
        let request = desk.request().await;
        assert_eq!((request.state, request.conflict), (State::Pending, true));
        assert_eq!(
            request.stuck.unwrap(),
            "approved at the provider, and not granted, because the provider has more than one form for the request: \
             its administrator looks at the forms, and the request is cancelled in the product"
        );
        assert_eq!(desk.outcomes().await, []);
    }
    assert_eq!(desk.tracker.abandon(desk.request().await, T0 + 7_201).await, Ok(true));
    assert_eq!(desk.request().await.state, State::Abandoned);
}

#[tokio::test]
async fn what_takes_nothing_but_a_grant_goes_on() {
    for (state, status, outcome) in [
        (State::Pending, Status::Rejected, Outcome::Rejected),
        (State::Pending, Status::Withdrawn, Outcome::Withdrawn),
        (State::Approved, Status::Revoked, Outcome::Revoked),
    ] {
        let desk = of_two_forms(state).await;
        desk.provider.set(|answers| answers.status = Looked::Found(status));
        desk.reconcile(T0).await;
        assert_eq!(desk.outcomes().await, [outcome]);
    }
}

#[tokio::test]
async fn a_late_answer_of_the_attempt_is_bound_and_the_reason_stays() {
    let desk = Desk::new();
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    desk.provider.set(|answers| answers.gate = Some(gate.clone()));
    let provider = desk.clone();
    let attempt = tokio::spawn(async move { provider.submit(T0).await });
    tokio::task::yield_now().await;
    desk.provider.set(|answers| answers.find = |_, _| Looked::Conflict("two forms".into()));
    assert_eq!(desk.reconcile(T0 + 60).await.stuck, 1);
    gate.notify_one();
    assert_eq!(attempt.await.unwrap(), SubmitOutcome::Pending { approval_id: "A1".into() });

    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 70).await;
    let request = desk.request().await;
    assert_eq!((request.state, request.conflict), (State::Pending, true));
    assert_eq!(request.stuck.as_deref(), Some("two forms"));
    assert_eq!(desk.outcomes().await, []);
}

#[tokio::test]
async fn it_is_not_submitted_again() {
    for state in [State::Resubmit, State::Failed] {
        let desk = of_two_forms(state).await;
        desk.reconcile(T0).await;
        assert_eq!(desk.outcomes().await, []);
        assert_eq!(desk.submit(T0 + 1).await, SubmitOutcome::UnderWay);
        assert_eq!(desk.provider.submissions(), 0);
    }
}

/// The attempt itself knows more than a search that has found nothing so far.
#[tokio::test]
async fn an_attempt_that_reports_after_a_search_has_begun_is_believed() {
    let desk = Desk::new();
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    desk.provider.set(|answers| {
        answers.gate = Some(gate.clone());
        answers.submit = Submitted::NotNow(busy());
    });
    let provider = desk.clone();
    let attempt = tokio::spawn(async move { provider.submit(T0).await });
    tokio::task::yield_now().await;
    desk.reconcile(T0 + 60).await;
    assert_eq!(desk.request().await.state, State::Unknown);
    gate.notify_one();
    assert_eq!(attempt.await.unwrap(), SubmitOutcome::NotNow(busy()));
    assert_eq!(desk.request().await.state, State::Resubmit);
}

#[tokio::test]
async fn what_failed_for_want_of_a_mend_is_taken_up_again_and_what_is_wrong_is_not() {
    for (cause, outcomes) in [
        (Cause::Settings, vec![Outcome::SubmitAgain]),
        (Cause::Host, vec![Outcome::SubmitAgain]),
        (Cause::Request, vec![]),
    ] {
        let desk = Desk::new();
        let failure = Failure::of_host(cause, "code", "sentence");
        desk.provider.set(|answers| answers.submit = Submitted::Never(failure));
        desk.submit(T0).await;
        let longest = Policy::default().longest_look_seconds;
        desk.reconcile(T0 + longest - 1).await;
        assert_eq!(desk.outcomes().await, []);
        desk.reconcile(T0 + longest).await;
        desk.reconcile(T0 + 2 * longest).await;
        assert_eq!((desk.request().await.state, desk.outcomes().await), (State::Failed, outcomes));
    }
}

#[tokio::test]
async fn what_failed_can_be_cancelled() {
    let desk = Desk::new();
    desk.provider.set(|answers| {
        answers.submit = Submitted::Never(Failure::of_host(Cause::Settings, "code", "sentence"));
    });
    desk.submit(T0).await;
    assert_eq!(desk.tracker.abandon(desk.request().await, T0 + 1).await, Ok(true));
    assert_eq!(desk.request().await.state, State::Abandoned);
    assert_eq!(desk.submit(T0 + 2).await, SubmitOutcome::Ended(State::Abandoned));
}
