//! `component`: what is written is what was tested, and the line beside it proves it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Files, run};
use host_harness::Digest;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

#[test]
fn the_component_that_is_built_in_is_written_with_its_digest() {
    let files = Files::new();
    let file = files.write("engine.wasm", "an older one");
    let built = [("wecom", wecom_component::WECOM_ENGINE), ("webhook", webhook_component::WEBHOOK_ENGINE)];
    for (engine, component) in built {
        let ran = run(&["component", "--engine", engine, &file]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert_eq!(std::fs::read(&file).unwrap(), component, "{engine}");
        assert_eq!(ran.stdout, format!("{}  {file}\n", Digest::of(component)));
    }
}

#[test]
fn without_a_name_it_is_the_wecom_engine() {
    let files = Files::new();
    let file = files.write("engine.wasm", "");
    let ran = run(&["component", &file]);
    assert_eq!(ran.stdout, format!("{}  {file}\n", Digest::of(wecom_component::WECOM_ENGINE)));
}

#[test]
fn a_file_that_cannot_be_written_is_named_in_one_sentence() {
    let ran = run(&["component", "/nowhere/engine.wasm"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.sentence(),
        "cannot write /nowhere/engine.wasm: No such file or directory (os error 2): name a file in a folder that you may \
         write to"
    );
}
