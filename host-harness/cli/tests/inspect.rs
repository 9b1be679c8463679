//! `inspect`: what an engine is, and what is no engine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Files, run};
use serde_json::Value;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;
#[path = "../../tests/support/minimal.rs"]
mod minimal;

/// The lines that stand under `heading`.
fn under<'a>(output: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = output.lines().skip_while(|line| line.trim() != heading).skip(1);
    lines.take_while(|line| line.starts_with("    ")).map(str::trim).collect()
}

const IMPORTS: [&str; 3] =
    ["idaas:approval/http@0.1.1", "idaas:approval/token-cache@0.1.1", "idaas:approval/log@0.1.1"];

#[test]
fn the_imports_printed_are_all_that_the_engine_can_reach() {
    let ran = run(&["inspect"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(under(&ran.stdout, "imports"), IMPORTS);
    assert_eq!(
        under(&ran.stdout, "exports"),
        [
            "idaas:approval/configuration-image@0.1.1",
            "idaas:approval/types@0.1.1",
            "idaas:approval/approval-tracking@0.1.1",
            "idaas:approval/approval-engine@0.1.1",
            "idaas:approval/engine-diagnostics@0.1.1",
        ]
    );
    assert_eq!(under(&ran.stdout, "hosts").first(), Some(&"https://qyapi.weixin.qq.com"));
    let size = wecom_component::WECOM_ENGINE.len();
    assert!(ran.stdout.contains(&format!("size     {size} bytes")), "{}", ran.stdout);
}

#[test]
fn a_file_and_the_engine_built_in_look_alike() {
    let files = Files::new();
    let file = files.write("wecom.wasm", wecom_component::WECOM_ENGINE);
    assert_eq!(run(&["inspect", &file]).stdout, run(&["inspect"]).stdout);
}

#[test]
fn json_has_the_same_facts() {
    let ran = run(&["inspect", "--json"]);
    let facts: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 0);
    assert_eq!(facts.get("imports"), Some(&IMPORTS.into_iter().collect()));
    assert_eq!(facts.pointer("/description/id"), Some(&Value::from("wecom")));
    assert_eq!(facts.get("size"), Some(&Value::from(wecom_component::WECOM_ENGINE.len())));
}

#[test]
fn a_missing_component_is_named_in_one_sentence() {
    let ran = run(&["inspect", "/nowhere/engine.wasm"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let sentence = ran.sentence();
    assert!(sentence.starts_with("cannot read the engine /nowhere/engine.wasm: "), "{sentence}");
    assert!(sentence.ends_with(": name the component's file"), "{sentence}");
}

#[test]
fn a_component_that_wants_the_file_system_is_refused_in_one_sentence() {
    let files = Files::new();
    let greedy = r#"(component (import "wasi:filesystem/preopens@0.2.6"
        (instance (export "get-directories" (func)))))"#;
    let file = files.write("greedy.wasm", wat::parse_str(greedy).unwrap());
    for (command, told) in [
        // What it imports, exports and is can be told all the same.
        (&["inspect", &file][..], vec!["wasi:filesystem/preopens@0.2.6"]),
        (&["call", "describe", "--engine", &file], vec![]),
    ] {
        let ran = run(command);
        assert_eq!((ran.code, under(&ran.stdout, "imports")), (1, told));
        assert_eq!(ran.stdout.is_empty(), command[0] == "call", "{}", ran.stdout);
        let sentence = ran.sentence();
        assert!(
            sentence.starts_with("the engine imports what no host grants: wasi:filesystem/preopens@0.2.6: "),
            "{sentence}"
        );
    }
}

/// What the format of components takes for the name of an import may hold anything but angle brackets.
#[test]
fn the_name_of_an_import_neither_steers_the_terminal_nor_makes_a_line_of_its_own() {
    let files = Files::new();
    let greedy = r#"(component (import "url=<a\1b[2J\0a  sha256   0000\c2\9b\e2\80\ae>"
        (instance (export "f" (func)))))"#;
    let file = files.write("greedy.wasm", wat::parse_str(greedy).unwrap());
    let ran = run(&["inspect", &file]);
    assert_eq!(ran.code, 1);
    let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!ran.stdout.contains(steers), "{:?}", ran.stdout);
    let digests = ran.stdout.lines().filter(|line| line.trim_start().starts_with("sha256 "));
    assert_eq!(digests.count(), 1, "{:?}", ran.stdout);
    let sentence = ran.sentence();
    let expected = "the engine imports what no host grants: url=<a [2J   sha256   0000  >: it may import ";
    assert!(sentence.starts_with(expected), "{sentence:?}");
}

/// A description says what its engine likes.
#[test]
fn json_has_no_control_that_a_terminal_obeys() {
    let files = Files::new();
    // A C1 control in place of two letters of the version.
    let component = minimal::engine();
    let at = component.windows(12).position(|window| window == b"minimal0.1.0").unwrap();
    let texts = b"minimal0\xc2\x9b.0";
    let steering = [component.get(..at).unwrap(), texts, component.get(at + texts.len()..).unwrap()].concat();
    let file = files.write("steering.wasm", steering);
    let ran = run(&["inspect", "--json", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", ran.stdout);
    let facts: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(facts.pointer("/description/version"), Some(&Value::from("0\u{9b}.0")));
}

#[test]
fn what_is_no_component_is_refused_in_one_sentence() {
    let files = Files::new();
    let file = files.write("text.wasm", "#!/bin/sh\nexit 0\n");
    let ran = run(&["inspect", &file]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.sentence().starts_with("the engine is no sound component: "), "{}", ran.stderr);
}
