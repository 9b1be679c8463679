//! The cases that come with the kit.

use crate::case::Case;

/// A file in `cases/` that is no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cases/{file}.toml is no case: {reason}")]
pub struct BrokenCase {
    /// Its name without the ending.
    pub file: &'static str,
    /// Where it is wrong.
    pub reason: String,
}

macro_rules! files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../cases/", $name, ".toml")))),*]
    };
}

/// In the order of an approval's life; those that watch the others come last.
const FILES: &[(&str, &str)] = &files! {
    "describe-complete"
    "describe-capabilities"
    "describe-patterns"
    "configure-sound"
    "configure-missing"
    "configure-unknown-key"
    "configure-twice"
    "configure-held"
    "configure-mistakes"
    "configure-all-mistakes"
    "unconfigured"
    "unconfigured-tracking"
    "unconfigured-diagnostics"
    "unconfigured-image"
    "image-own"
    "image-strange"
    "callback-genuine"
    "callback-unsigned"
    "callback-forged"
    "callback-other-receiver"
    "callback-envelope"
    "callback-stale"
    "callback-altered"
    "callback-hostile"
    "callback-bomb"
    "callback-huge"
    "callback-method"
    "callback-address"
    "callback-address-forged"
    "callback-unknown-kind"
    "callback-unknown-status"
    "callback-lists"
    "callback-same-news"
    "callback-other-news"
    "callback-foreign"
    "callback-refusals-alike"
    "life-partial"
    "life-rejected"
    "life-withdrawn"
    "life-revoked"
    "life-deleted"
    "person-mapped"
    "person-attribute"
    "person-confirmed"
    "person-gone"
    "person-joins"
    "submit-sound"
    "submit-key"
    "submit-steps"
    "submit-fields"
    "submit-unmapped"
    "submit-unmapped-all"
    "submit-inactive"
    "submit-inactive-approver"
    "submit-without-template"
    "submit-template-gone"
    "submit-lost"
    "submit-busy"
    "submit-garbled"
    "submit-unreachable"
    "submit-refused"
    "token-shared"
    "token-tenants"
    "token-dies"
    "token-refused"
    "token-blocked"
    "track-fetch"
    "track-unknown"
    "track-lost"
    "track-words"
    "track-list"
    "track-pages"
    "check-well"
    "check-cached"
    "provision-confirmed"
    "provision-made"
    "always-both-languages"
    "always-pure"
    "always-alive"
    "always-within-limits"
    "always-bounded"
    "always-filled"
    "always-secret"
    "always-forgetful"
    "always-same"
};

/// All of them.
///
/// # Errors
/// - [`BrokenCase`]: a file cannot be read as a case, or has both a script and a watch, or neither.
pub fn all() -> Result<Vec<Case>, BrokenCase> {
    FILES.iter().map(|(file, text)| read(file, text)).collect()
}

fn read(file: &'static str, text: &str) -> Result<Case, BrokenCase> {
    let broken = |reason: String| BrokenCase { file, reason };
    let mut case: Case = toml::from_str(text).map_err(|error| broken(error.to_string()))?;
    if case.watch.is_some() != case.steps.is_empty() {
        return Err(broken(String::from("it needs either steps or a watch")));
    }
    file.clone_into(&mut case.name);
    Ok(case)
}
