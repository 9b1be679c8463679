//! Calls that go wrong on purpose.

use std::time::Duration;

use fake_wecom::{Answer, CallFault, CallOutcome, FaultPlan, When};
use serde_json::json;

use crate::company::{Company, access_request, example, json_of};

fn with_fault(fault: CallFault) -> Company {
    let company = example();
    company.fake.set_faults(FaultPlan::none().on_call("oa/applyevent", When::Nth(1), fault));
    company
}

/// What a submission under a fault comes to, and how many forms there are afterwards.
fn submit(fault: CallFault) -> (Answer, usize) {
    let company = with_fault(fault);
    let answer = company.answer("oa/applyevent", &access_request());
    let forms = company.fake.forms().len();
    (answer, forms)
}

fn status_and_body(answer: Answer) -> (u16, String) {
    let response = answer.into_response().unwrap();
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

#[test]
fn a_refused_connection_and_an_early_cut_have_no_effect() {
    assert!(matches!(submit(CallFault::RefuseConnection), (Answer::Refused, 0)));
    assert!(matches!(submit(CallFault::CutBeforeEffect), (Answer::Cut, 0)));
}

#[test]
fn a_late_cut_leaves_a_form_behind_that_the_caller_does_not_know_of() {
    assert!(matches!(submit(CallFault::CutAfterEffect), (Answer::Cut, 1)));
    let company = with_fault(CallFault::CutAfterEffect);
    company.answer("oa/applyevent", &access_request());
    let call = company.fake.calls_to("oa/applyevent").remove(0);
    assert_eq!(call.outcome, CallOutcome::Cut);
    assert_eq!(call.fault, Some(CallFault::CutAfterEffect));
    assert!(call.effect.is_some());
}

#[test]
fn other_statuses_come_with_or_without_effect() {
    let (answer, forms) = submit(CallFault::Status(503, "busy".to_owned()));
    assert_eq!((status_and_body(answer), forms), ((503, "busy".to_owned()), 0));
    let (answer, forms) = submit(CallFault::StatusAfterEffect(502, "bad gateway".to_owned()));
    assert_eq!((status_and_body(answer), forms), ((502, "bad gateway".to_owned()), 1));
}

#[test]
fn a_captive_portal_and_an_oversized_body_answer_200_without_effect() {
    let (answer, forms) = submit(CallFault::Html);
    let (status, body) = status_and_body(answer);
    assert_eq!((status, forms), (200, 0));
    assert!(body.starts_with("<!DOCTYPE html>"));
    let (answer, forms) = submit(CallFault::OversizedBody(1_000_000));
    assert!(status_and_body(answer).1.len() >= 1_000_000);
    assert_eq!(forms, 0);
}

#[test]
fn a_late_answer_is_about_something_that_happened_at_once() {
    let (answer, forms) = submit(CallFault::Delay(30));
    assert_eq!(forms, 1);
    match answer {
        Answer::Slow(late, _) => assert_eq!(late, Duration::from_secs(30)),
        Answer::Response(_) | Answer::Refused | Answer::Cut => panic!("{answer:?}"),
    }
}

#[test]
fn a_planned_errcode_has_no_effect() {
    let (answer, forms) = submit(CallFault::ErrCode(-1));
    let answer = json_of(answer.into_response().unwrap());
    assert_eq!((&answer["errcode"], forms), (&json!(-1), 0));
}

#[test]
fn tokens_expire_or_are_revoked_in_the_middle_of_work() {
    for (fault, errcode) in [(CallFault::ExpireTokens, 42001), (CallFault::RevokeTokens, 40014)] {
        let mut company = with_fault(fault);
        assert_eq!(company.post("oa/applyevent", &access_request())["errcode"], errcode);
        company.renew_token();
        assert_eq!(company.post("oa/applyevent", &access_request())["errcode"], 0);
    }
}

#[test]
fn the_first_rule_whose_time_has_come_decides() {
    let company = example();
    let plan = FaultPlan::none().on_call("oa/applyevent", When::Nth(2), CallFault::ErrCode(301_057)).on_call(
        "*",
        When::First(3),
        CallFault::ErrCode(-1),
    );
    company.fake.set_faults(plan);
    let errcodes: Vec<_> =
        (0..4).map(|_| company.post("oa/applyevent", &access_request())["errcode"].clone()).collect();
    assert_eq!(errcodes, [json!(-1), json!(301_057), json!(-1), json!(0)]);
}

#[test]
fn a_plan_of_chances_runs_the_same_each_time_it_is_set() {
    let plan = || FaultPlan::none().on_call("*", When::Percent(50), CallFault::ErrCode(-1));
    let run = |company: &Company| -> Vec<bool> {
        company.fake.set_faults(plan());
        (0..32).map(|_| company.post("oa/applyevent", &access_request())["errcode"] == -1).collect()
    };
    let company = example();
    let first = run(&company);
    assert_eq!(first, run(&company));
    assert!(first.contains(&true) && first.contains(&false));
}
