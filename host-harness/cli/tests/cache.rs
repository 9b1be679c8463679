//! Where the program keeps what it compiles.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use command::{Ran, run, run_with};
use tempfile::TempDir;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

/// What the log of a run says of the cache.
fn told(ran: &Ran) -> Vec<&str> {
    assert_eq!(ran.code, 0, "{ran:?}");
    let words = ran.stderr.split_whitespace();
    words.filter(|word| word.starts_with("code-cache")).collect()
}

fn entries(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(0, Iterator::count)
}

#[test]
fn the_second_run_takes_what_the_first_has_compiled() {
    let directory = TempDir::new().unwrap();
    let cache = directory.path().join("cache");
    let inspect = ["--log-level", "debug", "--cache", cache.to_str().unwrap(), "inspect"];
    let (first, second) = (run(&inspect), run(&inspect));
    assert_eq!((told(&first), told(&second)), (vec!["code-cache-miss"], vec!["code-cache-hit"]));
    assert_eq!((first.stdout, entries(&cache)), (second.stdout, 1));
}

#[test]
fn without_an_option_the_users_cache_directory_is_taken() {
    let directory = TempDir::new().unwrap();
    let variables = [("XDG_CACHE_HOME", directory.path().to_str().unwrap())];
    let ran = run_with(&["--log-level", "debug", "inspect"], "", &variables);
    assert_eq!(told(&ran), ["code-cache-miss"]);
    assert_eq!(entries(&directory.path().join("host-harness")), 1);
}

#[test]
fn nothing_is_kept_when_that_is_asked_for() {
    let directory = TempDir::new().unwrap();
    let variables = [("XDG_CACHE_HOME", directory.path().to_str().unwrap())];
    let ran = run_with(&["--log-level", "debug", "--no-cache", "inspect"], "", &variables);
    assert_eq!((told(&ran).len(), entries(directory.path())), (0, 0));
}

/// Asked for, it has to be sound; the user's own is gone without.
#[test]
fn a_cache_that_others_can_write_is_an_error_only_when_it_was_asked_for() {
    let directory = TempDir::new().unwrap();
    let cache = directory.path().join("host-harness");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).unwrap();

    let asked = run(&["--cache", cache.to_str().unwrap(), "inspect"]);
    assert_eq!(asked.code, 1);
    let sentence = asked.sentence();
    assert!(sentence.contains("is not private") && sentence.contains("chmod go-w"), "{sentence}");

    let variables = [("XDG_CACHE_HOME", directory.path().to_str().unwrap())];
    let unasked = run_with(&["inspect"], "", &variables);
    assert_eq!((unasked.code, unasked.stderr.as_str(), entries(&cache)), (0, "", 0));
}
