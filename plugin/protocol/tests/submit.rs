//! Submitting: what is checked before anything is sent, and what is told.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use serde_json::json;
use wecom_protocol::config::Config;
use wecom_protocol::errcode::RefusalClass;
use wecom_protocol::exchange::SendError;
use wecom_protocol::form::{Content, FieldContent, FieldProblem, FormField};
use wecom_protocol::model::{StepKind, StepMode};
use wecom_protocol::submit::{ROUTE_ACCOUNTS, Route, SubmissionRequest, SubmitProblem, submit};
use wecom_protocol::text::text;
use wecom_protocol::user::MappingProblemKind;

use fixtures::{APPLY, APPLY_OK, TEMPLATE, USER_GET, account, active, config, control, refusal, template};
use submission::{before_applying, go, named, refused, request, step};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/submission.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submission;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

fn invalid(request: &SubmissionRequest) -> Vec<(String, &'static str)> {
    // Nothing is scripted: what is wrong in shape must not reach the network.
    let Err(SubmitProblem::Invalid(problems)) = go(&mut World::cold(), request) else {
        panic!("not invalid")
    };
    named(problems)
}

fn drift(world: &mut World) -> Vec<(String, &'static str)> {
    let Err(SubmitProblem::TemplateDrift(problems)) = submit(&config(), world, &request()) else {
        panic!("no drift")
    };
    named(problems)
}

/// Problems as both readers see them.
fn told(problems: &[FieldProblem]) -> String {
    let line = |problem: &FieldProblem| {
        let FieldProblem { name, code, sentence, remedy } = problem;
        format!("{name} {code}\n  {}: {}\n  {}：{}\n", sentence.en, remedy.en, sentence.zh_cn, remedy.zh_cn)
    };
    problems.iter().map(line).collect()
}

#[test]
fn everything_wrong_in_shape_is_told_at_once_and_nothing_is_sent() {
    let nobody = step(StepKind::Notification, StepMode::Any, &[]);
    let handler = step(StepKind::Handling, StepMode::Unspecified, &[account("赵", "ops.zhao")]);
    let other = step(StepKind::Other, StepMode::Any, &[account("赵", "ops.zhao")]);
    let wrong = SubmissionRequest {
        idempotency_key: "with space".into(),
        department: Some("+7".into()),
        summary: vec![text("a", "a"), text("b", "b"), text("c", "c"), text("d", "d")],
        route: Route::Steps(vec![nobody, handler, other]),
        ..request()
    };
    let Err(SubmitProblem::Invalid(problems)) = go(&mut World::cold(), &wrong) else { panic!("not invalid") };
    insta::assert_snapshot!(told(&problems));
}

#[test]
fn the_key_has_1_to_64_plain_characters() {
    let with = |key: &str| invalid(&SubmissionRequest { idempotency_key: key.into(), ..request() });
    for key in ["", "a\n", "键", "a/b", &"k".repeat(65)] {
        assert_eq!(with(key), [("idempotency-key".to_owned(), "wrong-format")], "{key:?}");
    }
    let longest = SubmissionRequest { idempotency_key: "aZ0._:-".repeat(9), ..request() };
    go(&mut before_applying().answers(APPLY, APPLY_OK), &longest).unwrap();
}

#[test]
fn a_route_has_as_many_accounts_as_we_are_ready_to_confirm() {
    let crowd = vec![account("李四", "LiSi"); ROUTE_ACCOUNTS + 1];
    let route = Route::Steps(vec![step(StepKind::Approval, StepMode::Any, &crowd)]);
    assert_eq!(invalid(&SubmissionRequest { route, ..request() }), [("route".to_owned(), "too-many")]);
}

#[test]
fn without_a_template_nothing_is_sent() {
    let config = Config { template_id: None, ..config() };
    let Err(SubmitProblem::TemplateDrift(problems)) = submit(&config, &mut World::cold(), &request()) else {
        panic!("no drift")
    };
    insta::assert_snapshot!(told(&problems));
}

#[test]
fn every_account_without_a_member_has_one_message_and_nothing_is_sent() {
    let nobody = account("王五", "");
    let field = FormField {
        name: "使用人".into(),
        content: FieldContent::Single(Content::Accounts(vec![nobody.clone(), account("赵", "@all")])),
    };
    let route = Route::Steps(vec![step(StepKind::Approval, StepMode::Any, std::slice::from_ref(&nobody))]);
    let request = SubmissionRequest { fields: vec![field], route, ..request() };
    let SubmitProblem::Mapping(problems) = go(&mut World::cold(), &request).unwrap_err() else {
        panic!("not a mapping problem")
    };
    let told: Vec<_> = problems.iter().map(|problem| (problem.account_id.as_str(), problem.kind)).collect();
    assert_eq!(
        told,
        [("u-王五", MappingProblemKind::AttributeEmpty), ("u-赵", MappingProblemKind::Malformed)]
    );
}

#[test]
fn an_approver_who_has_left_stops_the_submission_with_everybody_else_who_has() {
    let gone = |id: &str| json!({ "errcode": 0, "userid": id, "status": 5 }).to_string();
    let mut world = World::warm()
        .answers(USER_GET, active("zhang.san"))
        .answers(USER_GET, gone("LiSi"))
        .answers(USER_GET, refusal(60_111));
    let approvers = [account("李四", "LiSi"), account("王五", "WangWu")];
    let route = Route::Steps(vec![step(StepKind::Approval, StepMode::All, &approvers)]);
    let SubmitProblem::Mapping(problems) =
        go(&mut world, &SubmissionRequest { route, ..request() }).unwrap_err()
    else {
        panic!("not a mapping problem")
    };
    let kinds: Vec<_> = problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [MappingProblemKind::Inactive, MappingProblemKind::NotFound]);
}

#[test]
fn what_stops_any_question_stops_at_the_first() {
    let approvers = [account("李四", "LiSi")];
    let route = Route::Steps(vec![step(StepKind::Approval, StepMode::All, &approvers)]);
    let request = SubmissionRequest { route, ..request() };
    let mut world = World::warm().answers(USER_GET, include_str!("json/any.response.ip-not-allowed.json"));
    assert_eq!(refused(go(&mut world, &request).unwrap_err()), (RefusalClass::Address, "60020".into()));
    let mut world = World::warm().fails(USER_GET, SendError::Interrupted(String::new()));
    assert!(matches!(go(&mut world, &request), Err(SubmitProblem::Unavailable(_))));
}

#[test]
fn a_template_that_is_gone_or_changed_is_drift() {
    let known = || World::warm().answers(USER_GET, active("zhang.san"));
    let mut world = known().answers(TEMPLATE, refusal(301_025));
    assert_eq!(drift(&mut world), [("template-id".to_owned(), "template-unknown")]);
    let mut world = known().answers(TEMPLATE, include_str!("json/gettemplatedetail.response.json"));
    assert_eq!(drift(&mut world), [("request-number".to_owned(), "control-missing")]);
    let mut world = known().answers(TEMPLATE, refusal(301_026));
    let problem = go(&mut world, &request()).unwrap_err();
    assert_eq!(refused(problem), (RefusalClass::Template, "301026".into()));
}

#[test]
fn a_form_that_does_not_fit_is_invalid_and_not_sent() {
    let required = control("Text", "T-1", "标题", true, json!({}));
    let mut world =
        World::warm().answers(USER_GET, active("zhang.san")).answers(TEMPLATE, template(&[required]));
    let SubmitProblem::Invalid(problems) = go(&mut world, &request()).unwrap_err() else {
        panic!("not invalid")
    };
    assert_eq!(named(problems), [("标题".to_owned(), "missing")]);
}

#[test]
fn an_app_that_may_not_read_members_can_submit_and_says_that_nobody_was_confirmed() {
    let mut world = World::warm()
        .answers(USER_GET, refusal(48_002))
        .answers(TEMPLATE, template(&[]))
        .answers(APPLY, APPLY_OK);
    let submission = go(&mut world, &request()).unwrap();
    assert!(!submission.applicant.confirmed);
    assert_eq!(submission.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["unconfirmed"]);
}
