//! An administrator's settings, as the host stores them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize as _;

use crate::contract::{Description, Setting, SettingKind, SettingValue};
use crate::secret::Secret;

pub use from_json::{SettingsError, entries, not_a_text, repeated};

mod from_json;

/// Keys and values, held secrets among them. `Debug` shows the keys alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, Secret>);

impl Settings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.insert(key.to_owned(), Secret::new(value));
        self
    }

    /// Takes one away.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.0.remove(key);
        self
    }

    /// The value of one.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Secret> {
        self.0.get(key)
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// What the engine gets, and what the host keeps for itself: held secrets are passed by presence alone.
    pub(crate) fn split(&self, description: &Description) -> (Passed, BTreeMap<String, Secret>) {
        let held = |key: &str| {
            description
                .settings
                .iter()
                .any(|field| field.key == key && matches!(field.kind, SettingKind::HeldSecret))
        };
        let mut passed = Vec::with_capacity(self.0.len());
        let mut kept = BTreeMap::new();
        for (key, value) in &self.0 {
            if !held(key) {
                passed
                    .push(Setting { key: key.clone(), value: SettingValue::Text(value.expose().to_owned()) });
            } else if !value.expose().is_empty() {
                passed.push(Setting { key: key.clone(), value: SettingValue::Held });
                kept.insert(key.clone(), value.clone());
            }
        }
        (Passed(passed), kept)
    }
}

/// What an engine gets of them, some secrets among it. Wiped on drop.
pub(crate) struct Passed(Vec<Setting>);

impl From<Vec<Setting>> for Passed {
    fn from(settings: Vec<Setting>) -> Self {
        Self(settings)
    }
}

impl Deref for Passed {
    type Target = [Setting];

    fn deref(&self) -> &[Setting] {
        &self.0
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        for setting in &mut self.0 {
            match &mut setting.value {
                SettingValue::Text(text) => text.zeroize(),
                SettingValue::Held => {}
            }
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), Secret::new(value))).collect())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_keys_alone() {
        let settings = Settings::new().with("secret", "hunter2").with("corp-id", "ww0123456789abcdef");
        assert_eq!(format!("{settings:?}"), r#"{"corp-id", "secret"}"#);
    }
}
