//! From a fault to the step of the connection's test that fails for it, in both languages: a step blames what it has
//! tested, and the others say what was missing.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::fmt::Write as _;

use serde_json::json;
use wecom_protocol::config::{AesKey, CallbackKey, Config};
use wecom_protocol::diagnostics::{CheckOptions, CheckVerdict, Finding, check};
use wecom_protocol::exchange::{Response, SendError};
use wecom_protocol::model::{Account, UnixSeconds};
use wecom_protocol::secret::Secret;

use fixtures::{GETTOKEN, TEMPLATE, TOKEN_OK, USER_GET, account, active, refusal, template, with_attributes};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const LIST: &str = "/cgi-bin/oa/getapprovalinfo";

/// A name, and the answers that WeCom gives.
type Fault = (&'static str, World);

fn config() -> Config {
    let aes_key = AesKey::read("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
    let pair = CallbackKey { token: Secret::new("TestTokenForVectors01".into()), aes_key };
    Config { callback_keys: vec![pair], ..fixtures::config() }
}

fn run(config: &Config, world: &mut World, probe: Account) -> Vec<Finding> {
    check(config, world, &CheckOptions { now: UnixSeconds(1_767_225_661), probe: Some(probe) })
}

/// One line for each step that is not passed, and the remedies.
fn told(name: &str, findings: &[Finding]) -> String {
    let mut told = format!("# {name}\n");
    for Finding { id, title, verdict, evidence, remedy, .. } in findings {
        if *verdict == CheckVerdict::Ok {
            continue;
        }
        writeln!(told, "{id} {verdict:?}").unwrap();
        if *verdict == CheckVerdict::Skipped {
            writeln!(told, "    {}\n    {}", evidence.en, evidence.zh_cn).unwrap();
            continue;
        }
        writeln!(told, "    {}: {}\n    {}：{}", title.en, evidence.en, title.zh_cn, evidence.zh_cn).unwrap();
        if let Some(remedy) = remedy {
            writeln!(told, "    to do: {}\n    处理办法：{}", remedy.en, remedy.zh_cn).unwrap();
        }
    }
    told
}

/// Exactly one step fails, and each that is skipped says what was missing.
fn one_fault(name: &str, findings: &[Finding]) {
    let failed: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.verdict == CheckVerdict::Fail)
        .map(|finding| finding.id)
        .collect();
    assert_eq!(failed.len(), 1, "{name}: {failed:?}");
    for finding in findings.iter().filter(|finding| finding.verdict == CheckVerdict::Skipped) {
        assert!(finding.evidence.en.starts_with("not tested: "), "{name}: {}", finding.evidence.en);
        assert!(finding.evidence.zh_cn.starts_with("未测试："), "{name}: {}", finding.evidence.zh_cn);
    }
}

/// What can go wrong with one question, as it comes from the host or from WeCom.
fn failures(world: impl Fn() -> World, path: &'static str) -> Vec<Fault> {
    let coded = Response { status: 200, coding: Some("br".into()), body: b"\x0b\x02\x80{}\x03".to_vec() };
    let denied = SendError::Denied { setting: "egress.origins".into(), reason: "not granted".into() };
    let odd = r#"{"errcode":0,"template_names":[{"text":"he said "yes""}]}"#;
    vec![
        ("no connection", world().fails(path, SendError::Unreachable("no connection".into()))),
        ("no answer in time", world().fails(path, SendError::Interrupted("no answer in time".into()))),
        ("an answer that is too large", world().fails(path, SendError::TooLarge)),
        ("not granted", world().fails(path, denied)),
        ("a page of a proxy", world().answers(path, "<html>Sign in</html>")),
        ("a bad gateway", world().answers_with(path, 502, b"bad gateway".to_vec())),
        ("an answer that is coded", world().gives(path, coded)),
        ("JSON that cannot be read", world().answers(path, odd)),
        ("an errcode that is no number", world().answers(path, r#"{"errcode":"x"}"#)),
        ("a busy WeCom", world().answers(path, refusal(-1))),
        ("too many calls", world().answers(path, refusal(45_009))),
        ("an address that is not allowed", world().answers(path, refusal(60_020))),
        ("a code that is not known", world().answers(path, refusal(987_654))),
    ]
}

/// WeCom is asked for the member where an answer came that does not keep it from answering.
fn and_the_member((name, world): Fault) -> Fault {
    let asks_on =
        ["a page of a proxy", "a bad gateway", "an answer that is coded", "JSON that cannot be read"];
    let asks_on = asks_on.contains(&name)
        || name.starts_with("an errcode that")
        || name.starts_with("a code that")
        || name.starts_with("an answer without");
    (name, if asks_on { world.answers(USER_GET, active("zhang.san")) } else { world })
}

#[test]
fn the_question_for_a_token_is_blamed_for_what_it_shows() {
    let mut all = String::new();
    let mut faults = failures(World::cold, GETTOKEN);
    faults.push(("an answer without a token", World::cold().answers(GETTOKEN, r#"{"errcode":0}"#)));
    faults.push(("a wrong secret", World::cold().answers(GETTOKEN, refusal(40_001))));
    for (name, mut world) in faults {
        let findings = run(&config(), &mut world, account("张三", "zhang.san"));
        one_fault(name, &findings);
        all += &told(name, &findings);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_question_for_the_template_is_blamed_for_what_it_shows() {
    let mut all = String::new();
    let world = || World::cold().answers(GETTOKEN, TOKEN_OK);
    let mut faults = failures(world, TEMPLATE);
    faults.push(("an answer without a template", world().answers(TEMPLATE, r#"{"errcode":0}"#)));
    for fault in faults {
        let (name, mut world) = and_the_member(fault);
        let findings = run(&config(), &mut world, account("张三", "zhang.san"));
        one_fault(name, &findings);
        all += &told(name, &findings);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn without_a_template_the_question_for_the_list_is_blamed_for_what_it_shows() {
    let mut all = String::new();
    let config = Config { template_id: None, ..config() };
    let world = || World::cold().answers(GETTOKEN, TOKEN_OK);
    for fault in failures(world, LIST) {
        let (name, mut world) = and_the_member(fault);
        let findings = run(&config, &mut world, account("张三", "zhang.san"));
        one_fault(name, &findings);
        all += &told(name, &findings);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_question_for_the_member_is_blamed_for_what_it_shows() {
    let mut all = String::new();
    let world = || World::cold().answers(GETTOKEN, TOKEN_OK).answers(TEMPLATE, template(&[]));
    let another = json!({ "errcode": 0, "userid": "li.si", "status": 1 }).to_string();
    let left = json!({ "errcode": 0, "userid": "zhang.san", "status": 5 }).to_string();
    let mut faults = failures(world, USER_GET);
    faults.push(("another member", world().answers(USER_GET, another)));
    faults.push(("a member who has left", world().answers(USER_GET, left)));
    faults.push(("a member who is not known", world().answers(USER_GET, refusal(60_111))));
    for (name, mut world) in faults {
        let findings = run(&config(), &mut world, account("张三", "zhang.san"));
        one_fault(name, &findings);
        all += &told(name, &findings);
    }
    for (name, values) in
        [("no value", vec![]), ("two values", vec!["a", "b"]), ("an odd value", vec!["@all"])]
    {
        let probe = with_attributes("张三", &[("wecomUserId", &values)]);
        let findings = run(&config(), &mut world(), probe);
        one_fault(name, &findings);
        all += &told(name, &findings);
    }
    insta::assert_snapshot!(all);
}
