//! What the provider saw in a step.

use crate::case::Seen;
use crate::provider::{Fact, Stage, Tally};

/// Why what happened since `before` is not what the step expects.
pub(crate) fn misfits(seen: &Seen, before: Tally, stage: &dyn Stage) -> Vec<String> {
    let after = stage.tally();
    let counts = [
        ("requests", seen.requests, before.requests, after.requests),
        ("submissions", seen.submissions, before.submissions, after.submissions),
        ("forms", seen.forms, before.forms, after.forms),
        ("tokens", seen.tokens, before.tokens, after.tokens),
        ("templates", seen.templates, before.templates, after.templates),
    ];
    let counted = counts.into_iter().filter_map(|(what, expected, before, after)| {
        let number = after.saturating_sub(before);
        let expected = expected.filter(|expected| !expected.admits(number))?;
        Some(format!("the provider saw {number} {what}, not {expected}"))
    });
    let key = seen.key.as_ref().and_then(|expected| {
        let key = stage.fact(Fact::NewestKey);
        (key.as_ref() != Some(expected)).then(|| format!("the form carries {key:?}, not {expected:?}"))
    });
    counted.chain(key).collect()
}
