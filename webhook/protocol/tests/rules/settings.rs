//! Settings and what is wrong with them.

use webhook_protocol::approval_engine::{Setting, SettingValue};
use webhook_protocol::settings::read;

use crate::{OTHER, SECRET, setting, sound};

/// Keys and codes of all problems.
fn problems(given: &[Setting]) -> Vec<(String, String)> {
    let problems = read(given).map(|_| ()).unwrap_err();
    for problem in &problems {
        for text in [&problem.sentence, &problem.remedy] {
            assert!(!text.en.is_empty() && !text.zh_cn.is_empty());
            assert!(!text.en.contains(SECRET));
        }
    }
    problems.into_iter().map(|problem| (problem.key, problem.code)).collect()
}

fn with(key: &str, value: &str) -> Vec<Setting> {
    let mut settings = sound();
    settings.retain(|setting| setting.key != key);
    settings.push(setting(key, value));
    settings
}

#[test]
fn all_problems_are_told_at_once() {
    let given = [
        setting("endpoint", "ftp://example.com"),
        setting("secret", "short"),
        setting("secret", SECRET),
        setting("colour", "red"),
        Setting { key: "previous-secret".into(), value: SettingValue::Held },
    ];
    let expected = [
        ("secret", "duplicate-key"),
        ("colour", "unknown-key"),
        ("previous-secret", "wrong-format"),
        ("application", "missing"),
        ("endpoint", "not-allowed"),
        ("secret", "wrong-character"),
    ];
    assert_eq!(problems(&given), expected.map(|(key, code)| (key.to_owned(), code.to_owned())));
    assert_eq!(problems(&[]).len(), 3);
}

#[test]
fn each_value_follows_its_rule() {
    for (key, value, code) in [
        ("endpoint", "approvals.example.com", "wrong-format"),
        ("endpoint", "https://", "wrong-format"),
        ("endpoint", "https://user:word@example.com/", "wrong-format"),
        ("endpoint", "https://example.com\\@evil.example/", "wrong-format"),
        ("endpoint", "https://example.com:99999/", "wrong-format"),
        ("endpoint", "https://example.com/?key=1", "wrong-format"),
        ("endpoint", "https://example.com/ a", "wrong-format"),
        ("endpoint", "http://example.com/", "not-allowed"),
        ("endpoint", "http://localhost.evil.example/", "not-allowed"),
        ("application", "a b", "wrong-format"),
        ("secret", "whsec_c2hvcnQ=", "wrong-length"),
        ("previous-secret", SECRET, "inconsistent"),
        ("user-attribute", "with blank", "wrong-format"),
    ] {
        assert_eq!(problems(&with(key, value)), [(key.to_owned(), code.to_owned())], "{value}");
    }
}

#[test]
fn the_origin_is_that_of_the_endpoint() {
    for (url, origin) in [
        ("https://Approvals.example.com/webhook", "https://approvals.example.com"),
        ("https://approvals.example.com:443", "https://approvals.example.com"),
        ("https://approvals.example.com:8443/a/b", "https://approvals.example.com:8443"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("http://[::1]/", "http://[::1]"),
    ] {
        assert_eq!(read(&with("endpoint", url)).unwrap().1.origins, [origin], "{url}");
    }
}

#[test]
fn a_summary_tells_no_secret() {
    let (config, configured) = read(&with("previous-secret", OTHER)).unwrap();
    let shown = format!("{configured:?} {config:?}");
    assert!(!shown.contains("MfKQ9r8G") && !shown.contains("AAAAAAAA"), "{shown}");
    assert_eq!(configured.directory_attribute, "userName");
}

#[test]
fn the_fingerprint_changes_with_every_setting_and_not_with_their_order() {
    let fingerprint = |given: &[Setting]| read(given).unwrap().1.fingerprint;
    let mut reversed = sound();
    reversed.reverse();
    assert_eq!(fingerprint(&sound()), fingerprint(&reversed));
    for changed in [with("secret", OTHER), with("application", "other"), with("user-attribute", "uid")] {
        assert_ne!(fingerprint(&sound()), fingerprint(&changed));
    }
}
