//! `record` and `replay`: a call kept under a key, and done again when the provider is gone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::path::Path;

use command::{Ran, run};
use fake::Fake;
use fake_wecom::setup::member;
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;
#[path = "support/fake.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fake;

/// Records one `resolve-user` into `directory`.
fn record(fake: &Fake, directory: &Path) -> Ran {
    record_of("resolve-user", fake, directory)
}

fn record_of(function: &str, fake: &Fake, directory: &Path) -> Ran {
    let probe = std::fs::read(fake.option("--probe")).unwrap();
    let account: Value = serde_json::from_slice(&probe).unwrap();
    let input = directory.join("input.json");
    std::fs::write(&input, json!({ "account": account, "depth": "confirmed" }).to_string()).unwrap();
    run(&[
        "record",
        function,
        "--loopback",
        "--settings",
        fake.option("--settings"),
        "--input",
        input.to_str().unwrap(),
        "--key",
        &path(directory, "key"),
        "--out",
        &path(directory, "call.json"),
    ])
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_recorded_call_is_the_same_when_the_provider_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Fake::start("well");
    let recorded = record(&fake, directory.path());
    assert_eq!(recorded.code, 0, "{recorded:?}");
    assert!(recorded.stdout.contains(member::ZHANG_SAN), "{recorded:?}");
    drop(fake);

    let file = path(directory.path(), "call.json");
    let replayed = run(&["replay", &file, "--key", &path(directory.path(), "key")]);
    assert_eq!((replayed.code, replayed.stderr.as_str()), (0, ""));
    assert!(replayed.stdout.contains("recorded  resolve-user of wecom "), "{replayed:?}");
    assert!(replayed.stdout.contains("\nthe same  "), "{replayed:?}");
}

#[test]
fn a_recording_neither_opens_under_another_key_nor_is_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Fake::start("well");
    assert_eq!(record(&fake, directory.path()).code, 0);
    let again = record(&fake, directory.path());
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert!(again.sentence().contains("name a file that does not exist"), "{again:?}");

    let (file, key) = (path(directory.path(), "call.json"), path(directory.path(), "other-key"));
    std::fs::write(&key, "00".repeat(32)).unwrap();
    let ran = run(&["replay", &file, "--key", &key]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.sentence().contains("the key is another one, or the file was changed"), "{ran:?}");
}

#[test]
fn a_misspelt_function_leaves_no_file_in_the_way_of_the_right_one() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Fake::start("well");
    std::fs::write(path(directory.path(), "key"), "00".repeat(32)).unwrap();
    let misspelt = record_of("resolve-usr", &fake, directory.path());
    assert_eq!((misspelt.code, misspelt.stdout.as_str()), (1, ""));
    assert!(misspelt.sentence().contains("the engine has no function resolve-usr"), "{misspelt:?}");
    assert!(!directory.path().join("call.json").exists());
    assert_eq!(record(&fake, directory.path()).code, 0);
}

#[cfg(unix)]
#[test]
fn key_and_recording_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let fake = Fake::start("well");
    assert_eq!(record(&fake, directory.path()).code, 0);
    for name in ["key", "call.json"] {
        let mode = directory.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
