//! Whether a description is complete.

use std::collections::BTreeSet;

use host_harness::ApprovalEngine;
use host_harness::contract::{Capability, Description, Reach, SettingKind};
use host_harness::egress::Origin;

/// What does not fit together in a description.
pub(super) fn findings(description: &Description) -> Vec<String> {
    let mut found = Vec::new();
    let mut demand = |kept: bool, what: String| {
        if !kept {
            found.push(what);
        }
    };
    let keys: BTreeSet<&str> = description.settings.iter().map(|field| field.key.as_str()).collect();
    let known = |key: &str| keys.contains(key);

    demand(is_version(&description.version), format!("{:?} is no semantic version", description.version));
    demand(keys.len() == description.settings.len(), String::from("two settings have one key"));
    for field in &description.settings {
        demand(
            is_key(&field.key),
            format!("the setting {:?} is not lower-case words with hyphens", field.key),
        );
        let choices = match &field.kind {
            SettingKind::Choice(choices) => choices.len(),
            SettingKind::GeneratedSecret(generator) => {
                generator.alphabet.len().min(generator.length as usize)
            }
            SettingKind::Text
            | SettingKind::MultilineText
            | SettingKind::Secret
            | SettingKind::HeldSecret
            | SettingKind::Fixed(_) => 1,
        };
        demand(choices > 0, format!("the setting {:?} leaves nothing to choose or draw from", field.key));
    }
    for capability in &description.capabilities {
        let times = description.capabilities.iter().filter(|one| *one == capability).count();
        demand(times == 1, format!("{capability:?} is claimed {times} times"));
    }
    demand(!description.reaches.is_empty(), String::from("it names no origin, and an engine has a provider"));
    for reach in &description.reaches {
        match reach {
            Reach::Origin(origin) => {
                let canonical = Origin::of(origin).map(|origin| origin.to_string());
                demand(canonical.as_ref() == Some(origin), format!("{origin:?} is no origin"));
            }
            Reach::Setting(key) => {
                demand(known(key), format!("it reaches the setting {key:?}, which it has not"))
            }
        }
    }
    guide(description, &known, &mut demand);
    found
}

fn guide(description: &Description, known: &dyn Fn(&str) -> bool, demand: &mut dyn FnMut(bool, String)) {
    let guided: BTreeSet<&str> =
        description.guide.iter().flat_map(|step| &step.settings).map(String::as_str).collect();
    for key in &guided {
        demand(known(key), format!("the guide fills the setting {key:?}, which is not there"));
    }
    for field in description.settings.iter().filter(|field| field.required) {
        demand(guided.contains(field.key.as_str()), format!("no step of the guide fills {:?}", field.key));
    }
    let shown = description.guide.iter().filter(|step| step.shows_callback_address).count();
    demand(shown == 1, format!("the guide shows the callback address {shown} times"));
}

/// What is claimed and not exported, and the other way round.
pub(super) fn claims(engine: &ApprovalEngine) -> Vec<String> {
    let claimed = |capability| engine.description().capabilities.contains(&capability);
    [
        ("approval-tracking", claimed(Capability::Tracking), engine.offers_tracking()),
        ("engine-diagnostics", claimed(Capability::Diagnostics), engine.offers_diagnostics()),
    ]
    .into_iter()
    .filter_map(|(interface, claimed, exported)| match (claimed, exported) {
        (true, false) => Some(format!("{interface} is claimed and not exported")),
        (false, true) => Some(format!("{interface} is exported and not claimed")),
        (true, true) | (false, false) => None,
    })
    .collect()
}

fn is_key(key: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    key.split('-').all(word)
}

/// Three numbers, and what may follow them.
fn is_version(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(number)
}
