//! From an administrator's settings to a [`Config`]: every rule of every field, once, all problems together.

use sha2::{Digest, Sha256};
use wecom_callback::digest::lower_hex;

use crate::config::Config;
use crate::describe::{FIELDS, Field, Kind};
use crate::text::{Text, text};

pub mod key;

pub(crate) use form::is_template_id;

mod api_base;
mod form;
mod read;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// As entered.
    Text(String),
    /// The host has it and keeps it.
    Held,
}

/// One thing wrong with the settings, or worth telling about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, as it was named.
    pub key: String,
    /// For programs.
    pub code: &'static str,
    /// What is wrong.
    pub sentence: Text,
    /// What to do.
    pub remedy: Text,
}

/// Settings that are sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// For the stories.
    pub config: Config,
    /// Keys and what may be shown of their values.
    pub summary: Vec<(&'static str, String)>,
    /// SHA-256 over all keys and values in the order of [`FIELDS`], lower-case hex. The 256 random bits of the Aes Key are among them, so it
    /// gives nothing away.
    pub fingerprint: String,
    /// The origins this configuration needs.
    pub origins: Vec<String>,
    /// No reason to refuse.
    pub notices: Vec<Problem>,
}

/// Reads settings.
///
/// An empty text counts as absent. Values are taken as they are: nothing is trimmed, because a space in a secret
/// that was pasted is a mistake to report and not to hide.
///
/// # Errors
/// All problems of all fields, in the order of [`FIELDS`], unknown keys last.
pub fn read(settings: &[(String, Value)]) -> Result<Configured, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut given = Given(vec![None; FIELDS.len()]);
    let mut strangers = Vec::new();
    for (key, value) in settings {
        let found = FIELDS.iter().zip(&mut given.0).find(|(field, _)| field.key == key);
        let Some((field, slot)) = found else {
            strangers.push(unknown(key));
            continue;
        };
        match value {
            Value::Text(text) if field.kind == Kind::HeldSecret && !text.is_empty() => {
                problems.push(passed_secret(field));
            }
            Value::Text(text) if text.is_empty() => {}
            Value::Held if field.kind != Kind::HeldSecret => problems.push(not_passed(field)),
            Value::Text(text) => give(slot, field, text, &mut problems),
            Value::Held => give(slot, field, HELD, &mut problems),
        }
    }
    for (field, value) in given.by_field() {
        if field.required && value.is_none() && !problems.iter().any(|problem| problem.key == field.key) {
            problems.push(missing(field));
        }
    }
    let (config, notices) = read::config(&given, &mut problems);
    let mut problems = in_order(problems);
    problems.append(&mut strangers);
    match config {
        Some(config) if problems.is_empty() => Ok(Configured {
            origins: vec![api_base::origin(&config.api_base).to_owned()],
            summary: summary(&given),
            fingerprint: fingerprint(&given),
            config,
            notices,
        }),
        Some(_) | None => Err(problems),
    }
}

/// Stands for the value of a held secret, wherever a value is needed.
const HELD: &str = "held";

/// The value of each field, in the order of [`FIELDS`].
struct Given<'a>(Vec<Option<&'a str>>);

impl<'a> Given<'a> {
    fn by_field(&self) -> impl Iterator<Item = (&'static Field, Option<&'a str>)> {
        FIELDS.iter().zip(self.0.iter().copied())
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.by_field().find(|(field, _)| field.key == key)?.1
    }
}

/// The problems of each field together, in the order of [`FIELDS`].
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    let mut ordered = Vec::with_capacity(problems.len());
    for field in FIELDS {
        while let Some(at) = problems.iter().position(|problem| problem.key == field.key) {
            ordered.push(problems.remove(at));
        }
    }
    ordered
}

fn give<'a>(slot: &mut Option<&'a str>, field: &Field, value: &'a str, problems: &mut Vec<Problem>) {
    if slot.replace(value).is_some() {
        problems.push(Problem {
            key: field.key.to_owned(),
            code: "duplicate-key",
            sentence: label(field, "is given twice", "重复给出"),
            remedy: text("give each setting once", "每项设置只给出一次"),
        });
    }
}

fn label(field: &Field, en: &str, zh_cn: &str) -> Text {
    Text::filled(format_args!("{} {en}", field.label.en), format_args!("{}{zh_cn}", field.label.zh_cn))
}

fn enter(field: &Field) -> Text {
    Text::filled(
        format_args!("enter it from: {}", field.place.en),
        format_args!("请填写，来源：{}", field.place.zh_cn),
    )
}

fn missing(field: &Field) -> Problem {
    Problem {
        key: field.key.to_owned(),
        code: "missing",
        sentence: label(field, "is missing", "未填写"),
        remedy: enter(field),
    }
}

fn passed_secret(field: &Field) -> Problem {
    Problem {
        key: field.key.to_owned(),
        code: "not-held",
        sentence: label(field, "was passed to the engine in the clear", "被明文传给了引擎"),
        remedy: text(
            "the identity platform must hold it back and tell only that it is there: report this to its developers",
            "身份平台应自行保管该值，只告知其存在：请向平台开发者反馈",
        ),
    }
}

fn not_passed(field: &Field) -> Problem {
    Problem {
        key: field.key.to_owned(),
        code: "held",
        sentence: label(field, "was held back from the engine", "未传给引擎"),
        remedy: text(
            "the engine needs the value of this setting: report this to the developers of the identity platform",
            "引擎需要该设置的值：请向平台开发者反馈",
        ),
    }
}

fn unknown(key: &str) -> Problem {
    let known: Vec<_> = FIELDS.iter().map(|field| field.key).collect();
    Problem {
        key: key.chars().take(64).collect(),
        code: "unknown-key",
        sentence: text("the engine has no such setting", "引擎没有这项设置"),
        remedy: Text::filled(
            format_args!("remove it: the settings are {}", known.join(", ")),
            format_args!("请移除：可用的设置为 {}", known.join("、")),
        ),
    }
}

fn summary(given: &Given<'_>) -> Vec<(&'static str, String)> {
    let shown = |field: &Field, value: &str| match field.kind {
        Kind::Text | Kind::MultilineText | Kind::Fixed(_) => value.to_owned(),
        Kind::HeldSecret => String::from("held by the host"),
        Kind::Secret | Kind::GeneratedSecret { .. } => format!("{} characters", value.chars().count()),
    };
    given
        .by_field()
        .filter_map(|(field, value)| {
            let value = value.map(|value| shown(field, value));
            Some((field.key, value.or_else(|| field.default.map(str::to_owned))?))
        })
        .collect()
}

fn fingerprint(given: &Given<'_>) -> String {
    let mut digest = Sha256::new();
    for (field, value) in given.by_field() {
        let Some(value) = value else { continue };
        for part in [field.key.as_bytes(), value.as_bytes()] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
    }
    lower_hex(&digest.finalize())
}
