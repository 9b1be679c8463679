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
fn a_file_that_is_no_engine_is_named_in_one_sentence() {
    let ran = run(&["conform", "no-such-engine.wasm"]);
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().starts_with("cannot read the engine no-such-engine.wasm: "), "{ran:?}");
}
