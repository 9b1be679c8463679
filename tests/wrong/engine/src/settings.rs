//! From settings to a configuration.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::bindings::exports::idaas::approval::approval_engine::{
    Comparison, Configured, Paste, PasteValue, Setting, SettingProblem, SettingValue, SummaryLine,
};
use crate::describe::ORIGIN;
use crate::mistake::Mistake;
use crate::{hex, text, wrong};

const KEYS: [&str; 5] = ["organisation", "callback-secret", "api-secret", "directory-attribute", "template"];
const HELD: &str = "api-secret";
const OPTIONAL: &str = "template";

/// What an image begins with, and nothing else does.
const IMAGE: &str = "sample-configuration";

/// Fewer characters can be guessed.
const SECRET_CHARACTERS: usize = 16;

/// Settings that have been checked.
#[derive(Clone, Default)]
pub(crate) struct Config {
    pub(crate) organisation: String,
    pub(crate) callback_secret: String,
    pub(crate) attribute: String,
    /// Empty before there is one.
    pub(crate) template: String,
}

impl Config {
    /// All of it, for another instance.
    pub(crate) fn image(&self) -> Vec<u8> {
        let Self { organisation, callback_secret, attribute, template } = self;
        let template = if wrong(Mistake::ImageWithoutTheTemplate) { "" } else { template };
        json!([IMAGE, organisation, callback_secret, attribute, template]).to_string().into_bytes()
    }

    /// What [`image`](Self::image) has made.
    pub(crate) fn of_image(bytes: &[u8]) -> Option<Self> {
        let [image, organisation, callback_secret, attribute, template]: [String; 5] =
            serde_json::from_slice(bytes).ok()?;
        let config = Self { organisation, callback_secret, attribute, template };
        // A reader of JSON passes over what stands behind.
        let whole = wrong(Mistake::TakesALongerImage) || config.image() == bytes;
        (image == IMAGE && whole).then_some(config)
    }
}

/// Checks every rule.
pub(crate) fn read(settings: &[Setting]) -> Result<(Config, Configured), Vec<SettingProblem>> {
    let mut problems = Vec::new();
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for setting in settings {
        let key = setting.key.as_str();
        if !KEYS.contains(&key) && !wrong(Mistake::IgnoresUnknownKeys) {
            problems.push(problem(key, "unknown-key"));
        }
        let value = match (&setting.value, key == HELD) {
            (SettingValue::Text(_), true) if !wrong(Mistake::TakesHeldSecrets) => {
                problems.push(problem(key, "not-held"));
                "held"
            }
            (SettingValue::Text(value), _) => value,
            (SettingValue::Held, _) => "held",
        };
        if given.insert(key, value).is_some() && !wrong(Mistake::TakesTheLastOfTwo) {
            problems.push(problem(key, "duplicate-key"));
        }
    }
    let value = |key: &str| given.get(key).copied().unwrap_or_default();
    for key in KEYS {
        if value(key).is_empty() {
            problems.extend((key != OPTIONAL).then(|| problem(key, "missing")));
        } else if !wrong(Mistake::ChecksNoFormat) {
            problems.extend(format_problem(key, value(key)));
        }
    }
    if wrong(Mistake::ReportsTheFirstProblem) {
        problems.truncate(1);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let config = Config {
        organisation: value("organisation").to_owned(),
        callback_secret: value("callback-secret").to_owned(),
        attribute: value("directory-attribute").to_owned(),
        template: value("template").to_owned(),
    };
    let configured = configured(&config, &given);
    Ok((config, configured))
}

fn format_problem(key: &str, value: &str) -> Option<SettingProblem> {
    let digits = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    match key {
        "organisation" if !value.strip_prefix("org-").is_some_and(digits) => {
            Some(problem(key, "wrong-format"))
        }
        "template" if !value.strip_prefix("T-").is_some_and(letters) => Some(problem(key, "wrong-format")),
        "callback-secret" if value.len() < SECRET_CHARACTERS => Some(problem(key, "wrong-length")),
        _ => None,
    }
}

fn configured(config: &Config, given: &BTreeMap<&str, &str>) -> Configured {
    let mut digest = Sha256::new();
    for (key, value) in given {
        digest.update((key.len() as u64).to_be_bytes());
        digest.update(key);
        digest.update((value.len() as u64).to_be_bytes());
        digest.update(value);
    }
    let shown = |key: &str| match key {
        "callback-secret" => format!("{} characters", config.callback_secret.len()),
        other => given.get(other).copied().unwrap_or_default().to_owned(),
    };
    let summary = KEYS.map(|key| SummaryLine { key: key.to_owned(), value: shown(key) }).to_vec();
    let digest = hex(&digest.finalize());
    Configured {
        summary,
        fingerprint: if wrong(Mistake::NoDigest) { String::from("configured") } else { digest },
        directory_attribute: config.attribute.clone(),
        member_id_comparison: Comparison::Exact,
        pastes: vec![Paste {
            label: text("Address", "回调地址"),
            place: text("The page of the webhook.", "回调设置页面。"),
            value: PasteValue::CallbackAddress,
        }],
        origins: if wrong(Mistake::ForgetsItsOrigins) { Vec::new() } else { vec![ORIGIN.to_owned()] },
        notices: Vec::new(),
    }
}

fn problem(key: &str, code: &str) -> SettingProblem {
    SettingProblem {
        key: key.to_owned(),
        code: code.to_owned(),
        sentence: text("this setting cannot be used", "此设置无法使用"),
        remedy: text("copy it again from the console", "请从控制台重新复制"),
    }
}
