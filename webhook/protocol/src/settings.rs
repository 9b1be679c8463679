//! Settings in, a [`Config`] out, or all that is wrong with them at once.

use crate::approval_engine::{Comparison, Configured, Setting, SettingProblem, SettingValue, SummaryLine};
use crate::config::Config;
use crate::describe::{DEFAULT_USER_ATTRIBUTE, description, pastes};
use crate::signature::Keys;
use crate::text::digest;

use rules::Unfit;

mod rules;

/// The settings' keys.
pub mod key {
    /// Where requests go.
    pub const ENDPOINT: &str = "endpoint";
    /// Whose approvals they are.
    pub const APPLICATION: &str = "application";
    /// The shared secret.
    pub const SECRET: &str = "secret";
    /// The one before it.
    pub const PREVIOUS_SECRET: &str = "previous-secret";
    /// The directory attribute with the member id.
    pub const USER_ATTRIBUTE: &str = "user-attribute";
}

/// Reads everything that was given.
///
/// # Errors
/// - Every problem of every setting: wrong keys first, then what is missing, then wrong values.
pub fn read(given: &[Setting]) -> Result<(Config, Configured), Vec<SettingProblem>> {
    let mut reading = Reading { given, problems: Vec::new() };
    reading.check_keys();
    let endpoint = reading.value(key::ENDPOINT, rules::endpoint);
    let application = reading.value(key::APPLICATION, rules::application);
    let current = reading.value(key::SECRET, rules::secret);
    let previous = reading.value(key::PREVIOUS_SECRET, rules::secret);
    let user_attribute = reading.value(key::USER_ATTRIBUTE, rules::attribute);
    if current.is_some() && reading.text(key::SECRET) == reading.text(key::PREVIOUS_SECRET) {
        reading.note(key::PREVIOUS_SECRET, rules::same_secret());
    }

    let (Some((endpoint, origin)), Some(application), Some(current), []) =
        (endpoint, application, current, reading.problems.as_slice())
    else {
        return Err(reading.problems);
    };
    let config = Config {
        endpoint,
        origin,
        application,
        keys: Keys { current, previous },
        user_attribute: user_attribute.unwrap_or_else(|| DEFAULT_USER_ATTRIBUTE.to_owned()),
    };
    let configured = Configured {
        summary: reading.summary(),
        fingerprint: fingerprint(given),
        directory_attribute: config.user_attribute.clone(),
        member_id_comparison: Comparison::Exact,
        pastes: pastes(),
        origins: vec![config.origin.clone()],
        notices: Vec::new(),
    };
    Ok((config, configured))
}

/// What was given, and what is wrong with it so far.
struct Reading<'a> {
    given: &'a [Setting],
    problems: Vec<SettingProblem>,
}

impl<'a> Reading<'a> {
    fn note(&mut self, key: &str, unfit: Unfit) {
        let Unfit { code, sentence, remedy } = unfit;
        self.problems.push(SettingProblem { key: key.to_owned(), code: code.to_owned(), sentence, remedy });
    }

    /// The text of a setting. An empty one is not set.
    fn text(&self, key: &str) -> Option<&'a str> {
        match &self.given.iter().find(|setting| setting.key == key)?.value {
            SettingValue::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            SettingValue::Held => None,
        }
    }

    /// The value of a setting by its rule, if it was given.
    fn value<T>(&mut self, key: &str, rule: impl FnOnce(&str) -> Result<T, Unfit>) -> Option<T> {
        match rule(self.text(key)?) {
            Ok(value) => Some(value),
            Err(unfit) => {
                self.note(key, unfit);
                None
            }
        }
    }

    /// Keys that are none of ours, come twice, come without a value, or do not come.
    fn check_keys(&mut self) {
        let fields = description().settings;
        for (at, setting) in self.given.iter().enumerate() {
            if !fields.iter().any(|field| field.key == setting.key) {
                self.note(&setting.key, rules::unknown_key(&setting.key));
            } else if self.given.iter().take(at).any(|earlier| earlier.key == setting.key) {
                self.note(&setting.key, rules::duplicate_key(&setting.key));
            } else if setting.value == SettingValue::Held {
                self.note(&setting.key, rules::without_value(&setting.key));
            }
        }
        for field in fields.iter().filter(|field| field.required) {
            let held = |setting: &Setting| setting.key == field.key && setting.value == SettingValue::Held;
            if self.text(&field.key).is_none() && !self.given.iter().any(held) {
                self.note(&field.key, rules::missing(field));
            }
        }
    }

    /// What is set, as it may be shown again.
    fn summary(&self) -> Vec<SummaryLine> {
        let line = |key: String| {
            let text = self.text(&key)?;
            let secret = key == key::SECRET || key == key::PREVIOUS_SECRET;
            let value = if secret { format!("{} characters", text.len()) } else { text.to_owned() };
            Some(SummaryLine { key, value })
        };
        description().settings.into_iter().filter_map(|field| line(field.key)).collect()
    }
}

/// The same for the same settings, in whatever order they come.
fn fingerprint(given: &[Setting]) -> String {
    let pair = |setting: &'_ Setting| match &setting.value {
        SettingValue::Text(text) => (setting.key.clone(), text.clone()),
        SettingValue::Held => (setting.key.clone(), String::new()),
    };
    let mut pairs: Vec<_> = given.iter().map(pair).collect();
    pairs.sort_unstable();
    let parts: Vec<&[u8]> =
        pairs.iter().flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()]).collect();
    digest(&parts)
}
