//! The test of a connection: each fault has one finding and one remedy, and no cached token hides any.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use serde_json::{Value, json};
use wecom_protocol::config::{AesKey, CallbackKey, Config};
use wecom_protocol::diagnostics::{CheckOptions, CheckVerdict, Finding, check};
use wecom_protocol::exchange::SendError;
use wecom_protocol::model::{Account, UnixSeconds};
use wecom_protocol::secret::Secret;

use fixtures::{
    GETTOKEN, TEMPLATE, TOKEN_OK, USER_GET, account, active, control, refusal, template, with_attributes,
};
use world::{FIRST_TOKEN, World};

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const LIST: &str = "/cgi-bin/oa/getapprovalinfo";
const NOW: u64 = 1_767_225_661;
const SIGN_TOKEN: &str = "TestTokenForVectors01";
const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const OTHER_AES_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

const OK: CheckVerdict = CheckVerdict::Ok;
const WARN: CheckVerdict = CheckVerdict::Warn;
const FAIL: CheckVerdict = CheckVerdict::Fail;
const SKIP: CheckVerdict = CheckVerdict::Skipped;

fn pair(token: &str, key: &str) -> CallbackKey {
    CallbackKey { token: Secret::new(token.into()), aes_key: AesKey::read(key).unwrap() }
}

fn config() -> Config {
    Config { callback_keys: vec![pair(SIGN_TOKEN, AES_KEY)], ..fixtures::config() }
}

/// Tests with 张三's account.
fn run(config: &Config, world: &mut World) -> Vec<Finding> {
    with_probe(config, world, Some(account("张三", "zhang.san")))
}

fn with_probe(config: &Config, world: &mut World, probe: Option<Account>) -> Vec<Finding> {
    let findings = check(config, world, &CheckOptions { now: UnixSeconds(NOW), probe });
    let ids: Vec<&str> = findings.iter().map(|finding| finding.id).collect();
    let all = ["settings", "callback", "network", "credentials", "address", "permission", "template"];
    assert_eq!(ids, [all.as_slice(), &["field-map", "member"]].concat());
    assert!(world.acquired.is_empty() && world.published.is_empty(), "the token cache was touched");
    for finding in &findings {
        assert!(!finding.evidence.en.is_empty() && !finding.evidence.zh_cn.is_empty());
        assert_eq!(finding.remedy.is_some(), matches!(finding.verdict, FAIL | WARN), "{finding:?}");
    }
    findings
}

fn verdicts(findings: &[Finding]) -> Vec<CheckVerdict> {
    findings.iter().map(|finding| finding.verdict).collect()
}

/// The id and the English remedy of the only finding that asks for something to be done.
#[track_caller]
fn only_remedy(findings: &[Finding]) -> (&'static str, String) {
    let mut asking = findings.iter().filter(|finding| finding.remedy.is_some());
    let finding = asking.next().unwrap();
    assert_eq!(asking.next(), None, "more than one remedy");
    (finding.id, finding.remedy.clone().unwrap().en.into_owned())
}

/// WeCom's answers up to the template.
fn fetched() -> World {
    World::warm().answers(GETTOKEN, TOKEN_OK)
}

/// WeCom's answers up to the member.
fn mapped() -> World {
    fetched().answers(TEMPLATE, template(&[]))
}

#[test]
fn a_sound_connection_passes_every_step_with_three_requests() {
    let mut world = mapped().answers(USER_GET, active("zhang.san"));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK; 9]);
    let token = Some(Secret::new("TOKEN-EXAMPLE-0001".into()));
    assert_eq!(world.sent[1].token, token);
    assert_eq!(world.sent[2].token, token);
    let told: Vec<_> =
        findings.iter().map(|f| (f.id, &f.title.en, &f.evidence.en, &f.evidence.zh_cn)).collect();
    insta::assert_debug_snapshot!(told);
}

#[test]
fn a_cached_token_does_not_hide_a_wrong_secret() {
    let mut world = World::warm().answers(GETTOKEN, refusal(40_001));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, FAIL, SKIP, SKIP, SKIP, SKIP, SKIP]);
    let (id, remedy) = only_remedy(&findings);
    assert_eq!(id, "credentials");
    assert!(remedy.starts_with("the administrator copies the Secret again from 应用管理 > the app > Secret"));
    assert_eq!(findings[3].settings, ["corp-id", "secret"]);
    assert!(
        findings[3]
            .evidence
            .en
            .ends_with(": 40001 no, hint: [1767225600123456789012345], from ip: 192.0.2.10")
    );
}

#[test]
fn a_credential_that_was_blocked_is_tried_all_the_same() {
    let mut world = World::blocked(40_001)
        .answers(GETTOKEN, TOKEN_OK)
        .answers(TEMPLATE, template(&[]))
        .answers(USER_GET, active("zhang.san"));
    assert_eq!(verdicts(&run(&config(), &mut world)), [OK; 9]);
}

#[test]
fn an_address_that_is_not_allowed_is_named_in_the_one_remedy() {
    let mut world = fetched().answers(TEMPLATE, refusal(60_020));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, FAIL, SKIP, SKIP, SKIP, SKIP]);
    let (id, remedy) = only_remedy(&findings);
    assert_eq!(id, "address");
    assert!(
        remedy.starts_with("the administrator adds the address 192.0.2.10 to the app's trusted IPs"),
        "{remedy}"
    );
}

#[test]
fn an_app_without_permission_has_one_remedy_and_the_member_is_tested_still() {
    for errcode in [48_002, 301_055] {
        let mut world = fetched().answers(TEMPLATE, refusal(errcode)).answers(USER_GET, active("zhang.san"));
        let findings = run(&config(), &mut world);
        assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, FAIL, SKIP, SKIP, OK]);
        let (id, remedy) = only_remedy(&findings);
        assert_eq!(id, "permission");
        assert!(remedy.contains("应用管理 > 审批 > API > 可调用接口的应用"), "{remedy}");
    }
}

#[test]
fn a_template_that_is_gone_fails_its_own_step() {
    for (errcode, part) in [(301_025, "copies the template id"), (301_026, "opens 应用管理 > 审批")] {
        let mut world = fetched().answers(TEMPLATE, refusal(errcode)).answers(USER_GET, active("zhang.san"));
        let findings = run(&config(), &mut world);
        assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, FAIL, SKIP, OK]);
        let (id, remedy) = only_remedy(&findings);
        assert_eq!(id, "template");
        assert!(remedy.contains(part), "{errcode}: {remedy}");
    }
}

#[test]
fn a_control_that_was_deleted_is_named_with_its_field() {
    let mut config = config();
    config.field_map.insert("reason".into(), "Textarea-1700000000002".into());
    let mut world = mapped().answers(USER_GET, active("zhang.san"));
    let findings = run(&config, &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, OK, FAIL, OK]);
    let (id, remedy) = only_remedy(&findings);
    assert_eq!(id, "field-map");
    assert!(
        remedy.starts_with("the administrator compares the field map with 应用管理 > 审批 > the template")
    );
    assert_eq!(
        findings[7].evidence.en,
        "reason: the field map names a control that the template does not have: Textarea-1700000000002"
    );
}

#[test]
fn the_request_number_needs_a_text_and_every_fault_of_the_map_is_told() {
    let number = |word: &str| control(word, fixtures::NUMBER_ID, "申请编号", true, json!({}));
    let answer = |controls: &[Value]| {
        let mut answer: Value = serde_json::from_str(&template(&[])).unwrap();
        answer["template_content"]["controls"] = json!(controls);
        answer.to_string()
    };
    let mut mapped = config();
    mapped.field_map.insert("note".into(), "Tips-1".into());
    mapped.field_map.insert("cell".into(), "Text-71".into());
    let column = control("Text", "Text-71", "权限", true, json!({}));
    let table = control("Table", "Table-7", "明细", false, json!({ "table": { "children": [column] } }));
    let tips = control("Tips", "Tips-1", "说明", false, json!({}));
    let punch = control("PunchCorrection", "PunchCorrection-1", "补卡", true, json!({}));
    for (config, controls, evidence) in [
        (config(), vec![number("Textarea")], None),
        (config(), vec![number("Number")], Some("needs a control of kind Text or Textarea")),
        (config(), vec![table.clone()], Some("request-number: the field map names a control")),
        (mapped.clone(), vec![number("Text"), table.clone()], Some("note: the field map names a control")),
        (
            mapped.clone(),
            vec![number("Text"), table, tips],
            Some("note: WeCom takes no value for the control 说明"),
        ),
        (config(), vec![number("Text"), punch], Some("which WeCom takes from nobody by this interface")),
    ] {
        let mut world = fetched().answers(TEMPLATE, answer(&controls)).answers(USER_GET, active("zhang.san"));
        let finding = run(&config, &mut world).remove(7);
        assert_eq!(finding.verdict, if evidence.is_some() { FAIL } else { OK });
        assert!(finding.evidence.en.contains(evidence.unwrap_or_default()), "{}", finding.evidence.en);
    }
}

#[test]
fn a_required_control_without_a_name_is_a_warning() {
    let reason = control("Textarea", "Textarea-02", "申请原因", true, json!({}));
    let formula = control("Formula", "Formula-03", "合计", true, json!({}));
    let mut world = fetched()
        .answers(TEMPLATE, template(&[reason.clone(), formula.clone()]))
        .answers(USER_GET, active("zhang.san"));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, OK, WARN, OK]);
    assert_eq!(findings[7].evidence.en, "申请原因: the template requires a value for the control: 申请原因");
    let mut config = config();
    config.field_map.insert("reason".into(), "Textarea-02".into());
    let mut world =
        fetched().answers(TEMPLATE, template(&[reason, formula])).answers(USER_GET, active("zhang.san"));
    assert_eq!(verdicts(&run(&config, &mut world)), [OK; 9]);
}

#[test]
fn an_invisible_applicant_has_one_remedy() {
    let mut world = mapped().answers(USER_GET, refusal(60_111));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, OK, OK, FAIL]);
    let (id, remedy) = only_remedy(&findings);
    assert_eq!(id, "member");
    assert!(remedy.starts_with("the account u-张三 (张三) has the WeCom member id zhang.san"), "{remedy}");
    assert!(remedy.contains("应用管理 > the app > 可见范围"), "{remedy}");
}

#[test]
fn an_account_without_the_attribute_fails_without_a_question() {
    let mut world = mapped();
    let findings = with_probe(&config(), &mut world, Some(with_attributes("李四", &[])));
    assert_eq!(findings[8].verdict, FAIL);
    assert_eq!(findings[8].evidence.en, "the account has no value in the attribute");
    assert_eq!(findings[8].settings, ["associated-user-attribute"]);
}

#[test]
fn without_an_account_the_mapping_is_skipped() {
    let findings = with_probe(&config(), &mut mapped(), None);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, OK, OK, SKIP]);
    assert_eq!(findings[8].evidence.en, "not tested: no account was given to test with");
}

#[test]
fn a_member_whose_state_wecom_keeps_is_a_warning() {
    let mut world = mapped().answers(USER_GET, r#"{"errcode":0,"userid":"zhang.san"}"#);
    let findings = run(&config(), &mut world);
    assert_eq!(findings[8].verdict, WARN);
}

#[test]
fn an_app_that_may_not_read_members_is_a_warning() {
    let mut world = mapped().answers(USER_GET, refusal(48_002));
    let findings = run(&config(), &mut world);
    assert_eq!(verdicts(&findings), [OK, OK, OK, OK, OK, OK, OK, OK, WARN]);
    assert!(findings[8].evidence.en.starts_with("the app may not call this interface: 48002"));
}

#[test]
fn without_a_template_an_hour_of_the_list_is_asked_for_instead() {
    let config = Config { template_id: None, ..config() };
    let mut world = World::warm()
        .answers(GETTOKEN, TOKEN_OK)
        .answers(LIST, r#"{"errcode":0,"sp_no_list":[]}"#)
        .answers(USER_GET, active("zhang.san"));
    let findings = run(&config, &mut world);
    assert_eq!(verdicts(&findings), [WARN, OK, OK, OK, OK, OK, SKIP, SKIP, OK]);
    assert_eq!(findings[6].evidence.en, "not tested: no template is configured");
    let body = world.bodies(LIST).remove(0);
    assert_eq!(body["starttime"], (NOW - 3_600).to_string());
    assert_eq!((&body["endtime"], &body["filters"]), (&json!(NOW.to_string()), &json!([])));
}

#[test]
fn no_answer_fails_the_step_that_asked() {
    let nobody = |error| verdicts(&run(&config(), &mut World::warm().fails(GETTOKEN, error)));
    let unreached = [OK, OK, FAIL, SKIP, SKIP, SKIP, SKIP, SKIP, SKIP];
    assert_eq!(nobody(SendError::Unreachable(String::new())), unreached);
    assert_eq!(nobody(SendError::Interrupted(String::new())), unreached);
    let denied = SendError::Denied { setting: "grant.origins".into(), reason: "not granted".into() };
    let findings = run(&config(), &mut World::warm().fails(GETTOKEN, denied));
    assert_eq!(verdicts(&findings), unreached);
    assert!(only_remedy(&findings).1.ends_with("in the host's setting: grant.origins"));
    // Nothing came back that tells of address or permission: only the question itself has failed.
    let later = [OK, OK, OK, OK, SKIP, SKIP, FAIL, SKIP, SKIP];
    assert_eq!(
        verdicts(&run(&config(), &mut fetched().fails(TEMPLATE, SendError::Interrupted(String::new())))),
        later
    );
    assert_eq!(verdicts(&run(&config(), &mut fetched().answers(TEMPLATE, refusal(45_009)))), later);
}

#[test]
fn a_fresh_token_that_wecom_refuses_is_not_fetched_again() {
    let mut world = fetched()
        .answers(TEMPLATE, refusal(40_014))
        .answers(TEMPLATE, refusal(40_014))
        .answers(USER_GET, active("zhang.san"));
    let findings = run(&config(), &mut world);
    assert_eq!(only_remedy(&findings).0, "permission");
    assert_eq!(world.count(GETTOKEN), 1);
}

#[test]
fn the_callback_s_test_passes_with_one_pair_and_with_two_of_any_mixture() {
    for pairs in [
        vec![pair(SIGN_TOKEN, AES_KEY)],
        vec![pair(SIGN_TOKEN, AES_KEY), pair("previous", OTHER_AES_KEY)],
        vec![pair(SIGN_TOKEN, AES_KEY), pair(SIGN_TOKEN, OTHER_AES_KEY)],
        vec![pair(SIGN_TOKEN, AES_KEY), pair("previous", AES_KEY)],
    ] {
        let config = Config { callback_keys: pairs, ..config() };
        for now in [0, 1, NOW, u64::MAX / 2] {
            let options = CheckOptions { now: UnixSeconds(now), probe: None };
            let mut world = World::warm().fails(GETTOKEN, SendError::Unreachable(String::new()));
            assert_eq!(check(&config, &mut world, &options)[1].verdict, OK);
        }
    }
    let none = Config { callback_keys: Vec::new(), ..config() };
    let findings = run(&none, &mut World::warm().fails(GETTOKEN, SendError::Unreachable(String::new())));
    assert_eq!(findings[1].verdict, FAIL);
}

#[test]
fn no_finding_holds_a_secret() {
    let noisy = json!({ "errcode": 40_058, "errmsg": "access_token=TOKEN-EXAMPLE-0001 corpsecret=S3CRET" });
    let mut world = fetched().answers(TEMPLATE, noisy.to_string()).answers(USER_GET, noisy.to_string());
    let told = format!("{:?}", run(&config(), &mut world));
    for secret in [SIGN_TOKEN, AES_KEY, "TOKEN-EXAMPLE-0001", "S3CRET", FIRST_TOKEN] {
        assert!(!told.contains(secret), "{secret}");
    }
}
