//! The search for a submission whose answer is lost.

use approval_tracker::{Later, Looked, Outcome, Request, State, Store as _, Submitted};

use crate::desk::{Desk, T0, key, pin};

/// Of the clocks, by the default policy.
const HOUR: u64 = 3_600;

const DAY: u64 = 86_400;

/// Beyond the time in which a submission may be on its way and the list may lag.
const LATE: u64 = T0 + 660;

async fn interrupted() -> Desk {
    let desk = Desk::new();
    desk.provider.set(|answers| answers.submit = Submitted::Unknown { applicant: None });
    desk.submit(T0).await;
    desk
}

#[tokio::test]
async fn it_is_narrowed_to_the_applicant_and_the_time_of_the_attempt_however_late_it_is() {
    let desk = interrupted().await;
    let key = desk.provider.submitted().remove(0);
    for now in [T0 + 60, T0 + 7_200, T0 + 86_400] {
        desk.provider.set(|answers| answers.find = |_, _| Looked::NotNow(Later::default()));
        desk.reconcile(now).await;
        let search = (key.clone(), Some("zhang.san".to_owned()), T0 - HOUR, T0 + 60 + HOUR);
        assert_eq!(desk.provider.searches(), [search]);
    }
}

/// Where the difference at the time was unknown, a clock that has been put right since must not hide the form.
#[tokio::test]
async fn it_goes_on_to_this_moment_when_the_clock_was_unknown_at_the_time() {
    let desk = Desk::new();
    desk.provider.set(|answers| {
        answers.submit = Submitted::Unknown { applicant: None };
        answers.clock_skew = None;
    });
    desk.submit(T0).await;
    desk.provider.set(|answers| answers.clock_skew = Some(0));
    desk.reconcile(T0 + 20_000).await;
    let (_, _, starts_at, ends_at) = desk.provider.searches().remove(0);
    assert_eq!((starts_at, ends_at), (T0 - DAY, T0 + 20_000 + HOUR));
}

/// The host's clock showed a later time at the intent than it does now.
#[tokio::test]
async fn it_begins_by_the_clock_that_was_put_back_since() {
    let desk = interrupted().await;
    let due = Request { due_at: Some(T0), ..desk.request().await };
    assert!(desk.tracker.store().compare_and_set(due, None).await.unwrap());
    desk.reconcile(T0 - 50_000).await;
    desk.reconcile(T0 - 40_000).await;
    let spans: Vec<_> = desk.provider.searches().into_iter().map(|(_, _, from, to)| (from, to)).collect();
    assert_eq!(spans, [(T0 - 50_000 - HOUR, T0 + 60 + HOUR), (T0 - 40_000 - HOUR, T0 + 60 + HOUR)]);
}

/// What one node knew of the clocks says nothing of the node that stored the intent.
#[tokio::test]
async fn nothing_is_proof_only_after_the_largest_difference_that_is_allowed_where_none_was_seen() {
    let desk = Desk::new();
    desk.tracker.store().insert(Request::intent(key(), pin(), T0, T0 + 60)).await.unwrap();
    desk.reconcile(LATE + HOUR - 1).await;
    assert_eq!((desk.request().await.state, desk.outcomes().await), (State::Unknown, vec![]));
    desk.reconcile(LATE + HOUR + 59).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
}

/// Among hundreds of an applicant's own forms each search costs dozens of questions.
#[tokio::test]
async fn it_is_made_ever_more_rarely_while_only_the_clocks_are_in_doubt() {
    let desk = interrupted().await;
    desk.provider.set(|answers| answers.clock_skew = Some(3_500));
    for now in (T0..T0 + 2 * HOUR).step_by(60) {
        desk.reconcile(now).await;
    }
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
    assert_eq!(desk.provider.searches().len(), 18, "10 of them while the list may lag");
}

#[tokio::test]
async fn one_that_has_no_answer_is_made_ever_more_rarely_and_told_after_eight_in_a_row() {
    let desk = interrupted().await;
    desk.provider.set(|answers| {
        answers.find = |_, _| Looked::NotNow(Later { reason: "no route".into(), ..Later::default() });
    });
    let mut now = T0;
    while desk.reconcile(now).await.stuck == 0 {
        now += 60;
    }
    assert_eq!((desk.provider.searches().len(), now), (8, T0 + 60 + 60 * (1 + 2 + 4 + 8 + 16 + 32) + HOUR));
    assert_eq!(
        desk.request().await.stuck.unwrap(),
        "8 searches in a row had no answer (no route): the operator looks at the provider and at the way to it; the host \
         goes on searching"
    );
    desk.provider.set(|answers| answers.find = |_, _| Looked::Found("A1".into()));
    desk.reconcile(T0 + 6 * HOUR).await;
    let request = desk.request().await;
    assert_eq!((request.state, request.stuck, request.unanswered_looks), (State::Pending, None, 0));
}

#[tokio::test]
async fn nothing_is_no_proof_while_the_clocks_are_further_apart_than_allowed() {
    for (skew, sentence) in [
        (
            Some(3_601),
            "the provider's clock is 3601 s ahead of this host's, and 3600 s either way are allowed",
        ),
        (
            Some(-7_200),
            "the provider's clock is -7200 s ahead of this host's, and 3600 s either way are allowed",
        ),
        (None, "the provider's answers have no Date, so this host cannot tell how far the clocks are apart"),
    ] {
        let desk = interrupted().await;
        desk.provider.set(|answers| answers.clock_skew = skew);
        assert_eq!(desk.reconcile(LATE).await.stuck, 1, "{skew:?}");
        let request = desk.request().await;
        assert_eq!((request.state, request.conflict), (State::Unknown, false));
        assert!(request.stuck.as_ref().unwrap().starts_with(sentence), "{:?}", request.stuck);
        assert_eq!(desk.outcomes().await, []);

        // The clock is set: the next look decides.
        desk.provider.set(|answers| answers.clock_skew = Some(0));
        assert_eq!(desk.reconcile(LATE + HOUR).await.stuck, 0);
        assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
        assert_eq!(desk.request().await.stuck, None);
    }
}

#[tokio::test]
async fn it_reaches_as_far_as_the_clocks_are_apart() {
    let desk = interrupted().await;
    desk.provider.set(|answers| answers.clock_skew = Some(-9_000));
    desk.reconcile(T0 + 60).await;
    let (_, _, starts_at, ends_at) = desk.provider.searches().remove(0);
    assert_eq!((starts_at, ends_at), (T0 - 9_000, T0 + 60 + 9_000));
}

#[tokio::test]
async fn a_span_with_too_many_approvals_is_halved_until_each_part_has_an_answer() {
    let desk = interrupted().await;
    desk.provider.set(|answers| {
        answers.find = |starts_at, ends_at| match (starts_at..ends_at).contains(&(T0 + 2)) {
            _ if ends_at - starts_at > 1_000 => Looked::TooMuch("too many".into()),
            true => Looked::Found("A1".into()),
            false => Looked::Nothing,
        };
    });
    desk.reconcile(T0 + 60).await;
    assert_eq!(desk.request().await.approval_id.as_deref(), Some("A1"));
    let mut spans: Vec<_> = desk.provider.searches().into_iter().map(|(_, _, from, to)| (from, to)).collect();
    spans.retain(|(from, to)| to - from <= 1_000);
    spans.sort_unstable();
    assert_eq!((spans.first().unwrap().0, spans.last().unwrap().1), (T0 - HOUR, T0 + 60 + HOUR));
    assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "nothing is left out: {spans:?}");
}

#[tokio::test]
async fn a_second_that_holds_too_many_is_told_and_nothing_is_submitted_again() {
    let desk = interrupted().await;
    desk.provider.set(|answers| answers.find = |_, _| Looked::TooMuch("too many in the window".into()));
    assert_eq!(desk.reconcile(LATE).await.stuck, 1);
    assert_eq!(desk.request().await.stuck.as_deref(), Some("too many in the window"));
    assert_eq!(desk.outcomes().await, []);
}

#[tokio::test]
async fn two_approvals_with_one_key_are_a_conflict_that_nothing_is_granted_for() {
    let desk = interrupted().await;
    desk.provider.set(|answers| {
        answers.find = |starts_at, ends_at| match ends_at - starts_at {
            4_000.. => Looked::TooMuch("too many".into()),
            _ if starts_at < T0 => Looked::Found("A1".into()),
            _ => Looked::Found("A2".into()),
        };
    });
    assert_eq!(desk.reconcile(T0 + 60).await.stuck, 1);
    let request = desk.request().await;
    assert_eq!((request.state, request.approval_id, request.conflict), (State::Unknown, None, true));
    assert!(
        request.stuck.unwrap().starts_with("approvals A2 and A1 carry the idempotency key of this request")
    );
    // Later there seems to be one alone.
    desk.provider.set(|answers| answers.find = |_, _| Looked::Found("A2".into()));
    assert_eq!(desk.reconcile(T0 + 60 + HOUR).await.stuck, 1);
    assert_eq!(desk.request().await.approval_id, None);
    assert_eq!(desk.outcomes().await, []);
}

/// Rows of before have neither an applicant nor a key of their own.
#[tokio::test]
async fn a_request_of_before_is_looked_for_by_its_number() {
    let desk = Desk::new();
    desk.tracker.store().insert(Request::intent(key(), pin(), T0, T0 + 60)).await.unwrap();
    desk.reconcile(T0 + 60).await;
    let (key, applicant, ..) = desk.provider.searches().remove(0);
    assert_eq!((key.as_str(), applicant), ("REQ-1", None));
}

/// The intent of another node may be on its way this moment, however late it is by this node's clock.
#[tokio::test]
async fn a_node_whose_clock_is_ahead_of_the_other_s_takes_nothing_for_proof_too_early() {
    let desk = Desk::new();
    let others = Request { skew_seconds: Some(0), ..Request::intent(key(), pin(), T0, T0 + 60) };
    desk.tracker.store().insert(others).await.unwrap();
    desk.provider.set(|answers| answers.clock_skew = Some(-700));
    desk.reconcile(T0 + 700).await;
    desk.reconcile(T0 + 60 + 600 + 699).await;
    assert_eq!((desk.request().await.state, desk.outcomes().await), (State::Unknown, vec![]));
    desk.reconcile(T0 + 60 + 600 + 700 + 59).await;
    assert_eq!(desk.outcomes().await, [Outcome::SubmitAgain]);
}
