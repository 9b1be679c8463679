//! What an error repeats of foreign text neither steers a terminal nor makes a line of its own, and is short.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use host_harness::code_cache::private::NotPrivate;
use host_harness::contract::version::Unspoken;
use host_harness::contract::{SettingProblem, Text};
use host_harness::digest::NoDigest;
use host_harness::egress::{NoPrefix, Origin};
use host_harness::json::InputError;
use host_harness::outbound::lookups::LookupError;
use host_harness::pace::Hold;
use host_harness::redact::steers;
use host_harness::registry::Loosened;
use host_harness::replay::{Difference, Place, SealError};
use host_harness::{CacheError, CallError, CallFailure, Digest, LoadError, RegistryError, RuntimeError};
use semver::Version;
use serde_json::Value;

/// Clears the screen, sets the title, begins a line of its own, C1 controls, turns the direction of writing, and is long.
fn nasty() -> String {
    let head = "a\x1b[2J\x1b]0;b\x07\r\n  sha256   c\u{9b}d\u{85}\u{2028}\u{2029}\u{202e}\u{2066}\u{200b}access_token=S3CR3T ";
    head.to_owned() + &"x".repeat(1 << 20)
}

fn long() -> Version {
    format!("0.9.0-{}", "x".repeat(1 << 20)).parse().unwrap()
}

fn problem() -> SettingProblem {
    let text = || Text { en: nasty(), zh_cn: nasty() };
    SettingProblem { key: nasty(), code: nasty(), sentence: text(), remedy: text() }
}

#[track_caller]
fn is_plain(error: &dyn Display) {
    let text = error.to_string();
    let shown: String = text.chars().take(200).collect();
    assert!(!text.is_empty() && !text.chars().any(steers), "{shown:?}");
    assert!(text.len() <= 2_500, "{} bytes: {shown}", text.len());
    assert!(!text.contains("S3CR3T"), "{shown}");
}

// One match without a wildcard for each type: a new case has to be added here.

fn call_failures() -> Vec<CallFailure> {
    let all = vec![
        CallFailure::Configuration(vec![problem(), problem()]),
        CallFailure::Input(InputError::OutOfRange { at: nasty() }),
        CallFailure::Unsupported { interface: "approval-tracking" },
        CallFailure::Trapped { trap: nasty() },
        CallFailure::Limit { setting: "limits.cpu" },
        CallFailure::TimedOut { setting: "limits.pure_call", limit: Duration::MAX },
        CallFailure::Held(Hold::Crowded),
        CallFailure::Overloaded { setting: "limits.tenant_calls" },
        CallFailure::Host { reason: nasty() },
    ];
    for failure in &all {
        match failure {
            CallFailure::Configuration(_)
            | CallFailure::Input(_)
            | CallFailure::Unsupported { .. }
            | CallFailure::Trapped { .. }
            | CallFailure::Limit { .. }
            | CallFailure::TimedOut { .. }
            | CallFailure::Held(_)
            | CallFailure::Overloaded { .. }
            | CallFailure::Host { .. } => {}
        }
    }
    all
}

fn load_errors() -> Vec<LoadError> {
    let unspoken = Unspoken { engine: long(), host: Version::new(0, 1, 1) };
    let mut all = vec![
        LoadError::Unreadable { path: nasty(), reason: nasty() },
        LoadError::Precompiled,
        LoadError::NoComponent { reason: nasty() },
        LoadError::ForeignImports { imports: vec![nasty(); 20] },
        LoadError::ForeignImports { imports: vec![format!("wasi:x/y\n  sha256   {}", "0".repeat(64)); 9] },
        LoadError::NewerContract { engine: long(), host: Version::new(0, 1, 1), reason: Some(nasty()) },
        LoadError::OlderContract { engine: long(), host: Version::new(0, 1, 1) },
        LoadError::from(unspoken),
        LoadError::WrongContract { reason: nasty() },
        LoadError::Exceeds { setting: "limits.instances", needs: u64::MAX, allows: 4 },
        LoadError::Proposal { proposal: nasty(), reason: nasty() },
        LoadError::NotKept { reason: nasty() },
        LoadError::Host { reason: nasty() },
    ];
    all.extend(call_failures().into_iter().map(LoadError::Description));
    for error in &all {
        match error {
            LoadError::Unreadable { .. }
            | LoadError::Precompiled
            | LoadError::NoComponent { .. }
            | LoadError::ForeignImports { .. }
            | LoadError::NewerContract { .. }
            | LoadError::OlderContract { .. }
            | LoadError::WrongContract { .. }
            | LoadError::Exceeds { .. }
            | LoadError::Proposal { .. }
            | LoadError::NotKept { .. }
            | LoadError::Host { .. }
            | LoadError::Description(_) => {}
        }
    }
    all
}

fn registry_errors() -> Vec<RegistryError> {
    let digest = Digest::of(b"x");
    let loosened = Loosened {
        secrets: [nasty()].into(),
        held: (0..20).map(|n| format!("{n}{}", nasty())).collect(),
        origins: BTreeSet::from([Origin::of(&format!("https://{}.example", "x".repeat(1_000))).unwrap()]),
        settings: BTreeSet::from([nasty()]),
    };
    let mut all = vec![
        RegistryError::NotPinned { digest },
        RegistryError::NotLoaded { digest },
        RegistryError::Loosened { id: nasty(), digest, loosened: Box::new(loosened) },
        RegistryError::NoneActive { id: nasty() },
        RegistryError::Active { id: nasty(), digest },
    ];
    all.extend(load_errors().into_iter().map(RegistryError::Load));
    for error in &all {
        match error {
            RegistryError::NotPinned { .. }
            | RegistryError::Load(_)
            | RegistryError::NotLoaded { .. }
            | RegistryError::Loosened { .. }
            | RegistryError::NoneActive { .. }
            | RegistryError::Active { .. } => {}
        }
    }
    all
}

fn input_errors() -> Vec<InputError> {
    let (at, name) = (nasty(), nasty());
    let all = vec![
        InputError::UnknownFunction { name: nasty(), known: nasty() },
        InputError::UnknownField { at: at.clone(), name: name.clone() },
        InputError::UnknownCase { at: at.clone(), name },
        InputError::WrongType { at: at.clone(), expected: "a string", got: "null" },
        InputError::OutOfRange { at: at.clone() },
        InputError::Unsupported { at },
    ];
    for error in &all {
        match error {
            InputError::UnknownFunction { .. }
            | InputError::UnknownField { .. }
            | InputError::UnknownCase { .. }
            | InputError::WrongType { .. }
            | InputError::OutOfRange { .. }
            | InputError::Unsupported { .. } => {}
        }
    }
    all
}

fn others() -> Vec<Box<dyn Display>> {
    let directory = || PathBuf::from(nasty());
    let exposed = |cause| CacheError::Exposed { directory: directory(), cause };
    let caches = [
        CacheError::Unusable { directory: directory(), reason: nasty() },
        exposed(NotPrivate::Owner { path: nasty(), owner: 0 }),
        exposed(NotPrivate::Writable { path: nasty(), mode: 0o777 }),
        exposed(NotPrivate::NoFile),
        exposed(NotPrivate::Unknown),
    ];
    let runtimes = [RuntimeError::Unavailable { reason: nasty() }, RuntimeError::Profile { reason: nasty() }];
    let holds =
        [Hold::Closed { opens_at: u64::MAX, seconds: u32::MAX }, Hold::Spent { seconds: 1 }, Hold::Crowded];
    let patience = Duration::MAX;
    let lookups = [
        LookupError::Busy { at_once: 64, patience },
        LookupError::TimedOut { patience },
        LookupError::Unknown,
        LookupError::NoAnswer,
    ];
    let seals = [SealError::Key, SealError::NoRandomness, SealError::Format, SealError::Refused];
    let difference = Difference {
        place: Place::Import { number: 1, name: nasty() },
        pointer: nasty(),
        recorded: Value::Null,
        replayed: Value::Null,
    };
    for cache in &caches {
        match cache {
            CacheError::Unusable { .. } | CacheError::Exposed { .. } => {}
        }
    }
    let mut all: Vec<Box<dyn Display>> = vec![Box::new(NoDigest), Box::new(NoPrefix), Box::new(difference)];
    all.extend(caches.into_iter().map(|error| Box::new(error) as Box<dyn Display>));
    all.extend(runtimes.into_iter().map(|error| Box::new(error) as Box<dyn Display>));
    all.extend(holds.into_iter().map(|error| Box::new(error) as Box<dyn Display>));
    all.extend(lookups.into_iter().map(|error| Box::new(error) as Box<dyn Display>));
    all.extend(seals.into_iter().map(|error| Box::new(error) as Box<dyn Display>));
    all
}

#[test]
fn no_error_steers_a_terminal_makes_a_line_of_its_own_or_is_long() {
    call_failures().iter().for_each(|error| is_plain(error));
    for error in call_failures() {
        is_plain(&CallError { error, requests_sent: 3 });
    }
    load_errors().iter().for_each(|error| is_plain(error));
    registry_errors().iter().for_each(|error| is_plain(error));
    input_errors().iter().for_each(|error| is_plain(error));
    is_plain(&CallFailure::Trapped { trap: nasty().repeat(10) });
    others().iter().for_each(|error| is_plain(error));
}

#[test]
fn names_of_foreign_imports_are_repeated_as_one_line() {
    let error = LoadError::ForeignImports { imports: vec![String::from("wasi:x/y\u{1b}[2J\n  sha256   00")] };
    assert!(
        error
            .to_string()
            .starts_with("the engine imports what no host grants: wasi:x/y [2J   sha256   00: it may ")
    );
}
