//! Who gets which value.

use super::*;
use crate::contract::Text;

fn empty() -> Text {
    Text { en: String::new(), zh_cn: String::new() }
}

fn description(fields: &[(&str, SettingKind)]) -> Description {
    let field = |(key, kind): &(&str, SettingKind)| SettingField {
        key: (*key).to_owned(),
        label: empty(),
        help: empty(),
        place: empty(),
        kind: kind.clone(),
        required: false,
        pattern: None,
        default_value: None,
    };
    Description {
        id: String::from("toy"),
        version: String::from("1.0.0"),
        name: empty(),
        summary: empty(),
        settings: fields.iter().map(field).collect(),
        capabilities: Vec::new(),
        reaches: Vec::new(),
        guide: Vec::new(),
    }
}

fn passed(split: &Split) -> Vec<(&str, Option<&str>)> {
    fn value(value: &SettingValue) -> Option<&str> {
        match value {
            SettingValue::Text(text) => Some(text.as_str()),
            SettingValue::Held => None,
        }
    }
    split.passed.iter().map(|setting| (setting.key.as_str(), value(&setting.value))).collect()
}

fn problems(split: &Split) -> Vec<(&str, &str)> {
    split.unfit.iter().map(|problem| (problem.key.as_str(), problem.code.as_str())).collect()
}

#[test]
fn what_is_described_as_held_is_passed_by_presence_alone() {
    let honest = description(&[("name", SettingKind::Text), ("secret", SettingKind::HeldSecret)]);
    let split = Settings::new().with("name", "a").with("secret", "hunter2").split(&honest);
    assert_eq!(passed(&split), [("name", Some("a")), ("secret", None)]);
    assert_eq!(split.held.get("secret").map(Secret::expose), Some("hunter2"));
    assert_eq!(problems(&split), []);
}

#[test]
fn what_was_stored_as_held_is_never_text_whatever_a_later_description_says() {
    let honest = description(&[("name", SettingKind::Text), ("secret", SettingKind::HeldSecret)]);
    let stored = Settings::new().with("name", "a").with("secret", "hunter2").held_as_described(&honest);
    for kind in [
        SettingKind::Text,
        SettingKind::MultilineText,
        SettingKind::Secret,
        SettingKind::Choice(Vec::new()),
        SettingKind::Fixed(String::from("hunter2")),
    ] {
        let split = stored.split(&description(&[("name", SettingKind::Text), ("secret", kind)]));
        assert_eq!(passed(&split), [("name", Some("a")), ("secret", None)]);
        assert!(split.held.is_empty(), "it goes into no request either");
        assert_eq!(problems(&split), [("secret", "held")]);
        assert!(split.unseen.occur_in(b"hunter2"));
    }
}

#[test]
fn a_mark_is_widened_and_goes_with_the_value_alone() {
    let dishonest = description(&[("secret", SettingKind::Text)]);
    let stored = Settings::new().with_held("secret", "hunter2").held_as_described(&dishonest);
    assert!(stored.is_held("secret"));
    assert!(stored.clone().with("secret", "hunter3").is_held("secret"));
    let again = stored.without("secret").with("secret", "hunter4");
    assert_eq!(passed(&again.split(&dishonest)), [("secret", Some("hunter4"))]);
}

#[test]
fn a_key_that_the_engine_does_not_list_is_not_passed() {
    let other = description(&[("name", SettingKind::Text)]);
    let split = Settings::new().with("name", "a").with("secret", "hunter2").with("", "x").split(&other);
    assert_eq!(passed(&split), [("name", Some("a"))]);
    assert_eq!(problems(&split), [("", "unknown-key"), ("secret", "unknown-key")]);
    for problem in &split.unfit {
        for text in [&problem.sentence, &problem.remedy] {
            assert!(!text.en.contains("hunter2") && !text.en.is_empty() && !text.zh_cn.is_empty());
        }
    }
}

#[test]
fn an_empty_value_is_not_held_and_not_passed_where_it_is_held() {
    let honest = description(&[("secret", SettingKind::HeldSecret)]);
    let split = Settings::new().with("secret", "").split(&honest);
    assert_eq!((passed(&split), problems(&split), split.held.len()), (vec![], vec![], 0));
}

#[test]
fn debug_shows_keys_alone() {
    let settings = Settings::new().with("secret", "hunter2").with("corp-id", "ww0123456789abcdef");
    assert_eq!(format!("{settings:?}"), r#"{"corp-id", "secret"}"#);
    let all = description(&[("secret", SettingKind::Text), ("corp-id", SettingKind::Text)]);
    let Split { passed, secrets, .. } = settings.split(&all);
    assert_eq!(format!("{passed:?} {secrets:?}"), r#"{"corp-id", "secret"} Known(0)"#);
}

/// A later version may call it a text. What was entered as a secret stays one in the log.
#[test]
fn what_was_entered_as_a_secret_is_masked_whatever_a_version_says_later() {
    let honest = description(&[("token", SettingKind::Secret), ("name", SettingKind::Text)]);
    let entered = Settings::new().with("token", "hunter2-token").with("name", "plain-name");
    let stored = entered.held_as_described(&honest);
    assert!(stored.is_secret("token") && !stored.is_secret("name") && !stored.is_held("token"));

    let later = description(&[("token", SettingKind::Text), ("name", SettingKind::Text)]);
    let said = "hunter2-token plain-name hunter3-token";
    let marked = Settings::new().with_secret("token", "hunter2-token").with("name", "plain-name");
    for settings in [stored.clone(), marked] {
        let split = settings.split(&later);
        assert_eq!(split.secrets.line(said, 100), "*** plain-name hunter3-token");
        assert_eq!(passed(&split), [("name", Some("plain-name")), ("token", Some("hunter2-token"))]);
    }
    let replaced = stored.clone().with("token", "hunter3-token").split(&later);
    assert_eq!(replaced.secrets.line(said, 100), "hunter2-token plain-name ***");
    let removed = stored.without("token").with("token", "hunter3-token").split(&later);
    assert_eq!(removed.secrets.line(said, 100), said);
}
