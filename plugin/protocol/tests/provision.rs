//! The engine's own template: made once, confirmed ever after.
#![expect(clippy::unwrap_used, clippy::result_large_err, reason = "a scenario that cannot go on ends here")]

use serde_json::{Value, json};
use wecom_protocol::config::{Config, FieldMap};
use wecom_protocol::diagnostics::{CREATE_PATH, ProvisionProblem, provision};
use wecom_protocol::errcode::RefusalClass;
use wecom_protocol::exchange::{Note, SendError};
use wecom_protocol::model::TemplateId;
use wecom_protocol::settings::{self, key};

use fixtures::{NUMBER_ID, TEMPLATE, TEMPLATE_ID, config, control, refusal, template};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const CREATED: &str = include_str!("json/create_template.response.ok.json");
const OWN_MAP: &str = "{\"details\":\"Textarea-04\",\"kind\":\"Text-02\",\"link\":\"Text-05\",\
    \"reason\":\"Textarea-03\",\"request-number\":\"Text-06\",\"title\":\"Text-01\"}";

fn bare() -> Config {
    Config { template_id: None, field_map: FieldMap::default(), ..config() }
}

fn made(world: &mut World) -> Result<Vec<(&'static str, String)>, ProvisionProblem> {
    provision(&bare(), world)
}

#[test]
fn without_a_template_one_is_made_and_its_settings_are_told() {
    let mut world = World::warm().answers(CREATE_PATH, CREATED);
    let told = made(&mut world).unwrap();
    assert_eq!(told, [(key::TEMPLATE_ID, TEMPLATE_ID.to_owned()), (key::FIELD_MAP, OWN_MAP.to_owned())]);
    assert_eq!(world.sent.len(), 1);
}

/// D97437: ids of the form `Control-digits`, unique; titles unique, 40 characters at most; the name too.
#[test]
fn the_template_keeps_wecoms_rules_and_its_map() {
    let mut world = World::warm().answers(CREATE_PATH, CREATED);
    made(&mut world).unwrap();
    let body = world.bodies(CREATE_PATH).remove(0);
    assert_eq!(body["template_name"][0], json!({ "text": "访问权限申请", "lang": "zh_CN" }));
    let map: Value = serde_json::from_str(OWN_MAP).unwrap();
    let controls = body["template_content"]["controls"].as_array().unwrap();
    assert_eq!(controls.len(), map.as_object().unwrap().len());
    let mut titles = Vec::new();
    for control in controls {
        let property = &control["property"];
        let (word, id) = (property["control"].as_str().unwrap(), property["id"].as_str().unwrap());
        let digits = id.strip_prefix(word).unwrap().strip_prefix('-').unwrap();
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(map.as_object().unwrap().values().any(|mapped| mapped == id));
        for title in property["title"].as_array().unwrap() {
            let text = title["text"].as_str().unwrap();
            assert!(!titles.contains(&text) && text.chars().count() <= 40);
            titles.push(text);
        }
    }
    let number = controls.iter().find(|control| control["property"]["id"] == map["request-number"]).unwrap();
    assert_eq!((&number["property"]["control"], &number["property"]["require"]), (&json!("Text"), &json!(1)));
}

#[test]
fn what_is_told_can_be_configured() {
    let told = made(&mut World::warm().answers(CREATE_PATH, CREATED)).unwrap();
    let mut given = vec![
        (key::CORP_ID, "ww0123456789abcdef".to_owned()),
        (key::AGENT_ID, "1000002".to_owned()),
        (key::SIGN_TOKEN, "TestTokenForVectors01".to_owned()),
        (key::AES_KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned()),
        (key::USER_ATTRIBUTE, "wecomUserId".to_owned()),
    ];
    given.extend(told);
    let given = given.into_iter().map(|(key, value)| (key.to_owned(), settings::Value::Text(value)));
    let held = (key::SECRET.to_owned(), settings::Value::Held);
    let configured = settings::read(&given.chain([held]).collect::<Vec<_>>()).unwrap();
    assert_eq!(configured.config.field_map.control_id("request-number"), Some("Text-06"));
    assert_eq!(configured.config.template_id, Some(TemplateId(TEMPLATE_ID.into())));
}

#[test]
fn a_template_that_fits_is_confirmed_and_nothing_is_made() {
    let former = Config { former_template_ids: vec![TemplateId("3TmFormer".into())], ..config() };
    let map = json!({ "request-number": NUMBER_ID }).to_string();
    let kept = vec![(key::TEMPLATE_ID, TEMPLATE_ID.to_owned()), (key::FIELD_MAP, map)];
    for _ in 0..2 {
        let mut world = World::warm().answers(TEMPLATE, template(&[]));
        assert_eq!(provision(&config(), &mut world), Ok(kept.clone()));
    }
    let told = provision(&former, &mut World::warm().answers(TEMPLATE, template(&[]))).unwrap();
    assert_eq!(told[2], (key::FORMER_TEMPLATE_IDS, "3TmFormer".to_owned()));
}

#[test]
fn a_template_that_is_gone_or_lacks_a_control_is_replaced_and_followed_still() {
    let mut lacking = config();
    lacking.field_map.insert("reason".into(), "Textarea-9".into());
    lacking.former_template_ids = vec![TemplateId("3TmFormer".into())];
    let other = json!({ "errcode": 0, "template_id": "3TmNew" }).to_string();
    for (config, answer, former) in [
        (config(), refusal(301_025), TEMPLATE_ID.to_owned()),
        (lacking, template(&[]), format!("{TEMPLATE_ID},3TmFormer")),
    ] {
        let mut world = World::warm().answers(TEMPLATE, answer).answers(CREATE_PATH, other.clone());
        let told = provision(&config, &mut world).unwrap();
        assert_eq!(
            told,
            [
                (key::TEMPLATE_ID, "3TmNew".to_owned()),
                (key::FIELD_MAP, OWN_MAP.to_owned()),
                (key::FORMER_TEMPLATE_IDS, former),
            ]
        );
    }
}

#[test]
fn a_template_that_cannot_be_looked_at_is_not_replaced() {
    for errcode in [301_026, 301_055, 60_020, 40_001] {
        let problem =
            provision(&config(), &mut World::warm().answers(TEMPLATE, refusal(errcode))).unwrap_err();
        let ProvisionProblem::Refused(refusal) = problem else { panic!("{errcode}: {problem:?}") };
        assert_eq!(refusal.code, errcode.to_string());
    }
    let mut world = World::warm().fails(TEMPLATE, SendError::Interrupted(String::new()));
    assert_eq!(provision(&config(), &mut world), Err(ProvisionProblem::Unavailable(None)));
}

#[test]
fn an_unused_template_that_requires_more_than_the_map_is_still_confirmed() {
    let reason = control("Textarea", "Textarea-02", "申请原因", true, json!({}));
    let mut world = World::warm().answers(TEMPLATE, template(&[reason]));
    assert_eq!(provision(&config(), &mut world).unwrap()[0].1, TEMPLATE_ID);
}

#[test]
fn a_name_that_is_taken_is_refused_with_the_settings_in_the_remedy() {
    let problem = made(&mut World::warm().answers(CREATE_PATH, refusal(301_086))).unwrap_err();
    let ProvisionProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Template, "301086"));
    assert!(refusal.remedy.en.contains("访问权限申请") && refusal.remedy.en.contains(OWN_MAP));
    assert!(refusal.remedy.zh_cn.contains("访问权限申请") && refusal.remedy.zh_cn.contains(OWN_MAP));
}

#[test]
fn whatever_leaves_it_open_is_an_unknown_outcome_and_is_sent_once() {
    let ok = |id: Value| json!({ "errcode": 0, "template_id": id }).to_string();
    let worlds = [
        World::warm().fails(CREATE_PATH, SendError::Interrupted(String::new())),
        World::warm().fails(CREATE_PATH, SendError::TooLarge),
        World::warm().answers_with(CREATE_PATH, 502, Vec::new()),
        World::warm().answers(CREATE_PATH, "<html>"),
        World::warm().answers(CREATE_PATH, refusal(-1)),
        World::warm().answers(CREATE_PATH, refusal(620_004)),
        World::warm().answers(CREATE_PATH, ok(Value::Null)),
        World::warm().answers(CREATE_PATH, ok(json!("no id"))),
    ];
    for mut world in worlds {
        let problem = made(&mut world).unwrap_err();
        let ProvisionProblem::UnknownOutcome(text) = problem else { panic!("known: {problem:?}") };
        assert!(text.en.contains("look into 应用管理 > 审批") && text.zh_cn.contains(OWN_MAP));
        assert_eq!((world.sent.len(), world.notes.last()), (1, Some(&Note::OutcomeUnknown)));
    }
}

#[test]
fn what_made_nothing_says_so() {
    for (errcode, class) in [(301_088, RefusalClass::Permission), (301_087, RefusalClass::Template)] {
        let problem = made(&mut World::warm().answers(CREATE_PATH, refusal(errcode))).unwrap_err();
        let ProvisionProblem::Refused(refusal) = problem else { panic!("{errcode}: {problem:?}") };
        assert_eq!((refusal.class, refusal.code), (class, errcode.to_string()));
    }
    let busy = made(&mut World::warm().answers(CREATE_PATH, refusal(45_009)));
    assert_eq!(busy, Err(ProvisionProblem::Unavailable(Some(60))));
    let unreachable = made(&mut World::warm().fails(CREATE_PATH, SendError::Unreachable(String::new())));
    assert_eq!(unreachable, Err(ProvisionProblem::Unavailable(None)));
}
