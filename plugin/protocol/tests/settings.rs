//! Configuring: what an administrator enters, and what comes of it.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::fmt::Write as _;
use std::time::Duration;

use wecom_protocol::model::{CorpId, TemplateId};
use wecom_protocol::settings::{Problem, Value, read};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The seven settings of the product's guide.
fn seven() -> Vec<(String, Value)> {
    let text = |key: &str, value: &str| (key.to_owned(), Value::Text(value.to_owned()));
    vec![
        text("corp-id", "ww0123456789abcdef"),
        text("agent-id", "3010040"),
        ("secret".to_owned(), Value::Held),
        text("aes-key", AES_KEY),
        text("sign-token", "TestTokenForVectors01"),
        text("associated-wecom-attribute", "userId"),
        text("associated-user-attribute", "wecomUserId"),
    ]
}

fn with(key: &str, value: &str) -> Vec<(String, Value)> {
    let mut settings = seven();
    settings.retain(|(existing, _)| existing != key);
    settings.push((key.to_owned(), Value::Text(value.to_owned())));
    settings
}

fn problems(settings: &[(String, Value)]) -> Vec<(String, &'static str)> {
    let told = |problem: Problem| (problem.key, problem.code);
    read(settings).unwrap_err().into_iter().map(told).collect()
}

#[test]
fn the_seven_settings_of_the_guide_are_enough() {
    let configured = read(&seven()).unwrap();
    assert_eq!(configured.config.corp_id, CorpId("ww0123456789abcdef".into()));
    assert_eq!(configured.config.agent_id, 3_010_040);
    assert_eq!(configured.config.user_attribute, "wecomUserId");
    assert_eq!(configured.config.callback_window, Duration::from_secs(3_600));
    assert_eq!(configured.origins, ["https://qyapi.weixin.qq.com"]);
    assert_eq!(configured.notices.iter().map(|notice| notice.code).collect::<Vec<_>>(), ["template-not-set"]);
}

/// What WeCom tells a customised-development app, and whose name it verifies the address in.
#[test]
fn an_encrypted_corp_id_and_the_providers_own_are_taken() {
    let with = |corp_id: &str, provider: &str| {
        let mut settings = seven();
        settings.retain(|(key, _)| key != "corp-id");
        let given = [("corp-id", corp_id), ("provider-corp-id", provider)];
        settings.extend(given.map(|(key, value)| (key.to_owned(), Value::Text(value.to_owned()))));
        settings
    };
    let encrypted = format!("wp{}", "a_B-9".repeat(6));
    let configured = read(&with(&encrypted, "wwfedcba9876543210")).unwrap().config;
    assert_eq!(configured.corp_id, CorpId(encrypted.clone()));
    assert_eq!(configured.provider_corp_id, Some(CorpId("wwfedcba9876543210".into())));
    assert_eq!(read(&with(&encrypted, "")).unwrap().config.provider_corp_id, None);
    for wrong in
        ["wpshort", encrypted.get(..31).unwrap(), &format!("{encrypted}!"), &format!("wp{}", "a".repeat(127))]
    {
        assert_eq!(problems(&with(wrong, "")), [("corp-id".to_owned(), "wrong-format")], "{wrong}");
    }
    assert_eq!(problems(&with(&encrypted, &encrypted)), [("provider-corp-id".to_owned(), "wrong-format")]);
}

#[test]
fn all_problems_are_reported_at_once() {
    let settings = [
        ("corp-id", "wrong"),
        ("agent-id", "agent"),
        ("aes-key", "short"),
        ("sign-token", "has space"),
        ("associated-wecom-attribute", "mobile"),
        ("associated-user-attribute", " padded"),
        ("template-id", "no spaces allowed"),
        ("field-map", "{"),
        ("former-template-ids", ",,"),
        ("previous-sign-token", "123456789012345678901234567890123"),
        ("previous-aes-key", "$$$"),
        ("api-base-url", "http://example.com"),
        ("callback-window-seconds", "1"),
        ("nonsense", "x"),
    ]
    .map(|(key, value)| (key.to_owned(), Value::Text(value.to_owned())));
    insta::assert_snapshot!(read(&settings).unwrap_err().iter().fold(String::new(), |mut all, problem| {
        let Problem { key, code, sentence, remedy } = problem;
        writeln!(
            all,
            "{key} [{code}]\n  {}\n  {}\n  {}\n  {}",
            sentence.en, remedy.en, sentence.zh_cn, remedy.zh_cn
        )
        .unwrap();
        all
    }));
}

#[test]
fn every_required_setting_is_missed() {
    let missing = problems(&[]);
    assert_eq!(
        missing,
        ["corp-id", "agent-id", "secret", "aes-key", "sign-token", "associated-user-attribute"]
            .map(|key| (key.to_owned(), "missing"))
    );
}

#[test]
fn a_secret_in_the_clear_is_refused() {
    assert_eq!(problems(&with("secret", "hunter2")), [("secret".to_owned(), "not-held")]);
}

#[test]
fn a_key_given_twice_is_refused() {
    let mut settings = seven();
    settings.push(("agent-id".to_owned(), Value::Text("1000002".to_owned())));
    assert_eq!(problems(&settings), [("agent-id".to_owned(), "duplicate-key")]);
}

#[test]
fn a_template_needs_a_control_for_the_request_number() {
    let mut settings = with("template-id", "3TmSyntheticTemplateId0000000000000000001");
    assert_eq!(problems(&settings), [("field-map".to_owned(), "inconsistent")]);
    let map = r#"{"request-number":"Text-06","reason":"Textarea-02"}"#;
    settings.push(("field-map".to_owned(), Value::Text(map.to_owned())));
    let config = read(&settings).unwrap().config;
    assert_eq!(config.field_map.control_id("reason"), Some("Textarea-02"));
    assert!(config.owns(&TemplateId("3TmSyntheticTemplateId0000000000000000001".into())));
    assert!(!config.owns(&TemplateId("another".into())));
}

#[test]
fn a_rotation_keeps_the_pair_before_the_change() {
    let keys = |settings: &[(String, Value)]| read(settings).unwrap().config.callback_keys;
    assert_eq!(keys(&seven()).len(), 1);
    let rotated = keys(&with("previous-sign-token", "TokenOfBefore"));
    assert_eq!(
        rotated.iter().map(|pair| pair.token.expose()).collect::<Vec<_>>(),
        ["TestTokenForVectors01", "TokenOfBefore"]
    );
    assert_eq!(keys(&with("previous-aes-key", AES_KEY)).len(), 1, "the same pair twice is one pair");
}

#[test]
fn the_fingerprint_follows_every_setting_and_not_their_order() {
    let fingerprint = |settings: &[(String, Value)]| read(settings).unwrap().fingerprint;
    let mut reversed = seven();
    reversed.reverse();
    assert_eq!(fingerprint(&seven()), fingerprint(&reversed));
    assert_ne!(fingerprint(&seven()), fingerprint(&with("sign-token", "AnotherToken")));
}

#[test]
fn neither_summary_nor_debug_shows_a_secret() {
    let configured = read(&with("previous-sign-token", "TokenOfBefore")).unwrap();
    let printed = format!("{configured:?}");
    for secret in [AES_KEY, "TestTokenForVectors01", "TokenOfBefore"] {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
    insta::assert_debug_snapshot!(configured);
}
