//! The access token: fetched once, renewed once, never looped over.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::time::Duration;

use wecom_protocol::api::{self, Failure, Obstacle};
use wecom_protocol::errcode::{EGRESS_DENIED, RefusalClass};
use wecom_protocol::exchange::{HeldSecret, Note, SendError};
use wecom_protocol::secret::Secret;
use wecom_protocol::token;

use fixtures::{GETTOKEN, TOKEN_OK, USER_GET, active, config, refusal};
use world::{FIRST_TOKEN, World};

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const FETCHED: &str = "TOKEN-EXAMPLE-0001";

#[expect(clippy::result_large_err, reason = "as the function under test")]
fn ask(world: &mut World) -> Result<api::Answer, Failure> {
    let config = config();
    token::call(&config, world, api::get(&config, USER_GET, vec![("userid", "zhang.san".into())]))
}

fn obstacle(world: &mut World) -> Obstacle {
    ask(world).unwrap_err().of_a_read()
}

fn refused(world: &mut World) -> (RefusalClass, String) {
    match obstacle(world) {
        Obstacle::Refused(refusal) => (refusal.class, refusal.code),
        Obstacle::Unavailable(unavailable) => panic!("unavailable: {unavailable:?}"),
    }
}

fn unavailable(world: &mut World) -> Option<u32> {
    match obstacle(world) {
        Obstacle::Refused(refusal) => panic!("refused: {refusal:?}"),
        Obstacle::Unavailable(unavailable) => unavailable.retry_after_seconds,
    }
}

#[test]
fn a_cached_token_goes_into_the_query_and_nothing_is_fetched() {
    let mut world = World::warm().answers(USER_GET, active("zhang.san"));
    ask(&mut world).unwrap();
    assert_eq!(world.sent[0].token, Some(Secret::new(FIRST_TOKEN.into())));
    assert!(world.notes.is_empty());
}

#[test]
fn a_lease_fetches_with_the_held_secret_and_publishes_wecoms_lifetime() {
    let mut world = World::cold().answers(GETTOKEN, TOKEN_OK).answers(USER_GET, active("zhang.san"));
    ask(&mut world).unwrap();
    let fetch = &world.sent[0];
    assert_eq!(fetch.held, Some(HeldSecret { setting: "secret", parameter: "corpsecret" }));
    assert_eq!(fetch.query, [("corpid", "ww0123456789abcdef".to_owned())]);
    assert_eq!((&fetch.token, &fetch.body), (&None, &None));
    assert_eq!(world.published, [(Secret::new(FETCHED.into()), Duration::from_secs(7_200))]);
    assert_eq!(world.sent[1].token, Some(Secret::new(FETCHED.into())));
    assert_eq!(world.notes, [Note::TokenFetched { lifetime_seconds: 7_200 }]);
}

#[test]
fn each_token_errcode_renews_once_and_asks_once_more() {
    for errcode in [40_014, 42_001, 41_001] {
        let mut world = World::warm()
            .answers(USER_GET, refusal(errcode))
            .answers(GETTOKEN, TOKEN_OK)
            .answers(USER_GET, active("zhang.san"));
        ask(&mut world).unwrap();
        assert_eq!(world.sent.len(), 3);
        assert_eq!(world.acquired, [None, Some(Secret::new(FIRST_TOKEN.into()))]);
        assert_eq!(world.notes[0], Note::TokenRefused { errcode });
    }
}

#[test]
fn a_second_token_errcode_is_the_result_and_never_a_loop() {
    for errcode in [40_014, 42_001, 41_001] {
        let mut world = World::warm()
            .answers(USER_GET, refusal(errcode))
            .answers(GETTOKEN, TOKEN_OK)
            .answers(USER_GET, refusal(errcode));
        assert_eq!(refused(&mut world), (RefusalClass::Token, errcode.to_string()));
        assert_eq!((world.count(USER_GET), world.count(GETTOKEN)), (2, 1));
        assert_eq!(world.notes.last(), Some(&Note::CallRefused { path: USER_GET, errcode }));
    }
}

#[test]
fn the_documented_samples_of_a_spent_token_are_understood() {
    for sample in [
        include_str!("json/any.response.expired-token.json"),
        include_str!("json/any.response.invalid-token.json"),
    ] {
        let mut world = World::warm()
            .answers(USER_GET, sample)
            .answers(GETTOKEN, TOKEN_OK)
            .answers(USER_GET, active("zhang.san"));
        ask(&mut world).unwrap();
    }
}

#[test]
fn a_wrong_credential_is_blocked_and_makes_no_further_call() {
    for errcode in [40_001, 40_013, 40_091, 41_002, 41_004] {
        let mut world = World::cold().answers(GETTOKEN, refusal(errcode));
        assert_eq!(refused(&mut world), (RefusalClass::Credentials, errcode.to_string()));
        assert_eq!(refused(&mut world), (RefusalClass::Credentials, errcode.to_string()));
        assert_eq!(world.sent.len(), 1);
        assert!(world.published.is_empty());
        assert!(world.notes.contains(&Note::CredentialBlocked { errcode }));
    }
}

#[test]
fn the_documented_samples_of_a_wrong_credential_are_blocked_and_quoted() {
    for (sample, errcode, quoted) in [
        (include_str!("json/gettoken.response.bad-corpid.json"), 40_013, "invalid corpid, hint: ["),
        (include_str!("json/gettoken.response.bad-secret.json"), 40_001, "invalid credential, hint: ["),
    ] {
        let mut world = World::cold().answers(GETTOKEN, sample);
        let Obstacle::Refused(refusal) = obstacle(&mut world) else { panic!("not refused") };
        assert_eq!((refusal.class, refusal.code), (RefusalClass::Credentials, errcode.to_string()));
        assert!(refusal.provider_text.starts_with(quoted), "{}", refusal.provider_text);
        assert_eq!(
            world.notes,
            [Note::CallRefused { path: GETTOKEN, errcode }, Note::CredentialBlocked { errcode }]
        );
    }
}

#[test]
fn a_blocked_credential_makes_no_call_at_all() {
    let mut world = World::blocked(40_001);
    assert_eq!(refused(&mut world), (RefusalClass::Credentials, "40001".into()));
    assert!(world.sent.is_empty());
}

#[test]
fn a_credential_is_not_blocked_by_anything_else() {
    for errcode in [50_003, 60_020, 301_007, 999_999] {
        let mut world = World::cold().answers(GETTOKEN, refusal(errcode)).answers(GETTOKEN, refusal(errcode));
        assert_eq!(refused(&mut world).1, errcode.to_string());
        assert_eq!(refused(&mut world).1, errcode.to_string());
    }
}

#[test]
fn an_unusable_token_is_neither_published_nor_sent() {
    let long = "x".repeat(513);
    for token in ["", "with space", "zeichen-ü", "line\\n", long.as_str()] {
        let answer = format!(r#"{{"errcode":0,"access_token":"{token}","expires_in":7200}}"#);
        let mut world = World::cold().answers(GETTOKEN, answer);
        assert_eq!(unavailable(&mut world), None);
        assert!(world.published.is_empty());
    }
    for expiry in ["0", "-1", "null", "\"soon\""] {
        let answer = format!(r#"{{"errcode":0,"access_token":"T","expires_in":{expiry}}}"#);
        let mut world = World::cold().answers(GETTOKEN, answer);
        assert_eq!(unavailable(&mut world), None);
        assert!(world.published.is_empty());
    }
}

#[test]
fn numbers_may_come_as_texts() {
    let answer = r#"{"errcode":"0","access_token":"T","expires_in":"7200"}"#;
    let mut world = World::cold().answers(GETTOKEN, answer).answers(USER_GET, r#"{"errcode":"60111"}"#);
    assert_eq!(refused(&mut world), (RefusalClass::Member, "60111".into()));
}

#[test]
fn what_is_no_answer_makes_a_read_unavailable() {
    let answers: [(u16, &[u8]); 8] = [
        (500, b"{\"errcode\":0}"),
        (404, b""),
        (302, b""),
        (200, b""),
        (200, b"<html>proxy</html>"),
        (200, b"[]"),
        (200, b"{\"errcode\":{}}"),
        (200, b"{\"errcode\":0"),
    ];
    for (status, body) in answers {
        let mut world = World::warm().answers_with(USER_GET, status, body.to_vec());
        assert_eq!(unavailable(&mut world), None);
    }
    for error in
        [SendError::Unreachable(String::new()), SendError::Interrupted(String::new()), SendError::TooLarge]
    {
        assert_eq!(unavailable(&mut World::warm().fails(USER_GET, error)), None);
    }
}

#[test]
fn a_busy_wecom_is_asked_once_and_names_no_time_that_is_not_known() {
    for (errcode, seconds) in [(-1, Some(5)), (45_033, Some(5)), (301_057, Some(5)), (45_009, None)] {
        assert_eq!(unavailable(&mut World::warm().answers(USER_GET, refusal(errcode))), seconds);
        assert_eq!(unavailable(&mut World::cold().answers(GETTOKEN, refusal(errcode))), seconds);
    }
    assert_eq!(unavailable(&mut World::busy()), Some(5));
}

#[test]
fn what_the_host_denies_names_the_hosts_setting() {
    let denied = SendError::Denied { setting: "egress.allow".into(), reason: "not listed".into() };
    let mut world = World::warm().fails(USER_GET, denied);
    let Obstacle::Refused(refusal) = obstacle(&mut world) else { panic!("not refused") };
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Other, EGRESS_DENIED));
    assert_eq!(refusal.remedy.en, "the platform's operator allows it in the host's setting: egress.allow");
}

#[test]
fn a_token_that_wecom_echoes_appears_nowhere() {
    let echo = format!(r#"{{"errcode":40058,"errmsg":"bad {FIRST_TOKEN} access_token={FIRST_TOKEN}"}}"#);
    let mut world = World::warm().answers(USER_GET, echo);
    let failure = ask(&mut world).unwrap_err();
    let everything = format!("{failure:?} {:?} {:?} {:?}", world.notes, world.sent, world.published);
    assert!(!everything.contains(FIRST_TOKEN), "{everything}");
}

#[test]
fn a_fetched_token_is_not_in_the_debug_of_what_brought_it() {
    let config = config();
    let mut world = World::cold().answers(GETTOKEN, TOKEN_OK).answers(GETTOKEN, TOKEN_OK);
    let fetched = token::fetch(&config, &mut world).unwrap();
    let answer = api::send(&mut world, &api::get(&config, GETTOKEN, vec![])).unwrap();
    let everything = format!("{fetched:?} {answer:?} {:?} {:?}", answer.get("access_token"), world.sent);
    assert!(!everything.contains(FETCHED), "{everything}");
}
