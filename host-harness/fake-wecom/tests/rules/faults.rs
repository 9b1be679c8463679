//! Calls that go wrong on purpose.

use std::time::Duration;

use fake_wecom::setup::member::{LI_SI, WANG_WU};
use fake_wecom::{Answer, CallFault, CallOutcome, FaultPlan, When};
use serde_json::{Value, json};

use crate::company::{Company, T0, access_request, example, json_of, opened_body};

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
    assert!(matches!(submit(CallFault::CutRequest(10)), (Answer::Cut, 0)));
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
fn an_answer_cut_short_is_about_a_form_that_exists() {
    let company = with_fault(CallFault::CutAnswer(17));
    let answer = company.answer("oa/applyevent", &access_request());
    let Answer::CutShort(bytes, whole) = answer else { panic!("{answer:?}") };
    assert_eq!((bytes, &json_of(whole)["errcode"]), (17, &json!(0)));
    let call = company.fake.calls_to("oa/applyevent").remove(0);
    assert_eq!((call.outcome, call.effect.is_some()), (CallOutcome::Cut, true));
}

#[test]
fn another_content_type_changes_nothing_else() {
    let (answer, forms) = submit(CallFault::ContentType("text/html"));
    let response = answer.into_response().unwrap();
    assert_eq!((response.headers()["content-type"].to_str().unwrap(), forms), ("text/html", 1));
    assert_eq!(json_of(response)["errcode"], 0);
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
    let Answer::Slow(late, _) = answer else { panic!("{answer:?}") };
    assert_eq!(late, Duration::from_secs(30));
    let (answer, forms) = submit(CallFault::SlowBody(30));
    assert_eq!(forms, 1);
    let Answer::SlowBody(late, response) = answer else { panic!("{answer:?}") };
    assert_eq!((late, &json_of(response)["errcode"]), (Duration::from_secs(30), &json!(0)));
}

#[test]
fn a_form_enters_the_list_as_late_as_planned() {
    let company = example();
    company.fake.set_faults(FaultPlan::none().list_lags(300));
    let sp_no = company.submit();
    let listed = || {
        let range = json!({ "starttime": (T0 - 60).to_string(), "endtime": (T0 + 60).to_string(),
                            "new_cursor": "", "size": 100 });
        company.post("oa/getapprovalinfo", &range)["sp_no_list"].clone()
    };
    company.clock.set(T0 + 299);
    assert_eq!(listed(), json!([]));
    assert_eq!(company.detail(&sp_no)["sp_no"], sp_no.as_str(), "its number is good for a detail");
    company.clock.set(T0 + 300);
    assert_eq!(listed(), json!([sp_no]));
}

#[test]
fn a_detail_is_as_old_as_planned_while_the_event_is_already_there() {
    let company = example();
    company.save_server();
    company.fake.set_faults(FaultPlan::none().detail_lags(60));
    let sp_no = company.submit();
    let status = || company.detail(&sp_no)["sp_status"].clone();
    assert_eq!(status(), 1, "younger than the lag: as it was submitted");
    company.clock.set(T0 + 100);
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    let events = company.fake.due_deliveries(T0 + 100);
    assert!(opened_body(&events.last().unwrap().request).contains("<SpStatus>2</SpStatus><TemplateId>"));
    company.clock.set(T0 + 159);
    assert_eq!(status(), 1);
    company.clock.set(T0 + 160);
    assert_eq!(status(), 2);
}

#[test]
fn a_skewed_clock_is_on_everything_that_wecom_says() {
    let company = example();
    company.save_server();
    company.fake.set_faults(FaultPlan::none().clock_skew(-90));
    assert_eq!(company.fake.now(), T0 - 90);
    let sp_no = company.submit();
    assert_eq!(company.detail(&sp_no)["apply_time"], T0 - 90);
    let event = company.fake.due_deliveries(T0 - 90).remove(0).request;
    assert!(opened_body(&event).contains(&format!("<CreateTime>{}</CreateTime>", T0 - 90)));
    assert!(event.uri().query().unwrap().contains(&format!("timestamp={}", T0 - 90)));
}

#[test]
fn a_callback_can_be_due_before_the_answer_to_its_submission() {
    let company = with_fault(CallFault::Delay(30));
    company.save_server();
    let answer = company.answer("oa/applyevent", &access_request());
    assert!(matches!(answer, Answer::Slow(..)));
    let event = opened_body(&company.fake.due_deliveries(T0).remove(0).request);
    assert!(event.contains("<StatuChangeEvent>1</StatuChangeEvent>"), "{event}");
    let sp_no: Value = json_of(answer.into_response().unwrap())["sp_no"].clone();
    assert!(event.contains(&format!("<SpNo>{}</SpNo>", sp_no.as_str().unwrap())));
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
