//! `conform`: an engine, its provider's fake, and a report for people or programs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::run;
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

#[test]
fn an_engine_that_keeps_every_promise_ends_with_success() {
    let ran = run(&["conform", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 0, "{report:#}");
    assert_eq!((&report["engine"], &report["provider"]), (&json!("wecom"), &json!("wecom")));
    assert_eq!((&report["failed"], &report["not-applicable"]), (&json!(0), &json!(0)));
}

#[test]
fn an_engine_in_a_file_is_tried_with_the_provider_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("webhook.wasm");
    std::fs::write(&file, webhook_component::WEBHOOK_ENGINE).unwrap();
    let ran = run(&["conform", file.to_str().unwrap(), "--provider", "webhook", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 0, "{report:#}");
    assert_eq!((&report["engine"], &report["provider"]), (&json!("webhook"), &json!("webhook")));
    assert_eq!(report["failed"], json!(0));
}

/// The settings of another provider do not fit: hardly a promise can be kept.
#[test]
fn what_fails_is_told_with_its_reason_and_its_promise() {
    let ran = run(&["conform", "--provider", "sample"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for part in ["✗ callback-genuine", "why it matters: ", "promised by: ", " failed, "] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn build_servers_get_junit_xml() {
    let ran = run(&["conform", "--provider", "sample", "--format", "junit"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.starts_with("<?xml"), "{}", ran.stdout);
    assert!(ran.stdout.contains(r#"<testcase name="callback-genuine" classname="wecom-"#), "{}", ran.stdout);
    assert!(ran.stdout.contains("<failure message="), "{}", ran.stdout);
}

#[test]
fn for_each_wrong_engine_the_cases_that_caught_it_are_printed() {
    let ran = run(&["conform", "--wrong", "ForgetsTheReceiver", "ResendsOnDoubt"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let cases = conformance_kit::cases::all().unwrap().len();
    let rows = [
        "✓ ForgetsTheReceiver  Does not look whom a message is for.",
        "      caught by: callback-other-receiver",
        "✓ ResendsOnDoubt      Sends a form again when no answer comes.",
        "      caught by: submit-lost, submit-busy, submit-garbled",
        "",
        &format!("2 of 2 wrong engines caught; without a mistake {cases} passed, 0 failed, 0 not applicable"),
    ];
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), rows);
}

#[test]
fn programs_and_build_servers_read_which_case_caught_a_wrong_engine() {
    let ran = run(&["conform", "--wrong", "NeverRenews", "--format", "json"]);
    let trial: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &trial["passed"]), (0, &json!(true)), "{trial:#}");
    let engine = json!({
        "mistake": "NeverRenews",
        "about": "Does not renew a token that is refused.",
        "meant-for": ["token-dies"],
        "caught-by": ["token-dies"],
        "caught": true,
    });
    assert_eq!(trial["engines"], json!([engine]));
    assert_eq!(trial["toothless"], Value::Null, "not every mistake was tried");

    let ran = run(&["conform", "--wrong", "NeverRenews", "--format", "junit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let test = r#"<testcase name="NeverRenews" classname="wrong-engines">"#;
    let (_, rest) = ran.stdout.split_once(test).unwrap();
    assert!(rest.trim_start().starts_with("<system-out>token-dies</system-out>"), "{}", ran.stdout);
}

#[test]
fn wrong_engines_bring_their_own_provider_and_take_no_file() {
    for others in [["engine.wasm", "--wrong"].as_slice(), &["--provider", "wecom", "--wrong"]] {
        let ran = run(&[&["conform"], others].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
    }
    let ran = run(&["conform", "--wrong", "ResendOnDoubt"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("a similar value exists: 'ResendsOnDoubt'"), "{ran:?}");
}

#[test]
fn a_file_that_is_no_engine_is_named_in_one_sentence() {
    let ran = run(&["conform", "no-such-engine.wasm"]);
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().starts_with("cannot read the engine no-such-engine.wasm: "), "{ran:?}");
}
