//! What comes of `applyevent`: sent once, and every ambiguous end told as one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use wecom_protocol::errcode::{EGRESS_DENIED, RefusalClass};
use wecom_protocol::exchange::{Acquired, Note, Outbound, Request, Response, SendError};
use wecom_protocol::model::{Member, SpNo, UserId};
use wecom_protocol::secret::Secret;
use wecom_protocol::submit::{SubmitProblem, submit};

use drawn::cases;
use fixtures::{APPLY, APPLY_OK, GETTOKEN, TEMPLATE, TOKEN_OK, USER_GET, active, config, refusal, template};
use submission::{KEY, before_applying, go, refused, request};
use world::{FIRST_TOKEN, World};

#[path = "support/drawn.rs"]
mod drawn;
#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/submission.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submission;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

#[test]
fn applyevent_is_sent_once_whatever_ambiguous_comes_back() {
    let answered =
        |status: u16, body: &str| Ok(Response { status, coding: None, body: body.as_bytes().to_vec() });
    let ambiguous = [
        Err(SendError::Interrupted(String::new())),
        Err(SendError::TooLarge),
        answered(500, "{\"errcode\":40058}"),
        answered(502, "<html>"),
        answered(404, ""),
        answered(302, ""),
        answered(200, ""),
        answered(200, "<html>"),
        answered(200, "[]"),
        answered(200, "{\"errcode\":0"),
        answered(200, "{\"errcode\":[]}"),
        answered(200, "{}"),
        answered(200, "{\"errcode\":0,\"errmsg\":\"ok\"}"),
        answered(200, "{\"errcode\":0,\"sp_no\":\" \"}"),
        answered(200, &refusal(-1)),
        answered(200, &refusal(301_057)),
        answered(200, &refusal(620_004)),
    ];
    let mut told = String::new();
    for answer in ambiguous {
        let mut world = before_applying();
        world = match answer {
            Ok(Response { status, body, .. }) => world.answers_with(APPLY, status, body),
            Err(error) => world.fails(APPLY, error),
        };
        let SubmitProblem::UnknownOutcome(uncertainty) = go(&mut world, &request()).unwrap_err() else {
            panic!("the outcome is known")
        };
        assert_eq!(uncertainty.idempotency_key, KEY);
        told += &format!("{}\n  {}\n", uncertainty.sentence.en, uncertainty.sentence.zh_cn);
        assert_eq!(uncertainty.applicant, Member { id: UserId("zhang.san".into()), confirmed: true });
        assert_eq!(world.count(APPLY), 1);
        assert_eq!(world.notes.last(), Some(&Note::OutcomeUnknown));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_turns_applyevent_away_for_a_while_is_unavailable() {
    let sample = include_str!("json/any.response.rate-limited.json").to_owned();
    for (errcode, answer, seconds) in [(45_009, sample, Some(60)), (45_033, refusal(45_033), Some(5))] {
        let mut world = before_applying().answers(APPLY, answer);
        let SubmitProblem::Unavailable(unavailable) = go(&mut world, &request()).unwrap_err() else {
            panic!("not unavailable")
        };
        assert_eq!(unavailable.retry_after_seconds, seconds);
        assert_eq!(unavailable.refusal.unwrap().code, errcode.to_string());
        assert_eq!(world.count(APPLY), 1);
    }
    let mut world = before_applying().fails(APPLY, SendError::Unreachable(String::new()));
    assert!(matches!(go(&mut world, &request()), Err(SubmitProblem::Unavailable(_))));
}

#[test]
fn what_refuses_applyevent_for_good_keeps_its_class_and_code() {
    for (errcode, class) in [
        (301_025, RefusalClass::Form),
        (301_055, RefusalClass::Permission),
        (301_056, RefusalClass::Disabled),
        (301_079, RefusalClass::Form),
        (60_111, RefusalClass::Member),
        (48_002, RefusalClass::Permission),
        (999_999, RefusalClass::Other),
    ] {
        let mut world = before_applying().answers(APPLY, refusal(errcode));
        let problem = go(&mut world, &request()).unwrap_err();
        assert_eq!(refused(problem), (class, errcode.to_string()));
        assert_eq!(world.notes, [Note::CallRefused { path: APPLY, errcode }]);
    }
    let denied = SendError::Denied { setting: "egress.allow".into(), reason: "not listed".into() };
    let problem = go(&mut before_applying().fails(APPLY, denied), &request()).unwrap_err();
    assert_eq!(refused(problem), (RefusalClass::Other, EGRESS_DENIED.into()));
}

#[test]
fn wecoms_own_text_says_which_control_is_wrong() {
    let mut world =
        before_applying().answers(APPLY, include_str!("json/applyevent.response.param-error.json"));
    let SubmitProblem::Refused(refusal) = go(&mut world, &request()).unwrap_err() else {
        panic!("not refused")
    };
    assert_eq!(refusal.provider_text, "get approval param error:invalid control id Text-1700000000001");
    let mut world =
        before_applying().answers(APPLY, include_str!("json/applyevent.response.not-visible.json"));
    assert_eq!(refused(go(&mut world, &request()).unwrap_err()).0, RefusalClass::Permission);
}

#[test]
fn a_token_refused_by_applyevent_is_renewed_once() {
    for errcode in [40_014, 42_001, 41_001] {
        let renewed = || before_applying().answers(APPLY, refusal(errcode)).answers(GETTOKEN, TOKEN_OK);
        let mut world = renewed().answers(APPLY, APPLY_OK);
        go(&mut world, &request()).unwrap();
        assert_eq!(world.count(APPLY), 2);
        let mut world = renewed().answers(APPLY, refusal(errcode));
        let problem = go(&mut world, &request()).unwrap_err();
        assert_eq!(refused(problem), (RefusalClass::Token, errcode.to_string()));
        assert_eq!((world.count(APPLY), world.count(GETTOKEN)), (2, 1));
    }
}

#[test]
fn a_renewal_that_fails_submits_nothing() {
    let mut world =
        before_applying().answers(APPLY, refusal(42_001)).answers_with(GETTOKEN, 500, b"".to_vec());
    assert!(matches!(go(&mut world, &request()), Err(SubmitProblem::Unavailable(_))));
    let mut world = before_applying().answers(APPLY, refusal(42_001)).answers(GETTOKEN, refusal(40_001));
    assert_eq!(refused(go(&mut world, &request()).unwrap_err()).0, RefusalClass::Credentials);
}

#[test]
fn a_number_may_come_as_a_number() {
    let mut world = before_applying().answers(APPLY, r#"{"errcode":"0","sp_no":202601010007}"#);
    assert_eq!(go(&mut world, &request()).unwrap().approval_id, SpNo("202601010007".into()));
}

#[test]
fn no_token_appears_in_any_problem_or_note() {
    let echo = format!(r#"{{"errcode":301025,"errmsg":"access_token={FIRST_TOKEN} {FIRST_TOKEN}"}}"#);
    for path in [USER_GET, TEMPLATE, APPLY] {
        let mut world = World::warm();
        for (earlier, answer) in [(USER_GET, active("zhang.san")), (TEMPLATE, template(&[]))] {
            if earlier == path {
                break;
            }
            world = world.answers(earlier, answer);
        }
        world = world.answers(path, echo.clone());
        let problem = go(&mut world, &request()).unwrap_err();
        let everything = format!("{problem:?} {:?} {:?}", world.notes, world.sent);
        assert!(!everything.contains(FIRST_TOKEN), "{everything}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_bytes_as_any_answer_panic_or_submit(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            (any::<i64>(), any::<String>()).prop_map(|(errcode, errmsg)| {
                json!({ "errcode": errcode, "errmsg": errmsg }).to_string().into_bytes()
            }),
            any::<String>().prop_map(|token| {
                json!({ "access_token": token, "expires_in": 1, "userid": "zhang.san", "sp_no": "1" })
                    .to_string()
                    .into_bytes()
            }),
        ],
        status in prop_oneof![Just(200_u16), any::<u16>()],
        stage in 0..4_usize,
    ) {
        let result = submit(&config(), &mut Stages(vec![(status, body.clone()); 4]), &request());
        prop_assert_eq!(result.ok(), None, "nothing was submitted, whichever problem says why");
        let mut scripted: Vec<(u16, Vec<u8>)> = vec![
            (200, TOKEN_OK.into()),
            (200, active("zhang.san").into()),
            (200, template(&[]).into()),
            (200, APPLY_OK.into()),
        ];
        scripted[stage] = (status, body);
        // Whatever is decided, it is decided without a panic.
        let _decided = submit(&config(), &mut Stages(scripted), &request());
    }
}

/// Answers each interface with its own bytes: gettoken, user/get, gettemplatedetail, applyevent.
struct Stages(Vec<(u16, Vec<u8>)>);

impl Outbound for Stages {
    fn acquire_token(&mut self, _: &str, _: Option<&Secret>) -> Acquired {
        Acquired::Lease
    }

    fn publish_token(&mut self, _: &str, _: &Secret, _: Duration) {}

    fn block_credential(&mut self, _: &str, _: i64) {}

    fn send(&mut self, request: &Request) -> Result<Response, SendError> {
        let stage =
            [GETTOKEN, USER_GET, TEMPLATE, APPLY].iter().position(|path| *path == request.path).unwrap();
        let (status, body) = self.0.get(stage).unwrap().clone();
        Ok(Response { status, coding: None, body })
    }

    fn note(&mut self, _: Note) {}
}
