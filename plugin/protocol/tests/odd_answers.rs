//! Answers of WeCom's that are not what they should be: odd bytes in names and comments are read past, and what cannot be
//! read is named with its interface, its place and its harmless beginning, and noted for the operator.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use wecom_protocol::api::UNREADABLE_ANSWER;
use wecom_protocol::diagnostics::{CREATE_PATH, provision};
use wecom_protocol::exchange::{Note, Response, SendError};
use wecom_protocol::model::{Approval, Member, SpNo, Status, UserId};
use wecom_protocol::submit::SubmitProblem;
use wecom_protocol::tracking::{DETAIL_PATH, TrackingProblem, fetch};
use wecom_protocol::user::{Depth, MappingProblem, resolve};

use fixtures::{
    APPLY, GETTOKEN, TEMPLATE, TEMPLATE_ID, TOKEN_OK, USER_GET, account, active, config, template,
};
use submission::{before_applying, go, request};
use world::{FIRST_TOKEN, World};

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/submission.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submission;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const NUMBER: &str = "202601010007";

/// What people's texts have been seen to hold, and what is read.
const ODD: [(&[u8], &str); 6] = [
    (b"OK,\nplease hurry", "OK,\nplease hurry"),
    (b"OK\tfine", "OK\tfine"),
    (b"log \x1b[0;32m ok", "log \u{fffd}[0;32m ok"),
    (b"OK \xf0\x9f\x98", "OK \u{fffd}"),
    (br"OK \ud83d", "OK \u{fffd}"),
    (b"OK", "OK"),
];

/// `text` with `odd` in the place of `@`.
fn with(text: &str, odd: &[u8]) -> Vec<u8> {
    let (before, after) = text.split_once('@').unwrap();
    [before.as_bytes(), odd, after.as_bytes()].concat()
}

/// An approved form on which its approver has said `speech`.
fn form(speech: &[u8]) -> Vec<u8> {
    let detail =
        r#"{"approver":{"userid":"li.si"},"speech":"@","sp_status":2,"sptime":1767225700,"media_id":[]}"#;
    let text = format!(
        r#"{{"errcode":0,"errmsg":"ok","info":{{"sp_no":"{NUMBER}","sp_name":"Access","sp_status":2,"template_id":
        "{TEMPLATE_ID}","apply_time":1767225600,"applyer":{{"userid":"zhang.san","partyid":"2"}},"sp_record":
        [{{"sp_status":2,"approverattr":1,"details":[{detail}]}}],"notifyer":[],"comments":[]}}}}"#
    );
    with(&text, speech)
}

#[expect(clippy::result_large_err, reason = "as the function under test")]
fn fetched(world: &mut World) -> Result<Approval, TrackingProblem> {
    fetch(&config(), world, &SpNo(NUMBER.into()))
}

#[expect(clippy::result_large_err, reason = "as the function under test")]
fn confirmed(world: &mut World) -> Result<Member, MappingProblem> {
    resolve(&config(), world, &account("张三", "zhang.san"), Depth::Confirmed)
}

#[test]
fn whatever_an_approver_says_the_form_is_read_and_the_text_is_kept() {
    for (speech, text) in ODD {
        let mut world = World::warm().answers_with(DETAIL_PATH, 200, form(speech));
        let approval = fetched(&mut world).unwrap();
        assert_eq!(approval.status, Status::Approved);
        let said: Vec<&str> = approval
            .steps
            .iter()
            .flat_map(|step| &step.members)
            .map(|member| member.comment.as_str())
            .collect();
        assert_eq!(said, [text]);
        let repaired = Note::AnswerRepaired { path: DETAIL_PATH, places: 1 };
        assert_eq!(world.notes, if speech == b"OK" { vec![] } else { vec![repaired] });
    }
}

#[test]
fn a_members_name_is_nothing_that_confirming_depends_on() {
    for (name, _) in ODD {
        let answer =
            with(r#"{"errcode":0,"userid":"zhang.san","name":"@","department":[1],"status":1}"#, name);
        let member = confirmed(&mut World::warm().answers_with(USER_GET, 200, answer)).unwrap();
        assert_eq!(member, Member { id: UserId("zhang.san".into()), confirmed: true });
    }
}

/// The same for all other interfaces, by way of what they never read, or of the number that they give.
#[test]
fn odd_bytes_stop_neither_a_submission_nor_a_template() {
    for (odd, _) in ODD {
        let said = |text: &str| with(&text.replacen('{', r#"{"odd":"@","#, 1), odd);
        let mut world = World::cold()
            .answers_with(GETTOKEN, 200, said(TOKEN_OK))
            .answers_with(USER_GET, 200, said(&active("zhang.san")))
            .answers_with(TEMPLATE, 200, said(&template(&[])))
            .answers_with(APPLY, 200, said(r#"{"errcode":0,"sp_no":"202601010007"}"#));
        assert_eq!(go(&mut world, &request()).unwrap().approval_id, SpNo(NUMBER.into()));
        let made = said(&format!(r#"{{"errcode":0,"template_id":"{TEMPLATE_ID}"}}"#));
        let bare = wecom_protocol::config::Config { template_id: None, ..config() };
        let settings = provision(&bare, &mut World::warm().answers_with(CREATE_PATH, 200, made)).unwrap();
        assert!(settings.contains(&("template-id", TEMPLATE_ID.to_owned())));
    }
}

/// What cannot be read: the bytes that came, and the sentence that names them.
fn unreadable() -> Vec<(Response, &'static str)> {
    let answer = |status: u16, coding: Option<&str>, body: &[u8]| Response {
        status,
        coding: coding.map(str::to_owned),
        body: body.to_vec(),
    };
    vec![
        (
            answer(
                200,
                None,
                br#"{"errcode":0,"info":{"sp_no":"202601010007","name":"he said "yes"","x":1}}"#,
            ),
            r#"WeCom's answer to PATH cannot be read: no JSON at byte 62 of 74; it begins with: {"errcode":0,"info":{"sp_no":"…","name":"…"…"#,
        ),
        (
            answer(200, None, b"{\"errcode\":0,\"errmsg\":\"a\nb\",\"info\":{"),
            r#"WeCom's answer to PATH cannot be read: no JSON at byte 36 of 36; it begins with: {"errcode":0,"errmsg":"…","info":{"#,
        ),
        (
            answer(200, None, br#"{"errcode":"a"}"#),
            r#"WeCom's answer to PATH cannot be read: its errcode is no number; it begins with: {"errcode":"…"}"#,
        ),
        (
            answer(200, None, br#"{"errcode":false}"#),
            r#"WeCom's answer to PATH cannot be read: its errcode is no number; it begins with: {"errcode":?????}"#,
        ),
        (
            answer(200, None, br#"{"errcode":40014,"errcode":0}"#),
            r#"WeCom's answer to PATH cannot be read: an object has the name errcode twice; it begins with: {"errcode":40014,"errcode":0}"#,
        ),
        (
            answer(200, Some("gzip"), b"\x1f\x8b\x08\x00"),
            "WeCom's answer to PATH cannot be read: it is coded with gzip, which the request did not ask for",
        ),
        (
            answer(200, None, b"\x1f\x8b\x08\x00"),
            "WeCom's answer to PATH cannot be read: it is coded with gzip, which the request did not ask for",
        ),
        (
            answer(200, Some("br"), b"\x0b\x02\x80{}\x03"),
            "WeCom's answer to PATH cannot be read: it is coded with br, which the request did not ask for",
        ),
        (
            answer(200, None, b"<html>\r\n<h1>Sign in\x07</h1> access_token=TOKEN-IN-CACHE-0000</html>"),
            "what came back from PATH is no answer of WeCom's: no JSON at byte 1 of 65; it begins with: <html> <h1>Sign \
             in</h1> access_token=***",
        ),
        (answer(200, None, b""), "what came back from PATH is no answer of WeCom's: it is empty"),
        (
            answer(200, None, b"[]"),
            "what came back from PATH is no answer of WeCom's: JSON without an object; it begins with: []",
        ),
        (
            answer(502, None, b"bad gateway"),
            "what came back from PATH is no answer of WeCom's: HTTP status 502; it begins with: bad gateway",
        ),
    ]
}

#[test]
fn what_cannot_be_read_is_named_to_the_caller_and_to_the_operator_wherever_it_comes() {
    for (answer, sentence) in unreadable() {
        let said = |path: &str| sentence.replace("PATH", path);
        let noted = |path| Note::NoAnswer { path, reason: said(path) };

        let mut world = World::warm().gives(DETAIL_PATH, answer.clone());
        match fetched(&mut world).unwrap_err() {
            // From a proxy in between: the contract has no text for it, so the reason is in the log.
            TrackingProblem::Unavailable(None) => assert!(!sentence.contains(r#"with: {"#), "{sentence}"),
            TrackingProblem::Refused(refusal) => {
                assert_eq!(
                    (refusal.code.as_str(), refusal.sentence.en),
                    (UNREADABLE_ANSWER, said(DETAIL_PATH).into())
                );
                assert!(
                    refusal
                        .sentence
                        .zh_cn
                        .starts_with("无法读取企业微信对 /cgi-bin/oa/getapprovaldetail 的应答：")
                );
            }
            other @ (TrackingProblem::Invalid(_)
            | TrackingProblem::NotFound(_)
            | TrackingProblem::Unavailable(_)) => {
                panic!("{other:?}")
            }
        }
        assert_eq!(world.notes, [noted(DETAIL_PATH)]);

        let mut world = World::warm().gives(USER_GET, answer.clone());
        let problem = confirmed(&mut world).unwrap_err();
        assert!(problem.for_administrator.en.contains(&said(USER_GET)), "{}", problem.for_administrator.en);
        assert_eq!(world.notes, [noted(USER_GET)]);

        let mut world = before_applying().gives(APPLY, answer);
        let SubmitProblem::UnknownOutcome(uncertainty) = go(&mut world, &request()).unwrap_err() else {
            panic!("the outcome is known")
        };
        assert_eq!(uncertainty.sentence.en, format!("the approval was sent, and {}", said(APPLY)));
        assert_eq!(world.notes, [noted(APPLY), Note::OutcomeUnknown]);
        assert!(!format!("{:?}", world.notes).contains(FIRST_TOKEN));
    }
}

/// An answer to the question for a token is a token, sound or not.
#[test]
fn no_token_is_in_what_is_told_of_an_answer_that_cannot_be_read() {
    for body in [
        r#"{"errcode":0,"access_token":"TOKEN-UNREAD","expires_in":7200"#,
        r#"{"access_token":"TOKEN-UNREAD""errcode":0}"#,
        r#"[{"access_token":"TOKEN-UNREAD"}]"#,
        r#"callback({"access_token":"TOKEN-UNREAD"})"#,
        r#"{"errcode":[],"access_token":"TOKEN-UNREAD"}"#,
        "access_token=TOKEN-UNREAD",
    ] {
        let mut world = World::cold().answers(GETTOKEN, body);
        let told = format!("{:?}", fetched(&mut world).unwrap_err());
        let noted = format!("{:?}", world.notes);
        assert!(noted.contains("/cgi-bin/gettoken"), "{noted}");
        assert!(!told.contains("UNREAD") && !noted.contains("UNREAD"), "{told} {noted}");
    }
}

/// `unavailable` has no room for a reason in what tracking tells, so each has its line.
#[test]
fn nothing_is_unavailable_without_a_line_that_says_why() {
    let reason = |world: &mut World| {
        assert!(matches!(fetched(world), Err(TrackingProblem::Unavailable(_))));
        let notes: Vec<String> = world.notes.iter().map(|note| format!("{note:?}")).collect();
        notes.join("\n")
    };
    for (mut world, part) in [
        (World::busy(), "another call has been fetching the access token for too long"),
        (
            World::warm().fails(DETAIL_PATH, SendError::Unreachable("no connection".into())),
            "WeCom cannot be reached: no connection",
        ),
        (World::cold().fails(GETTOKEN, SendError::Unreachable(String::new())), "WeCom cannot be reached\""),
        (
            World::warm().fails(DETAIL_PATH, SendError::Interrupted("no answer in time".into())),
            "no complete answer of WeCom's came: no answer in time",
        ),
        (World::warm().fails(DETAIL_PATH, SendError::TooLarge), "larger than the host reads"),
        (World::warm().answers_with(DETAIL_PATH, 502, vec![]), "HTTP status 502"),
        (World::warm().answers(DETAIL_PATH, fixtures::refusal(-1)), "errcode: -1"),
        (World::cold().answers(GETTOKEN, fixtures::refusal(45_009)), "errcode: 45009"),
    ] {
        let noted = reason(&mut world);
        assert!(noted.contains(part), "{noted}");
    }
}

/// A comment that was put into JSON without escapes closes its list, adds a status, and opens the list again. It is sound
/// JSON in which the status is there twice: nothing is believed, and nothing of the comment is shown.
#[test]
fn a_status_that_a_comment_adds_is_not_believed() {
    let body = |typed: &str| {
        format!(
            r#"{{"errcode":0,"errmsg":"ok","info":{{"sp_no":"{NUMBER}","sp_name":"Access","sp_status":1,"template_id":
            "{TEMPLATE_ID}","apply_time":1767225600,"applyer":{{"userid":"zhang.san","partyid":"2"}},"sp_record":[],
            "notifyer":[],"comments":[{{"commentUserInfo":{{"userid":"eve"}},"commenttime":1,"commentcontent":"{typed}",
            "commentid":"1"}}]}}}}"#
        )
    };
    let honest = fetched(&mut World::warm().answers(DETAIL_PATH, body("ok"))).unwrap();
    assert_eq!(honest.status, Status::Pending);
    for typed in [r#"x"}],"sp_status":2,"comments":[{"commentcontent":"y"#, r#"x","commentid":"2"#] {
        let mut world = World::warm().answers(DETAIL_PATH, body(typed));
        assert!(matches!(
            fetched(&mut world),
            Err(TrackingProblem::Unavailable(_) | TrackingProblem::Refused(_))
        ));
        let [Note::NoAnswer { reason, .. }] = world.notes.as_slice() else { panic!("{:?}", world.notes) };
        let name = if typed.contains("sp_status") { "sp_status" } else { "commentid" };
        assert!(reason.contains(&format!("an object has the name {name} twice")), "{reason}");
    }
}
