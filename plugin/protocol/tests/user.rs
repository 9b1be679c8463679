//! From an account to a member of WeCom.
#![expect(clippy::unwrap_used, clippy::result_large_err, reason = "a scenario that cannot go on ends here")]

use serde_json::json;
use wecom_protocol::errcode::RefusalClass;
use wecom_protocol::exchange::SendError;
use wecom_protocol::model::{Account, Member, UserId};
use wecom_protocol::user::{Depth, MappingProblem, MappingProblemKind as Kind, resolve};

use fixtures::{USER_GET, account, config, refusal, with_attributes};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

fn mapped(account: &Account) -> Result<Member, MappingProblem> {
    resolve(&config(), &mut World::blocked(40_001), account, Depth::Mapping)
}

fn confirmed(world: &mut World, member: &str) -> Result<Member, MappingProblem> {
    resolve(&config(), world, &account("Zhang San", member), Depth::Confirmed)
}

fn kind(problem: Result<Member, MappingProblem>) -> Kind {
    problem.unwrap_err().kind
}

fn one(attribute: &str, values: &[&str]) -> Account {
    with_attributes("Zhang San", &[(attribute, values)])
}

#[test]
fn the_exact_attribute_wins_over_one_that_differs_in_case() {
    let both = with_attributes("Zhang San", &[("WECOMUSERID", &["other"]), ("wecomUserId", &["zhang.san"])]);
    assert_eq!(mapped(&both).unwrap().id, UserId("zhang.san".into()));
    assert_eq!(mapped(&one("WeComUserID", &["zhang.san"])).unwrap().id, UserId("zhang.san".into()));
    assert_eq!(kind(mapped(&one("userName", &["zhang.san"]))), Kind::AttributeEmpty);
}

#[test]
fn blanks_and_repetitions_are_no_other_value() {
    let account = one("wecomUserId", &["", " Zhang.San\t", "zhang.san", "  "]);
    assert_eq!(mapped(&account).unwrap(), Member { id: UserId("Zhang.San".into()), confirmed: false });
    assert_eq!(kind(mapped(&one("wecomUserId", &["", " "]))), Kind::AttributeEmpty);
    assert_eq!(kind(mapped(&one("wecomUserId", &["a", "b"]))), Kind::SeveralValues);
}

#[test]
fn a_value_outside_wecoms_rules_is_malformed() {
    let (longest, too_long) = ("a".repeat(64), "a".repeat(65));
    for sound in ["a", "0", "A-b_c@d.e", longest.as_str()] {
        assert_eq!(mapped(&one("wecomUserId", &[sound])).unwrap().id.as_str(), sound);
    }
    for value in ["@all", "_a", "张三", "a b", "a|b", "a\0", too_long.as_str()] {
        assert_eq!(kind(mapped(&one("wecomUserId", &[value]))), Kind::Malformed, "{value:?}");
    }
}

#[test]
fn a_confirmed_member_has_wecoms_own_spelling() {
    let mut world = World::warm().answers(USER_GET, include_str!("json/user_get.response.minimal.json"));
    let member = confirmed(&mut world, "ZHANG.SAN").unwrap();
    assert_eq!(member, Member { id: UserId("zhang.san".into()), confirmed: true });
    assert_eq!(world.sent[0].query, [("userid", "ZHANG.SAN".to_owned())]);
}

#[test]
fn an_answer_about_another_member_confirms_nobody() {
    for body in
        [json!({ "errcode": 0, "userid": "li.si", "status": 1 }), json!({ "errcode": 0, "status": 1 })]
    {
        let mut world = World::warm().answers(USER_GET, body.to_string());
        assert_eq!(kind(confirmed(&mut world, "zhang.san")), Kind::Other);
    }
}

#[test]
fn a_member_who_is_not_active_is_named_as_such() {
    let mut told = Vec::new();
    for status in ["2", "4", "\"5\"", "9"] {
        let body = format!(r#"{{"errcode":0,"userid":"zhang.san","status":{status}}}"#);
        let problem = confirmed(&mut World::warm().answers(USER_GET, body), "zhang.san").unwrap_err();
        assert_eq!(problem.kind, Kind::Inactive);
        told.push(problem.for_administrator.en);
    }
    insta::assert_debug_snapshot!(told);
}

#[test]
fn a_member_whose_state_wecom_keeps_is_not_called_confirmed() {
    let body = r#"{"errcode":0,"userid":"zhang.san"}"#;
    let member = confirmed(&mut World::warm().answers(USER_GET, body), "zhang.san").unwrap();
    assert_eq!(member, Member { id: UserId("zhang.san".into()), confirmed: false });
}

#[test]
fn each_errcode_about_a_person_has_its_kind() {
    for (errcode, expected) in [
        (60_111, Kind::NotFound),
        (46_004, Kind::NotFound),
        (60_011, Kind::OutOfScope),
        (60_021, Kind::OutOfScope),
        (40_003, Kind::Malformed),
        (48_002, Kind::Refused),
        (60_020, Kind::Refused),
        (999_999, Kind::Refused),
        (-1, Kind::Unavailable),
        (45_009, Kind::Unavailable),
    ] {
        let mut world = World::warm().answers(USER_GET, refusal(errcode));
        let problem = confirmed(&mut world, "zhang.san").unwrap_err();
        assert_eq!(problem.kind, expected, "{errcode}");
        assert_eq!(problem.refusal.unwrap().code, errcode.to_string());
    }
}

#[test]
fn no_answer_is_unavailable_and_a_blocked_credential_is_refused_without_a_call() {
    let mut world = World::warm().fails(USER_GET, SendError::Interrupted(String::new()));
    assert_eq!(kind(confirmed(&mut world, "zhang.san")), Kind::Unavailable);
    let mut world = World::blocked(40_001);
    let problem = confirmed(&mut world, "zhang.san").unwrap_err();
    assert_eq!((problem.kind, world.sent.len()), (Kind::Refused, 0));
    assert_eq!(problem.refusal.unwrap().class, RefusalClass::Credentials);
}

/// Both readers' texts, in both languages, for one problem of each kind.
#[test]
fn the_texts_name_the_attribute_the_value_and_who_has_to_act() {
    let asked = |body: &str| confirmed(&mut World::warm().answers(USER_GET, body), "zhang.san");
    let problems = [
        mapped(&one("wecomUserId", &[])),
        mapped(&one("wecomUserId", &["a", "b"])),
        mapped(&one("wecomUserId", &[&"张".repeat(50)])),
        asked(include_str!("json/user_get.response.not-found.json")),
        asked(r#"{"errcode":0,"userid":"zhang.san","status":5}"#),
        asked(r#"{"errcode":0,"userid":"li.si","status":1}"#),
        asked(&refusal(60_011)),
        asked(&refusal(60_020)),
        asked(&refusal(-1)),
    ];
    let mut told = String::new();
    for problem in problems {
        let problem = problem.unwrap_err();
        let MappingProblem { kind, member_id, for_applicant, for_administrator, .. } = problem;
        told += &format!("{kind:?} {}\n", member_id.map(|id| id.0).unwrap_or_default());
        for text in [for_applicant, for_administrator] {
            told += &format!("  {}\n  {}\n", text.en, text.zh_cn);
        }
    }
    insta::assert_snapshot!(told);
}
