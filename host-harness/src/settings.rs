//! An administrator's settings, as the host stores them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize as _;

use crate::contract::{Description, Setting, SettingField, SettingKind, SettingProblem, SettingValue};
use crate::redact::Known;
use crate::secret::Secret;

pub use from_json::{SettingsError, entries, not_a_text, repeated};

mod from_json;
mod unfit;

/// Keys and values, held secrets among them. `Debug` shows the keys alone.
///
/// Whether a value is held, so that no engine ever gets it as text, or a secret, so that no log line shows it, belongs to
/// the value: a host marks what it stores with [`held_as_described`](Self::held_as_described), by the description under
/// which the administrator entered it, and stores the marks beside the value. A mark stays: another value under the same key has it as well, and a version of the
/// engine that does not call the setting held does not get the value. Only [`without`](Self::without) takes it away,
/// together with the value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, Stored>);

#[derive(Clone, PartialEq, Eq)]
struct Stored {
    value: Secret,
    held: bool,
    secret: bool,
}

/// What becomes of settings when they meet an engine.
pub(crate) struct Split {
    /// What the engine gets.
    pub(crate) passed: Passed,
    /// What the host puts into requests of the engine.
    pub(crate) held: BTreeMap<String, Secret>,
    /// What the engine does not get although it stands in the settings, as problems for the administrator.
    pub(crate) unfit: Vec<SettingProblem>,
    /// The values that must not be printed.
    pub(crate) secrets: Known,
    /// The values that must not come back.
    pub(crate) unseen: Known,
}

impl Settings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one. One that is held stays held.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.put(key, Secret::new(value), false);
        self
    }

    /// Adds or replaces one whose value is masked in log lines, whatever the engine's description says: a value that was
    /// stored with that mark.
    #[must_use]
    pub fn with_secret(mut self, key: &str, value: impl Into<String>) -> Self {
        self.put(key, Secret::new(value), false);
        if let Some(stored) = self.0.get_mut(key) {
            stored.secret = true;
        }
        self
    }

    /// Adds or replaces one whose value no engine may see, whatever the engine's description says: a value that was
    /// stored with that mark.
    #[must_use]
    pub fn with_held(mut self, key: &str, value: impl Into<String>) -> Self {
        self.put(key, Secret::new(value), true);
        self
    }

    /// Takes one away, and its marks.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.0.remove(key);
        self
    }

    /// The same settings with what this description calls held or a secret marked so, beside what is already. A host calls it
    /// before it stores what an administrator has entered.
    #[must_use]
    pub fn held_as_described(mut self, description: &Description) -> Self {
        for (key, stored) in &mut self.0 {
            let field = field(description, key);
            stored.held |= field.is_some_and(is_held);
            stored.secret |= field.is_some_and(is_secret);
        }
        self
    }

    /// Whether no engine may see the value of this one.
    #[must_use]
    pub fn is_held(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|stored| stored.held)
    }

    /// Whether no log line may show the value of this one.
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|stored| stored.secret || stored.held)
    }

    /// The value of one.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Secret> {
        self.0.get(key).map(|stored| &stored.value)
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(key, stored)| (key.as_str(), &stored.value))
    }

    fn put(&mut self, key: &str, value: Secret, held: bool) {
        let held = held || self.is_held(key);
        let secret = self.is_secret(key);
        self.0.insert(key.to_owned(), Stored { value, held, secret });
    }

    /// What the engine gets, and what the host keeps for itself.
    ///
    /// - A held value is passed by presence alone, be it held by its mark or by the description. What is held by its mark
    ///   alone goes into no request either, and is a problem.
    /// - A key that the description does not list is not passed, and is a problem.
    pub(crate) fn split(&self, description: &Description) -> Split {
        let mut passed = Vec::with_capacity(self.0.len());
        let (mut held, mut unfit) = (BTreeMap::new(), Vec::new());
        let (mut secrets, mut unseen) = (Vec::new(), Vec::new());
        for (key, stored) in &self.0 {
            let field = field(description, key);
            let described = field.is_some_and(is_held);
            if stored.held || described {
                unseen.push(&stored.value);
            }
            if stored.held || stored.secret || field.is_none_or(is_secret) {
                secrets.push(&stored.value);
            }
            if field.is_none() {
                unfit.push(unfit::unknown(key, description));
            } else if !(stored.held || described) {
                let value = SettingValue::Text(stored.value.expose().to_owned());
                passed.push(Setting { key: key.clone(), value });
            } else if !stored.value.expose().is_empty() {
                passed.push(Setting { key: key.clone(), value: SettingValue::Held });
                if described {
                    held.insert(key.clone(), stored.value.clone());
                } else {
                    unfit.push(unfit::held(key, description));
                }
            }
        }
        Split { passed: Passed(passed), held, unfit, secrets: Known::of(secrets), unseen: Known::of(unseen) }
    }
}

fn field<'a>(description: &'a Description, key: &str) -> Option<&'a SettingField> {
    description.settings.iter().find(|field| field.key == key)
}

const fn is_held(field: &SettingField) -> bool {
    matches!(field.kind, SettingKind::HeldSecret)
}

pub(crate) const fn is_secret(field: &SettingField) -> bool {
    matches!(field.kind, SettingKind::Secret | SettingKind::GeneratedSecret(_) | SettingKind::HeldSecret)
}

/// What an engine gets of them, some secrets among it. Wiped on drop; `Debug` shows the keys alone.
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

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|setting| &setting.key)).finish()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        pairs.into_iter().fold(Self::new(), |mut settings, (key, value)| {
            settings.put(&key.into(), Secret::new(value), false);
            settings
        })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
