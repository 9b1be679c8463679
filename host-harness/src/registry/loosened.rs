//! What a version of an engine asks for beyond another one.

use std::collections::BTreeSet;
use std::fmt;

use crate::contract::{Description, Reach, SettingKind};
use crate::egress::Origin;
use crate::redact::line;
use crate::settings::is_secret;

/// Bytes of a key or an origin, and how many of each are printed.
const TEXT_BYTES: usize = 120;
const PRINTED: usize = 8;

/// What a version of an engine asks for beyond the one whose place it takes: empty when it asks for no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loosened {
    /// Settings that were held secrets, and are described otherwise or not at all.
    pub held: BTreeSet<String>,
    /// Settings that were secrets, and are described as something that may be shown. Those that were held are above.
    pub secrets: BTreeSet<String>,
    /// Origins that it may have to call, and the other did not, for the same settings.
    pub origins: BTreeSet<Origin>,
    /// Settings whose origin it may have to call, and the other did not.
    pub settings: BTreeSet<String>,
}

impl Loosened {
    /// What `new` asks for beyond `old`.
    #[must_use]
    pub fn between(old: &Description, new: &Description) -> Self {
        let held = &held(old) - &held(new);
        let secrets = &(&by_secrecy(old, true) & &by_secrecy(new, false)) - &held;
        let (before, after) = (Reaches::of(old), Reaches::of(new));
        let settings = &after.settings - &before.settings;
        // A setting that named the origin stood for all the described ones. Where it no longer does, those are reached
        // although it is set.
        let origins = if before.settings.is_subset(&after.settings) {
            &after.origins - &before.origins
        } else {
            after.origins
        };
        Self { held, secrets, origins, settings }
    }

    /// Whether all of it is in `confirmed`.
    #[must_use]
    pub fn is_within(&self, confirmed: &Self) -> bool {
        self.held.is_subset(&confirmed.held)
            && self.secrets.is_subset(&confirmed.secrets)
            && self.origins.is_subset(&confirmed.origins)
            && self.settings.is_subset(&confirmed.settings)
    }
}

/// For the operator: what is no secret any more, and what is reached more.
impl fmt::Display for Loosened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.origins.iter().map(ToString::to_string);
        let parts = [
            listed("it does not describe as held by the host: ", self.held.iter().cloned()),
            listed("it does not describe as secret: ", self.secrets.iter().cloned()),
            listed("it also reaches: ", origins),
            listed("it also reaches the origin in the setting: ", self.settings.iter().cloned()),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

fn listed(title: &str, items: impl ExactSizeIterator<Item = String>) -> Option<String> {
    let more = items.len().saturating_sub(PRINTED);
    let printed: Vec<String> = items.take(PRINTED).map(|item| line(&item, TEXT_BYTES)).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!printed.is_empty()).then(|| format!("{title}{}{more}", printed.join(", ")))
}

fn held(description: &Description) -> BTreeSet<String> {
    let held = description.settings.iter().filter(|field| matches!(field.kind, SettingKind::HeldSecret));
    held.map(|field| field.key.clone()).collect()
}

/// The settings that are secrets, or those that are none.
fn by_secrecy(description: &Description, secret: bool) -> BTreeSet<String> {
    let fields = description.settings.iter().filter(|field| is_secret(field) == secret);
    fields.map(|field| field.key.clone()).collect()
}

struct Reaches {
    origins: BTreeSet<Origin>,
    settings: BTreeSet<String>,
}

impl Reaches {
    /// What is no origin reaches nothing.
    fn of(description: &Description) -> Self {
        let mut reaches = Self { origins: BTreeSet::new(), settings: BTreeSet::new() };
        for reach in &description.reaches {
            match reach {
                Reach::Origin(origin) => reaches.origins.extend(Origin::of(origin)),
                Reach::Setting(key) => drop(reaches.settings.insert(key.clone())),
            }
        }
        reaches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{SettingField, Text};

    fn text() -> Text {
        Text { en: String::new(), zh_cn: String::new() }
    }

    fn description(held: &[&str], plain: &[&str], reaches: &[&str]) -> Description {
        let field = |kind: SettingKind| {
            move |key: &&str| SettingField {
                key: (*key).to_owned(),
                label: text(),
                help: text(),
                place: text(),
                kind: kind.clone(),
                required: true,
                pattern: None,
                default_value: None,
            }
        };
        let reach = |reach: &&str| match reach.strip_prefix('$') {
            Some(key) => Reach::Setting(key.to_owned()),
            None => Reach::Origin((*reach).to_owned()),
        };
        Description {
            id: String::from("toy"),
            version: String::from("1.0.0"),
            name: text(),
            summary: text(),
            settings: held
                .iter()
                .map(field(SettingKind::HeldSecret))
                .chain(plain.iter().map(field(SettingKind::Secret)))
                .collect(),
            capabilities: Vec::new(),
            reaches: reaches.iter().map(reach).collect(),
            guide: Vec::new(),
        }
    }

    const OLD: (&[&str], &[&str], &[&str]) =
        (&["secret"], &["name"], &["https://a.example", "https://b.example", "$base"]);

    fn loosened(held: &[&str], plain: &[&str], reaches: &[&str]) -> String {
        let (old_held, old_plain, old_reaches) = OLD;
        let old = description(old_held, old_plain, old_reaches);
        Loosened::between(&old, &description(held, plain, reaches)).to_string()
    }

    #[test]
    fn the_same_and_less_ask_for_no_more() {
        let (held, plain, reaches) = OLD;
        assert_eq!(loosened(held, plain, reaches), "");
        assert_eq!(loosened(&["secret", "name", "other"], &[], &["https://A.example:443/x", "$base"]), "");
        assert_eq!(loosened(held, &["name", "colour"], &["$base"]), "");
        assert_eq!(loosened(held, plain, &["no URL", "https://b.example", "$base"]), "");
    }

    #[test]
    fn fewer_held_secrets_and_more_reach_are_named() {
        let (held, plain, reaches) = OLD;
        assert_eq!(loosened(&[], &["secret"], reaches), "it does not describe as held by the host: secret");
        assert_eq!(loosened(&["other"], plain, reaches), "it does not describe as held by the host: secret");
        assert_eq!(
            loosened(held, plain, &["http://a.example", "https://b.example:8443", "$base", "$name"]),
            "it also reaches: http://a.example, https://b.example:8443; it also reaches the origin in the setting: name"
        );
        // Who has set `base` was kept to that origin.
        assert_eq!(loosened(held, plain, &["https://a.example"]), "it also reaches: https://a.example");
    }

    #[test]
    fn a_secret_that_is_described_as_a_text_is_named() {
        let as_text = |keys: &[&str]| {
            let mut described = description(&[], keys, &[]);
            described.settings.iter_mut().for_each(|field| field.kind = SettingKind::Text);
            described
        };
        let old = description(&["key"], &["token", "other"], &[]);
        let new = as_text(&["key", "token", "name"]);
        let loosened = Loosened::between(&old, &new);
        assert_eq!(
            loosened.to_string(),
            "it does not describe as held by the host: key; it does not describe as secret: token"
        );
        let held_alone = Loosened { secrets: BTreeSet::new(), ..loosened.clone() };
        assert!(!loosened.is_within(&held_alone) && loosened.is_within(&loosened.clone()));
        assert_eq!(Loosened::between(&new, &old), Loosened::default());
    }

    #[test]
    fn what_is_confirmed_is_that_and_no_more() {
        let (held, plain, reaches) = OLD;
        let old = description(held, plain, reaches);
        let one = Loosened::between(&old, &description(&[], &["secret"], reaches));
        let both = Loosened::between(&old, &description(&[], &["secret"], &["https://c.example", "$base"]));
        assert!(one.is_within(&one) && one.is_within(&both) && !both.is_within(&one));
        assert!(!one.is_within(&Loosened::default()) && Loosened::default().is_within(&one));
    }

    #[test]
    fn a_description_of_any_size_makes_one_short_line() {
        let keys: Vec<String> =
            (0..1_000).map(|n| format!("{n}\n\u{1b}[2J{}", "x".repeat(1 << 16))).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let text = Loosened::between(&description(&keys, &[], &[]), &description(&[], &[], &[])).to_string();
        assert!(text.len() < 1_200 && text.ends_with(" and 992 more"), "{text}");
        assert!(!text.chars().any(crate::redact::steers), "{text}");
    }
}
