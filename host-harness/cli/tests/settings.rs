//! Settings files that are wrong, as a person meets them: each mistake named by its setting, all of them at once, and no
//! secret repeated.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Files, Ran, run, run_with};
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

const VARIABLE: &str = "HOST_HARNESS_TEST_UNSET";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// The sentence that a command ends with for a settings file of this content, without the file's name.
fn sentence(command: &[&str], content: &str) -> String {
    let files = Files::new();
    let file = files.write("settings.json", content);
    let ran = run(&[command, &["--settings", &file]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    let sentence = ran.sentence();
    let begins = format!("cannot read the settings {file}: ");
    sentence.strip_prefix(&begins).map(str::to_owned).unwrap_or(sentence)
}

#[test]
fn numbers_and_maps_are_named_with_what_to_write() {
    let content = r#"{"corp-id": "ww0123456789abcdef", "agent-id": 3010040, "field-map": {"request-number": "Text-01"}}"#;
    for command in [&["call", "configure"][..], &["check"], &["provision"]] {
        assert_eq!(
            sentence(command, content),
            r#"agent-id: the value is a number, and every setting is a text: write it as a text, in quotes: "agent-id": "3010040"; field-map: the value is a map, and every setting is a text: write it as one text, in quotes and with its own quotes escaped: "field-map": "{\"request-number\":\"Text-01\"}": put that right and try again"#
        );
    }
}

#[test]
fn variables_and_files_that_are_not_there_are_told_with_the_other_mistakes() {
    let content = json!({
        "agent-id": 3010040,
        "secret": { "env": VARIABLE },
        "aes-key": { "file": "/nowhere/key" },
        "sign-token": { "env": VARIABLE, "file": "/nowhere/token" },
    });
    let told = sentence(&["check"], &content.to_string());
    for part in [
        "agent-id: the value is a number",
        &format!("secret: the variable {VARIABLE} is not set: set it"),
        "aes-key: /nowhere/key: ",
        r#"sign-token: the value is a map, and every setting is a text: write it as one text, in quotes and with its own quotes escaped: "sign-token": "***""#,
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}

#[test]
fn a_secret_that_is_no_text_is_not_repeated() {
    let told = sentence(
        &["check"],
        r#"{"secret": 8613800138000, "sign-token": [8613800138000], "key": 8613800138000}"#,
    );
    assert!(!told.contains("138"), "{told}");
    for key in ["secret", "sign-token", "key"] {
        assert!(told.contains(&format!("{key}: the value is ")), "{told}");
    }
}

#[test]
fn a_key_that_comes_twice_and_a_file_that_is_no_object_are_told() {
    let twice = sentence(&["check"], r#"{"agent-id": "1", "agent-id": "2"}"#);
    assert_eq!(
        twice,
        "agent-id: the setting is given twice: give each setting once: put that right and try again"
    );
    let list = sentence(&["check"], "[]");
    assert!(list.starts_with("a list in place of an object: write a JSON object such as "), "{list}");
}

/// The engine does not get it, so the host reports it.
#[test]
fn a_key_that_the_engine_does_not_list_is_named() {
    let files = Files::new();
    let file = files.write("settings.json", r#"{"colour": "red"}"#);
    let ran = run(&["call", "configure", "--settings", &file]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let problems: Value = serde_json::from_str(&ran.stdout).unwrap();
    let problems = problems["err"].as_array().unwrap();
    let unknown = problems.iter().find(|problem| problem["key"] == "colour").unwrap();
    assert_eq!(unknown["code"], "unknown-key");
    assert_eq!(
        unknown["sentence"]["en"],
        "the engine wecom 0.1.0 has no such setting, so its value is not passed to the engine"
    );
}

/// Sound settings whose API is at `address`.
fn configure(address: &str, more: &[&str]) -> Ran {
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "text": value } });
    let settings = json!({ "settings": [
        text("corp-id", "ww0123456789abcdef"),
        text("agent-id", "3010040"),
        text("sign-token", "TestTokenForVectors01"),
        text("aes-key", AES_KEY),
        text("associated-user-attribute", "wecomUserId"),
        text("api-base-url", address),
        { "key": "secret", "value": "held" },
    ] });
    run_with(&[&["call", "configure", "--input", "-"], more].concat(), &settings.to_string(), &[])
}

#[test]
fn an_http_address_is_refused_by_the_host_unless_it_allows_loopback() {
    let refused = configure("http://127.0.0.1:4010", &[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let problems: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(problems.pointer("/err/0/key"), Some(&json!("api-base-url")));
    assert_eq!(problems.pointer("/err/0/code"), Some(&json!("not-allowed")));
    assert_eq!(problems.pointer("/err/1"), None);
    assert_eq!(
        refused.stderr,
        "host-harness: configure: http://127.0.0.1:4010 is plain http to this machine, and this host does not allow \
         loopback: enter an https address; for a test with a server on this machine, the operator of the host sets \
         egress.loopback = true\n"
    );

    let allowed = configure("http://127.0.0.1:4010", &["--loopback"]);
    assert_eq!((allowed.code, allowed.stderr.as_str()), (0, ""), "{allowed:?}");
    let secure = configure("https://wecom.example.com", &[]);
    assert_eq!((secure.code, secure.stderr.as_str()), (0, ""), "{secure:?}");
}
