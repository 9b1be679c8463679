//! What comes of `applyevent` when the way to WeCom, or WeCom itself, fails: sent once, and never again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::net::{IpAddr, Ipv4Addr};

use conformance::props::{request, settings};
use conformance::{EGRESS, World};
use fake_wecom::setup::member;
use fake_wecom::{App, CallFault, FaultPlan, Setup, When};
use host_harness::contract::{Member, Refusal, RefusalClass, SubmitProblem, Text, Unavailability};

const APPLYEVENT: &str = "oa/applyevent";

/// The problem of a submission during which every call of `path` meets `fault`.
async fn problem(path: &str, fault: CallFault) -> (World, SubmitProblem) {
    let world = World::new().await;
    world.fake.set_faults(FaultPlan::none().on_call(path, When::Always, fault));
    let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
    (world, problem)
}

async fn refused(fault: CallFault) -> (World, Refusal) {
    match problem(APPLYEVENT, fault).await {
        (world, SubmitProblem::Refused(refusal)) => (world, refusal),
        (_, other) => panic!("not refused: {other:?}"),
    }
}

async fn unavailable(path: &str, fault: CallFault) -> (World, Unavailability) {
    match problem(path, fault).await {
        (world, SubmitProblem::Unavailable(unavailability)) => (world, unavailability),
        (_, other) => panic!("not unavailable: {other:?}"),
    }
}

#[track_caller]
fn both_languages(text: &Text) {
    assert!(!text.en.is_empty() && !text.zh_cn.is_empty(), "{text:?}");
}

/// D22: forms that exist although nobody was told, and forms that may exist.
#[tokio::test]
async fn an_ambiguous_answer_is_an_unknown_outcome_and_is_not_sent_again() {
    for (fault, forms) in [
        (CallFault::CutAfterEffect, 1),
        (CallFault::StatusAfterEffect(500, String::from("oops")), 1),
        (CallFault::Delay(60), 1),
        (CallFault::CutBeforeEffect, 0),
        (CallFault::Status(502, String::from("bad gateway")), 0),
        (CallFault::Html, 0),
        (CallFault::OversizedBody(5 << 20), 0),
        (CallFault::OversizedBody(1), 0),
        (CallFault::ErrCode(-1), 0),
        (CallFault::ErrCode(301_057), 0),
    ] {
        let (world, problem) = problem(APPLYEVENT, fault.clone()).await;

        let SubmitProblem::UnknownOutcome(uncertainty) = problem else {
            panic!("{fault:?}: the outcome is known: {problem:?}")
        };
        assert_eq!(uncertainty.idempotency_key, "REQ-1");
        assert_eq!(uncertainty.applicant, Member { id: String::from(member::ZHANG_SAN), confirmed: true });
        both_languages(&uncertainty.sentence);
        both_languages(&uncertainty.remedy);
        assert_eq!(world.fake.calls_to(APPLYEVENT).len(), 1, "{fault:?}");
        assert_eq!(world.fake.forms().len(), forms, "{fault:?}");
    }
}

#[tokio::test]
async fn no_connection_is_unavailable_wherever_it_fails() {
    for path in ["gettoken", "user/get", "oa/gettemplatedetail", APPLYEVENT] {
        let (world, unavailability) = unavailable(path, CallFault::RefuseConnection).await;
        both_languages(&unavailability.sentence);
        assert_eq!(unavailability.refusal, None);
        assert_eq!(world.fake.calls_to(path).len(), 1, "{path}");
        assert_eq!(world.fake.forms(), [], "{path}");
    }
}

/// Before applyevent, nothing can have happened: whatever comes back is no unknown outcome.
#[tokio::test]
async fn what_fails_before_applyevent_is_unavailable() {
    for path in ["gettoken", "user/get", "oa/gettemplatedetail"] {
        for fault in [
            CallFault::CutAfterEffect,
            CallFault::Status(500, String::new()),
            CallFault::Html,
            CallFault::ErrCode(-1),
            CallFault::Delay(60),
        ] {
            let (world, _) = unavailable(path, fault).await;
            assert_eq!(world.fake.calls_to(APPLYEVENT), []);
        }
    }
}

#[tokio::test]
async fn too_many_calls_are_unavailable_for_a_minute() {
    let (world, unavailability) = unavailable(APPLYEVENT, CallFault::ErrCode(45_009)).await;
    assert_eq!(unavailability.retry_after_seconds, Some(60));
    let refusal = unavailability.refusal.unwrap();
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::RateLimit, "45009"));
    assert_eq!(world.fake.calls_to(APPLYEVENT).len(), 1);
}

/// D20: class, code, WeCom's own text, and a remedy.
#[tokio::test]
async fn a_refusal_keeps_class_code_and_text() {
    for (errcode, class) in [
        (301_055, RefusalClass::Permission),
        (60_020, RefusalClass::Address),
        (48_002, RefusalClass::Permission),
        (301_025, RefusalClass::Form),
        (301_056, RefusalClass::Disabled),
        (999_999, RefusalClass::Other),
    ] {
        let (world, refusal) = refused(CallFault::ErrCode(errcode)).await;
        assert_eq!((refusal.class, refusal.code), (class, errcode.to_string()));
        assert!(!refusal.provider_text.is_empty(), "{errcode}");
        both_languages(&refusal.sentence);
        both_languages(&refusal.remedy);
        assert_eq!(world.fake.calls_to(APPLYEVENT).len(), 1);
    }
}

/// The refusal of a company that is set up so, not of a planned fault.
async fn refused_by(change: impl FnOnce(&mut App)) -> (World, Refusal) {
    let mut setup = Setup::example();
    change(setup.apps.first_mut().unwrap());
    let world = World::with(setup).await;
    match world.tenant().submit(&request("REQ-1")).await.unwrap() {
        Err(SubmitProblem::Refused(refusal)) => (world, refusal),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_address_to_allow_is_named() {
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    let (world, refusal) = refused_by(|app| app.trusted_addresses = Some(vec![elsewhere])).await;
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Address, "60020"));
    assert!(refusal.remedy.en.contains(&EGRESS.to_string()), "{}", refusal.remedy.en);
    assert!(refusal.remedy.zh_cn.contains(&EGRESS.to_string()), "{}", refusal.remedy.zh_cn);
    assert_eq!(world.fake.forms(), []);
}

#[tokio::test]
async fn the_place_to_grant_a_right_is_named() {
    let (_, approval) = refused_by(|app| app.may_use_approval = false).await;
    assert_eq!((approval.class, approval.code.as_str()), (RefusalClass::Permission, "301055"));
    assert!(approval.remedy.en.contains("可调用接口的应用"), "{}", approval.remedy.en);
}

/// WeCom's own rate limit, not a planned fault.
#[tokio::test]
async fn a_minute_later_the_rate_limit_is_gone() {
    let world = World::with(Setup { rate_limit_per_minute: 1, ..Setup::example() }).await;
    let tenant = world.tenant_with("acme", &settings());
    tenant.submit(&request("REQ-1")).await.unwrap().unwrap();

    let limited = tenant.submit(&request("REQ-2")).await.unwrap();
    world.clock.advance(60);
    let later = tenant.submit(&request("REQ-3")).await.unwrap();

    let Err(SubmitProblem::Unavailable(unavailability)) = limited else { panic!("{limited:?}") };
    assert_eq!(unavailability.retry_after_seconds, Some(60));
    assert!(later.is_ok(), "{later:?}");
    assert_eq!(world.fake.forms().len(), 2);
}
