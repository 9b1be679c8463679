//! Attempts that submit nothing: why is kept, and what can be tried again is.

use approval_tracker::{Cause, Failure, Outcome, Problem, State, SubmitOutcome, Submitted, Words};

use crate::desk::{Desk, T0, busy};

/// As an engine tells it, with a text for each reader in each language.
fn refused() -> Failure {
    let words = |en: &str, zh_cn: &str| Words { en: en.into(), zh_cn: zh_cn.into() };
    Failure {
        cause: Cause::Mapping,
        retry_after_seconds: None,
        problems: vec![Problem {
            code: "60111".into(),
            subject: "u-1".into(),
            for_administrator: words("enter the member's id", "请填写成员账号"),
            for_applicant: Some(words("ask your administrator", "请联系管理员")),
        }],
    }
}

#[tokio::test]
async fn all_that_an_engine_says_of_a_failure_is_kept_with_the_request_until_another_attempt() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::Never(refused()));
    assert_eq!(desk.submit(T0).await, SubmitOutcome::Failed(refused()));
    let request = desk.request().await;
    assert_eq!(
        (request.state, request.failure, request.due_at),
        (State::Failed, Some(refused()), Some(T0 + 3_600))
    );

    desk.provider.set(|answers| {
        answers.submit = Submitted::As { approval_id: "A1".into(), applicant: "zhang.san".into() };
    });
    assert_eq!(desk.submit(T0 + 60).await, SubmitOutcome::Pending { approval_id: "A1".into() });
    assert_eq!(desk.request().await.failure, None);
}

#[tokio::test]
async fn a_request_that_could_not_be_submitted_at_the_time_is_taken_up_again_once_its_wait_is_over() {
    let desk = Desk::new();
    let failure = Failure { retry_after_seconds: Some(90), ..busy() };
    desk.provider.set(|answers| {
        answers.submit = Submitted::NotNow(Failure { retry_after_seconds: Some(90), ..busy() })
    });
    assert_eq!(desk.submit(T0).await, SubmitOutcome::NotNow(failure.clone()));
    assert_eq!(desk.request().await.failure, Some(failure));
    desk.reconcile(T0 + 89).await;
    assert_eq!(desk.outcomes().await, []);
    desk.reconcile(T0 + 90).await;
    desk.reconcile(T0 + 9_000).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain], "once an attempt");
    assert_eq!(desk.provider.questions(), 0, "there is nothing to ask the provider");
}

#[tokio::test]
async fn a_wait_of_unknown_length_ends_as_well() {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::NotNow(busy()));
    desk.submit(T0).await;
    desk.reconcile(T0 + 60).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
}
