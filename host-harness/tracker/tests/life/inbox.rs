//! What callbacks tell.

use approval_tracker::{Later, Looked, Outcome, Policy, State};
use host_harness::contract::Status;

use crate::desk::{Desk, T0};

#[tokio::test]
async fn an_event_alone_decides_nothing() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.hears("A1", Status::Approved, T0 + 10).await;
    assert_eq!((desk.request().await.state, desk.outcomes().await), (State::Pending, vec![]));
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.reconcile(T0 + 20).await;
    assert_eq!(
        (desk.request().await.state, desk.outcomes().await),
        (State::Approved, vec![Outcome::Approved])
    );
}

#[tokio::test]
async fn a_doubled_or_late_event_decides_nothing_again() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    desk.hears("A1", Status::Approved, T0 + 11).await;
    desk.hears("A1", Status::Pending, T0 + 12).await;
    desk.reconcile(T0 + 100_000).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn an_event_that_comes_again_after_it_was_forgotten_decides_nothing_again() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    let week = Policy::default().settled_seconds;
    assert_eq!(desk.tracker.forget_settled(T0 + 10 + week).await.unwrap(), 0);
    assert_eq!(desk.tracker.forget_settled(T0 + 11 + week).await.unwrap(), 1);
    desk.hears("A1", Status::Approved, T0 + 12 + week).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn a_callback_before_the_answer_to_the_submission_waits_for_it() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0).await;
    assert_eq!(desk.outcomes().await, []);
    desk.submit(T0 + 1).await;
    desk.settle(T0 + 2).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn a_number_of_the_future_is_no_decision() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Unknown));
    desk.hears("A1", Status::Unknown, T0 + 10).await;
    assert_eq!((desk.request().await.state, desk.outcomes().await), (State::Pending, vec![]));
}

/// Forms of another product, or callbacks faster than the answers to their submissions.
#[tokio::test]
async fn notices_that_no_request_claims_hold_no_newer_one_back() {
    let desk = Desk::new();
    desk.submit(T0).await;
    for n in 0..1_000 {
        desk.hears(&format!("B{n}"), Status::Approved, T0 + 1).await;
    }
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.hears("A1", Status::Approved, T0 + 2).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn news_without_an_answer_is_asked_about_within_the_budget_and_ever_more_rarely() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::NotNow(Later::default()));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    for now in (T0 + 10..T0 + 3_600).step_by(10) {
        desk.settle(now).await;
    }
    assert_eq!(desk.provider.questions(), 1, "the inbox asks once, and leaves the rest to the budget");
    for now in (T0 + 10..T0 + 86_400).step_by(10) {
        desk.reconcile(now).await;
    }
    assert!((20..40).contains(&desk.provider.questions()), "asked {} times", desk.provider.questions());

    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.reconcile(T0 + 86_400 + 3_600).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
    assert_eq!(desk.request().await.unanswered_looks, 0);
}

#[tokio::test]
async fn an_answer_that_fails_once_delays_a_decision_by_seconds_however_silent_it_was_before() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.status = Looked::NotNow(Later::default()));
    for now in (T0..T0 + 86_400).step_by(60) {
        desk.reconcile(now).await;
    }
    desk.hears("A1", Status::Approved, T0 + 86_400).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.reconcile(T0 + 86_410).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn a_provider_that_says_when_to_come_back_is_not_asked_before() {
    let desk = Desk::new();
    desk.submit(T0).await;
    desk.provider.set(|answers| {
        answers.status = Looked::NotNow(Later { retry_after_seconds: Some(500), ..Later::default() })
    });
    desk.hears("A1", Status::Approved, T0).await;
    desk.reconcile(T0 + 499).await;
    assert_eq!(desk.provider.questions(), 1);
    desk.reconcile(T0 + 500).await;
    assert_eq!(desk.provider.questions(), 2);
}

#[tokio::test]
async fn an_approval_of_what_was_cancelled_is_flagged_although_nobody_answered_at_first() {
    let desk = Desk::new();
    desk.submit(T0).await;
    assert!(desk.tracker.abandon(desk.request().await, T0 + 5).await.unwrap());
    desk.provider.set(|answers| answers.status = Looked::NotNow(Later::default()));
    desk.hears("A1", Status::Approved, T0 + 10).await;
    desk.provider.set(|answers| answers.status = Looked::Found(Status::Approved));
    desk.reconcile(T0 + 70).await;
    assert_eq!((desk.request().await.state, desk.request().await.conflict), (State::Abandoned, true));
}

#[tokio::test]
async fn what_has_ended_and_is_gone_at_the_provider_is_not_asked_about_again() {
    let desk = Desk::new();
    desk.submit(T0).await;
    assert!(desk.tracker.abandon(desk.request().await, T0 + 5).await.unwrap());
    desk.provider.set(|answers| answers.status = Looked::Nothing);
    desk.hears("A1", Status::Deleted, T0 + 10).await;
    desk.reconcile(T0 + 86_400).await;
    assert_eq!(desk.provider.questions(), 1);
    assert_eq!(desk.tracker.in_need_of(desk.request().await.pin.engine).await.unwrap(), 0);
}
