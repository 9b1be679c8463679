//! What callbacks tell.

use approval_tracker::{Looked, Outcome, State};
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
