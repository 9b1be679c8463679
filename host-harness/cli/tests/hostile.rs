//! Components of strangers: what is told of them, and where they are compiled.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Files, run};
use serde_json::Value;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

/// 2^20 instances in a kilobyte.
const BOMB: &str = include_str!("doubling.wat");

#[test]
fn a_bomb_is_told_of_and_refused_by_the_limits_name() {
    let files = Files::new();
    let file = files.write("bomb.wasm", wat::parse_str(BOMB).unwrap());
    let refused =
        "the engine needs 1048576, and `limits.instances` allows 4: raise it if the engine is trusted";
    for command in [&["inspect", &file][..], &["inspect", "--json", &file]] {
        let ran = run(command);
        assert_eq!((ran.code, ran.sentence().as_str()), (1, refused));
        assert!(ran.stdout.contains("sha256"), "{}", ran.stdout);
    }
    for command in [
        &["call", "describe", "--engine", &file][..],
        &["callbacks", "--engine", &file],
        &["conform", &file],
        &["--no-cache", "call", "describe", "--engine", &file],
    ] {
        let ran = run(command);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.sentence().as_str()), (1, "", refused));
    }
}

#[test]
fn what_an_engine_is_does_not_depend_on_whether_it_loads() {
    let files = Files::new();
    let stranger = r#"(component (import "wasi:cli/exit@0.2.6" (instance (export "exit" (func)))))"#;
    let bytes = wat::parse_str(stranger).unwrap();
    let file = files.write("stranger.wasm", &bytes);
    let ran = run(&["inspect", "--json", &file]);
    let facts: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 1);
    assert_eq!(facts.get("imports"), Some(&["wasi:cli/exit@0.2.6"].into_iter().collect()));
    assert_eq!(facts.get("size"), Some(&Value::from(bytes.len())));
    assert_eq!(facts.get("description"), Some(&Value::Null));
}

/// A foreign component is compiled in another process, which may have this much: it is too little for any.
#[cfg(target_os = "linux")]
#[test]
fn compiling_ends_at_the_limit_of_its_process() {
    let files = Files::new();
    let file = files.write("wecom.wasm", wecom_component::WECOM_ENGINE);
    let ran = run(&["--no-cache", "--compile-memory", "16", "call", "describe", "--engine", &file]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.sentence(),
        "compiling the engine took more than 16 MiB of memory: the component is too large or hostile: raise \
         --compile-memory and --compile-seconds if it is trusted"
    );
}

#[test]
fn a_foreign_engine_is_compiled_apart_and_then_loaded_from_the_cache() {
    let (files, cache) = (Files::new(), tempfile::tempdir().unwrap());
    let file = files.write("wecom.wasm", wecom_component::WECOM_ENGINE);
    let cache = cache.path().join("cache");
    let ran = run(&["--log-level", "debug", "--cache", cache.to_str().unwrap(), "inspect", &file]);
    let told: Vec<&str> =
        ran.stderr.split_whitespace().filter(|word| word.starts_with("code-cache")).collect();
    assert_eq!((ran.code, told), (0, vec!["code-cache-hit"]), "{}", ran.stderr);
}

/// The name of its entry is a directory now, which no user can write a file over.
#[test]
fn what_cannot_be_kept_is_not_compiled_again_without_limits() {
    let (files, cache) = (Files::new(), tempfile::tempdir().unwrap());
    let file = files.write("wecom.wasm", wecom_component::WECOM_ENGINE);
    let cache = cache.path().join("cache");
    let inspect = ["--log-level", "debug", "--cache", cache.to_str().unwrap(), "inspect", &file];
    assert_eq!(run(&inspect).code, 0);
    let entry = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&entry).unwrap();
    std::fs::create_dir(&entry).unwrap();

    let ran = run(&["--cache", cache.to_str().unwrap(), "inspect", &file]);
    let sentence = ran.sentence();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        sentence.starts_with("the compiled engine cannot be kept in the code cache: Is a directory")
            && sentence.ends_with(": see to that directory, or name another"),
        "{sentence}"
    );
}
