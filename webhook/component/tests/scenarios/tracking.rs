//! The authoritative state.

use fake_webhook::Fault;
use host_harness::contract::{Status, SubmissionQuery, TrackingProblem, Window};

use crate::world::{T0, World, request};

const WINDOW: Window = Window { starts_at: T0, ends_at: T0 + 10 };

#[tokio::test]
async fn an_unknown_approval_is_not_found_and_a_text_that_is_no_id_is_not_asked_about() {
    let world = World::new().await;
    let problem = world.tenant().fetch("A-9999").await.unwrap().unwrap_err();
    assert!(matches!(problem, TrackingProblem::NotFound(_)), "{problem:?}");
    let asked = world.company.journal().len();
    let problem = world.tenant().fetch("A 1").await.unwrap().unwrap_err();
    assert!(matches!(problem, TrackingProblem::Invalid(_)), "{problem:?}");
    assert_eq!(world.company.journal().len(), asked);
}

#[tokio::test]
async fn an_answer_about_another_approval_is_no_answer() {
    let world = World::new().await;
    let id = world.submit().await;
    let fetched = async |body| {
        world.company.plan("approval.fetch", Fault::Garbled(body));
        world.tenant().fetch(&id).await.unwrap().unwrap_err()
    };
    let other = r#"{"id":"A-2","application":"access","status":"approved","applicant":"zhang.san"}"#;
    assert!(
        matches!(fetched(other).await, TrackingProblem::Refused(refusal) if refusal.code == "wrong-answer")
    );
    let theirs = r#"{"id":"A-0001","application":"leave","status":"approved","applicant":"zhang.san"}"#;
    assert!(matches!(fetched(theirs).await, TrackingProblem::NotFound(_)));
    assert_eq!(fetched("<html>").await, TrackingProblem::Unavailable(None));
    assert_eq!(world.tenant().fetch(&id).await.unwrap().unwrap().status, Status::Pending);
}

#[tokio::test]
async fn an_empty_answer_to_a_search_proves_nothing() {
    let world = World::new().await;
    world.company.plan("approval.find", Fault::Garbled("{}"));
    let query = SubmissionQuery { idempotency_key: "REQ-1".into(), window: WINDOW, applicant: None };
    let problem = world.tenant().find_submission(&query).await.unwrap().unwrap_err();
    assert_eq!(problem, TrackingProblem::Unavailable(None));
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_a_cursor_belongs_to_its_window() {
    let world = World::new().await;
    let mut submitted = Vec::new();
    for number in 0..5 {
        let made = world.tenant().submit(&request(&format!("REQ-{number}"))).await.unwrap().unwrap();
        submitted.push(made.approval_id);
    }
    let (mut listed, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = world.tenant().list_submitted(WINDOW, cursor.as_deref()).await.unwrap().unwrap();
        listed.extend(page.approval_ids);
        pages += 1;
        let Some(next) = page.cursor else { break };
        cursor = Some(next);
    }
    assert_eq!((listed, pages), (submitted, 3));

    let other = Window { starts_at: T0, ends_at: T0 + 11 };
    let problem = world.tenant().list_submitted(other, cursor.as_deref()).await.unwrap().unwrap_err();
    assert!(matches!(problem, TrackingProblem::Invalid(_)), "{problem:?}");
    let empty = Window { starts_at: T0, ends_at: T0 };
    let problem = world.tenant().list_submitted(empty, None).await.unwrap().unwrap_err();
    assert!(matches!(problem, TrackingProblem::Invalid(_)), "{problem:?}");
}

#[tokio::test]
async fn a_list_that_goes_round_in_a_circle_is_refused() {
    let world = World::new().await;
    let circle = Fault::Garbled(r#"{"ids":["A-1","A-1"],"cursor":"1"}"#);
    world.company.plan("approval.list", circle.clone());
    world.company.plan("approval.list", circle);
    let page = world.tenant().list_submitted(WINDOW, None).await.unwrap().unwrap();
    assert_eq!(page.approval_ids, ["A-1"]);
    let problem = world.tenant().list_submitted(WINDOW, page.cursor.as_deref()).await.unwrap().unwrap_err();
    assert!(matches!(problem, TrackingProblem::Refused(refusal) if refusal.code == "wrong-answer"));
}
