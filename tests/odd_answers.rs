//! Answers that are not what they should be, through the compiled engine: odd bytes in what people wrote, answers that a
//! proxy has coded, and answers that cannot be read.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::{T0, World, props};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, FaultPlan, When};
use host_harness::contract::{
    CheckOptions, CheckVerdict, Depth, Member, Status, SubmissionQuery, SubmitProblem, TrackingProblem,
    Window,
};
use host_harness::log::Level;

const APPLY: &str = "oa/applyevent";
const DETAIL: &str = "oa/getapprovaldetail";
const TEMPLATE: &str = "oa/gettemplatedetail";

/// What people's texts have been seen to hold, and what is read.
const ODD: [(&[u8], &str); 6] = [
    (b"OK,\nplease hurry", "OK,\nplease hurry"),
    (b"OK\tfine", "OK\tfine"),
    (b"log \x1b[0;32m ok", "log \u{fffd}[0;32m ok"),
    (b"OK \xf0\x9f\x98", "OK \u{fffd}"),
    (br"OK \ud83d", "OK \u{fffd}"),
    (b"OK", "OK"),
];

fn plan(path: &str, fault: CallFault) -> FaultPlan {
    FaultPlan::none().on_call(path, When::Always, fault)
}

/// The reasons that the engine has logged for answers that it cannot use.
fn no_answers(world: &World) -> Vec<String> {
    let lines = world.log.lines();
    let lines = lines.iter().filter(|line| line.event == "no-answer" && line.level == Level::Warn);
    lines.map(ToString::to_string).collect()
}

async fn submitted(world: &World, key: &str) -> String {
    world.tenant().submit(&props::request(key)).await.unwrap().unwrap().approval_id
}

#[tokio::test]
async fn a_form_is_read_whatever_its_approver_says() {
    let world = World::new().await;
    let id = submitted(&world, "REQ-1").await;
    world.fake.agree(&id, member::LI_SI, "SPEECH").unwrap();
    world.fake.agree(&id, member::WANG_WU, "").unwrap();
    for (speech, text) in ODD {
        world.fake.set_faults(plan(DETAIL, CallFault::Replace("SPEECH", speech)));
        let approval = world.tenant().fetch(&id).await.unwrap().unwrap();
        assert_eq!(approval.status, Status::Approved);
        let members = approval.steps.iter().flat_map(|step| &step.members);
        let said: Vec<&str> = members
            .filter(|part| part.member_id == member::LI_SI)
            .map(|part| part.comment.as_str())
            .collect();
        assert_eq!(said, [text]);
    }
    assert_eq!(no_answers(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_member_is_confirmed_whatever_the_name() {
    let world = World::new().await;
    for (name, _) in ODD {
        world.fake.set_faults(plan("user/get", CallFault::Replace("张三", name)));
        let person = props::account(&[member::ZHANG_SAN]);
        let found = world.tenant().resolve_user(&person, Depth::Confirmed).await.unwrap().unwrap();
        assert_eq!(found, Member { id: member::ZHANG_SAN.to_owned(), confirmed: true });
    }
}

/// One form in the list that cannot be read hides no other, and proves nothing.
#[tokio::test]
async fn a_search_goes_past_a_form_that_cannot_be_read() {
    let world = World::new().await;
    let older = submitted(&world, "REQ-1").await;
    world.clock.advance(1);
    submitted(&world, "REQ-2").await;
    let broken = b"REQ-2\",\"tips\":\"he said \"yes\"".as_slice();
    world.fake.set_faults(plan(DETAIL, CallFault::Replace("REQ-2", broken)));
    let search = |key: &str| SubmissionQuery {
        idempotency_key: key.to_owned(),
        window: Window { starts_at: T0 - 60, ends_at: T0 + 60 },
        applicant: None,
    };
    assert_eq!(world.tenant().find_submission(&search("REQ-1")).await.unwrap(), Ok(Some(older)));
    let Err(TrackingProblem::Refused(refusal)) =
        world.tenant().find_submission(&search("REQ-3")).await.unwrap()
    else {
        panic!("taken for proof that there is none")
    };
    assert_eq!(refusal.code, "unreadable-answer");
    assert!(
        refusal
            .sentence
            .en
            .starts_with("WeCom's answer to /cgi-bin/oa/getapprovaldetail cannot be read: no JSON at")
    );
    assert_eq!(no_answers(&world).len(), 2);
}

/// A proxy may code an answer that was not to be coded. The host decodes gzip, within its limit.
#[tokio::test]
async fn an_answer_that_a_proxy_has_compressed_is_read() {
    let world = World::new().await;
    world.fake.set_faults(plan("*", CallFault::Gzip));
    let submission = world.tenant().submit(&props::request("REQ-1")).await.unwrap().unwrap();
    assert_eq!(submission.approval_id, world.fake.forms().last().unwrap().sp_no);
    assert_eq!(world.fake.calls_to(APPLY).len(), 1);
}

#[tokio::test]
async fn a_coding_that_is_not_decoded_is_named() {
    for coding in ["br", "zstd", "deflate"] {
        let world = World::new().await;
        world.fake.set_faults(plan(APPLY, CallFault::Coded(coding)));
        let problem = world.tenant().submit(&props::request("REQ-1")).await.unwrap().unwrap_err();
        let SubmitProblem::UnknownOutcome(uncertainty) = problem else { panic!("{problem:?}") };
        assert_eq!(
            uncertainty.sentence.en,
            format!(
                "the approval was sent, and WeCom's answer to /cgi-bin/oa/applyevent cannot be read: it is coded with \
                 {coding}, which the request did not ask for"
            )
        );
        assert!(uncertainty.sentence.zh_cn.contains(&format!("内容使用了 {coding} 编码")));
    }
}

#[tokio::test]
async fn what_cannot_be_read_has_its_reason_in_the_log() {
    let world = World::new().await;
    let id = submitted(&world, "REQ-1").await;
    for (fault, reason) in [
        (CallFault::Html, "no JSON at byte 1 of "),
        (CallFault::Status(502, "bad gateway".to_owned()), "HTTP status 502; it begins with: bad gateway"),
        (CallFault::CutBeforeEffect, "no complete answer of WeCom's came"),
        (CallFault::RefuseConnection, "WeCom cannot be reached"),
    ] {
        world.fake.set_faults(plan(DETAIL, fault));
        assert_eq!(world.tenant().fetch(&id).await.unwrap(), Err(TrackingProblem::Unavailable(None)));
        let noted = no_answers(&world).pop().unwrap();
        assert!(noted.contains("/cgi-bin/oa/getapprovaldetail") && noted.contains(reason), "{noted}");
    }
}

#[tokio::test]
async fn a_template_that_cannot_be_read_blames_neither_the_address_nor_the_permission() {
    let world = World::new().await;
    world
        .fake
        .set_faults(plan(TEMPLATE, CallFault::Bytes(b"{\"errcode\":0,\"x\":\"he said \"yes\"\"}".to_vec())));
    let probe = Some(props::account(&[member::ZHANG_SAN]));
    let findings = world.tenant().check(&CheckOptions { now: T0, probe }).await.unwrap();
    let verdicts: Vec<(&str, CheckVerdict)> =
        findings.iter().skip(4).map(|finding| (finding.id.as_str(), finding.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("address", CheckVerdict::Skipped),
            ("permission", CheckVerdict::Skipped),
            ("template", CheckVerdict::Fail),
            ("field-map", CheckVerdict::Skipped),
            ("member", CheckVerdict::Ok),
        ]
    );
}
