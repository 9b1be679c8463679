//! Settings as a person writes them: a JSON object of texts.
//!
//! Numbers and maps are texts, too: `"agent-id": "3010040"`. What is no text is reported for each setting, all of them at
//! once, in the shape in which an engine reports its problems.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::Settings;
use crate::contract::{Description, SettingField, SettingKind, SettingProblem, Text};

/// The longest value that a remedy repeats, in bytes.
const SHOWN_BYTES: usize = 300;

/// Why a text holds no settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not JSON. The parser's own words may quote a value, so only the place is told.
    #[error("not JSON at line {line} column {column}: correct it there")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON, but no object.
    #[error("{found} in place of an object: write an object such as {{\"corp-id\": \"ww...\"}}")]
    NotAnObject {
        /// Such as `a list`.
        found: &'static str,
    },
    /// Settings that are no texts, or come twice: all of them.
    #[error("{}", sentences(.0))]
    Problems(Vec<SettingProblem>),
}

impl Settings {
    /// Reads a JSON object whose values are texts. What `description` does not list is kept: the engine reports it.
    ///
    /// # Errors
    /// - [`SettingsError::NotJson`], [`SettingsError::NotAnObject`]: there are no settings in `text`.
    /// - [`SettingsError::Problems`]: the value of a setting is no text, or a setting is given twice. No problem holds
    ///   the value of a secret, nor of a setting that is not described.
    pub fn from_json(text: &str, description: &Description) -> Result<Self, SettingsError> {
        let entries = entries(text)?;
        let mut problems = repeated(&entries);
        let mut settings = Self::new();
        for (key, value) in entries {
            match value {
                Value::String(text) => settings = settings.with(&key, text),
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_)) => problems.push(not_a_text(&key, &other, description)),
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError::Problems(problems)) }
    }
}

/// Keys and values of a JSON object, in its order and with repetitions.
///
/// # Errors
/// - [`SettingsError::NotJson`], [`SettingsError::NotAnObject`]: `text` is no JSON object.
pub fn entries(text: &str) -> Result<Vec<(String, Value)>, SettingsError> {
    let not_json =
        |error: serde_json::Error| SettingsError::NotJson { line: error.line(), column: error.column() };
    match serde_json::from_str(text) {
        Ok(Entries(entries)) => Ok(entries),
        Err(error) if error.is_data() => {
            let value: Value = serde_json::from_str(text).map_err(not_json)?;
            Err(SettingsError::NotAnObject { found: Shape::of(&value).en })
        }
        Err(error) => Err(not_json(error)),
    }
}

/// A problem for each setting that is given more than once.
#[must_use]
pub fn repeated(entries: &[(String, Value)]) -> Vec<SettingProblem> {
    let mut problems: Vec<SettingProblem> = Vec::new();
    for (at, (key, _)) in entries.iter().enumerate() {
        let again = entries.iter().take(at).any(|(earlier, _)| earlier == key);
        if again && !problems.iter().any(|problem| problem.key == *key) {
            problems.push(SettingProblem {
                key: key.clone(),
                code: String::from("duplicate-key"),
                sentence: text("the setting is given twice", "该设置重复给出"),
                remedy: text("give each setting once", "每项设置只给出一次"),
            });
        }
    }
    problems
}

/// The problem with a value that is no text: what it is, and what to write in its place.
#[must_use]
pub fn not_a_text(key: &str, value: &Value, description: &Description) -> SettingProblem {
    let field = description.settings.iter().find(|field| field.key == key);
    let shape = Shape::of(value);
    let example = format!("{}: {}", Value::from(key), example(value, field));
    SettingProblem {
        key: key.to_owned(),
        code: String::from("wrong-type"),
        sentence: text(
            format!("the value is {}, and every setting is a text", shape.en),
            format!("该值是{}，而每项设置都应为文本", shape.zh_cn),
        ),
        remedy: match value {
            Value::Null => text(
                format!("write a text in quotes, such as {example}, or leave the setting out"),
                format!("请写成带引号的文本，例如 {example}，或去掉该设置"),
            ),
            Value::Object(_) | Value::Array(_) => text(
                format!("write it as one text, in quotes and with its own quotes escaped: {example}"),
                format!("请写成一个带引号的文本，并对其中的引号转义：{example}"),
            ),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => text(
                format!("write it as a text, in quotes: {example}"),
                format!("请写成带引号的文本：{example}"),
            ),
        },
    }
}

/// The value as the text that it should be; of what may be a secret, of what is long and of numbers that JSON readers
/// round, only the place of it.
fn example(value: &Value, field: Option<&SettingField>) -> String {
    let open = field.is_some_and(|field| match &field.kind {
        SettingKind::Text | SettingKind::MultilineText | SettingKind::Choice(_) | SettingKind::Fixed(_) => {
            true
        }
        SettingKind::Secret | SettingKind::GeneratedSecret(_) | SettingKind::HeldSecret => false,
    });
    let exact = match value {
        Value::Null => false,
        Value::Number(number) => !number.is_f64(),
        Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => true,
    };
    let text = Value::from(value.to_string()).to_string();
    if open && exact && text.len() <= SHOWN_BYTES { text } else { String::from("\"...\"") }
}

/// What a JSON value is, in words.
struct Shape {
    en: &'static str,
    zh_cn: &'static str,
}

impl Shape {
    const fn of(value: &Value) -> Self {
        let (en, zh_cn) = match value {
            Value::Null => ("null", "空值（null）"),
            Value::Bool(_) => ("true or false", "布尔值"),
            Value::Number(_) => ("a number", "数字"),
            Value::String(_) => ("a text", "文本"),
            Value::Array(_) => ("a list", "列表"),
            Value::Object(_) => ("a map", "映射"),
        };
        Self { en, zh_cn }
    }
}

fn text(en: impl Into<String>, zh_cn: impl Into<String>) -> Text {
    Text { en: en.into(), zh_cn: zh_cn.into() }
}

/// Each problem in English, the setting named first.
fn sentences(problems: &[SettingProblem]) -> String {
    let sentence =
        |problem: &SettingProblem| format!("{}: {}: {}", problem.key, problem.sentence.en, problem.remedy.en);
    problems.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// A JSON object as it is written: maps of serde keep the last of two values without a word.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Generator;

    const SECRET: &str = "8613800138000";

    fn description() -> Description {
        let field = |key: &str, kind| SettingField {
            key: key.to_owned(),
            label: text("Label", "名称"),
            help: text("Help.", "说明。"),
            place: text("Place", "位置"),
            kind,
            required: true,
            pattern: None,
            default_value: None,
        };
        Description {
            id: String::from("acme"),
            version: String::from("1.0.0"),
            name: text("Acme", "示例"),
            summary: text("Approves.", "审批。"),
            settings: vec![
                field("agent-id", SettingKind::Text),
                field("field-map", SettingKind::MultilineText),
                field("secret", SettingKind::HeldSecret),
                field("token", SettingKind::Secret),
                field(
                    "key",
                    SettingKind::GeneratedSecret(Generator { alphabet: String::from("a"), length: 1 }),
                ),
            ],
            capabilities: Vec::new(),
            reaches: Vec::new(),
            guide: Vec::new(),
        }
    }

    fn error(text: &str) -> SettingsError {
        Settings::from_json(text, &description()).map(|_| ()).unwrap_err()
    }

    /// From each mistake to its sentence, in both languages.
    #[test]
    fn each_mistake_names_the_setting_and_what_to_write() {
        for (value, en, zh_cn) in [
            (
                r#""agent-id": 3010040"#,
                r#"the value is a number, and every setting is a text: write it as a text, in quotes: "agent-id": "3010040""#,
                r#"该值是数字，而每项设置都应为文本：请写成带引号的文本："agent-id": "3010040""#,
            ),
            (
                r#""agent-id": true"#,
                r#"the value is true or false, and every setting is a text: write it as a text, in quotes: "agent-id": "true""#,
                r#"该值是布尔值，而每项设置都应为文本：请写成带引号的文本："agent-id": "true""#,
            ),
            (
                r#""agent-id": 123456789012345678901234"#,
                r#"the value is a number, and every setting is a text: write it as a text, in quotes: "agent-id": "...""#,
                r#"该值是数字，而每项设置都应为文本：请写成带引号的文本："agent-id": "...""#,
            ),
            (
                r#""agent-id": null"#,
                r#"the value is null, and every setting is a text: write a text in quotes, such as "agent-id": "...", or leave the setting out"#,
                r#"该值是空值（null），而每项设置都应为文本：请写成带引号的文本，例如 "agent-id": "..."，或去掉该设置"#,
            ),
            (
                r#""field-map": {"request-number": "Text-01"}"#,
                r#"the value is a map, and every setting is a text: write it as one text, in quotes and with its own quotes escaped: "field-map": "{\"request-number\":\"Text-01\"}""#,
                r#"该值是映射，而每项设置都应为文本：请写成一个带引号的文本，并对其中的引号转义："field-map": "{\"request-number\":\"Text-01\"}""#,
            ),
            (
                r#""agent-id": [1]"#,
                r#"the value is a list, and every setting is a text: write it as one text, in quotes and with its own quotes escaped: "agent-id": "[1]""#,
                r#"该值是列表，而每项设置都应为文本：请写成一个带引号的文本，并对其中的引号转义："agent-id": "[1]""#,
            ),
            (
                r#""agent-id": "1", "agent-id": "2""#,
                "the setting is given twice: give each setting once",
                "该设置重复给出：每项设置只给出一次",
            ),
        ] {
            let SettingsError::Problems(problems) = error(&format!("{{{value}}}")) else { panic!("{value}") };
            let [problem] = problems.as_slice() else { panic!("{problems:?}") };
            let key = value.split('"').nth(1).unwrap();
            assert_eq!(problem.key, key);
            assert_eq!(format!("{}: {}", problem.sentence.en, problem.remedy.en), en);
            assert_eq!(format!("{}：{}", problem.sentence.zh_cn, problem.remedy.zh_cn), zh_cn);
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let error = error(r#"{"agent-id": 1, "corp-id": "ww", "field-map": {}, "agent-id": "2"}"#);
        assert_eq!(
            error.to_string(),
            "agent-id: the setting is given twice: give each setting once; agent-id: the value is a number, and every \
             setting is a text: write it as a text, in quotes: \"agent-id\": \"1\"; field-map: the value is a map, and \
             every setting is a text: write it as one text, in quotes and with its own quotes escaped: \"field-map\": \
             \"{}\""
        );
    }

    /// A telephone number for a password: nothing repeats it, nor what may be a secret under another name.
    #[test]
    fn no_value_of_a_secret_is_repeated() {
        for key in ["secret", "token", "key", "sekret"] {
            for value in [SECRET.to_owned(), format!("[{SECRET}]"), format!("{{\"a\": \"{SECRET}\"}}")] {
                let error = error(&format!("{{\"{key}\": {value}}}"));
                let told = format!("{error} {error:?}");
                assert!(told.contains(&format!("{key}: the value is ")), "{told}");
                assert!(!told.contains("138"), "{told}");
            }
        }
    }

    #[test]
    fn what_is_no_object_is_told_by_its_place_or_its_kind() {
        let not_json = |line, column| SettingsError::NotJson { line, column };
        assert_eq!(error(&format!("{{\n  \"secret\": x{SECRET}\n}}")), not_json(2, 13));
        assert_eq!(error(""), not_json(1, 0));
        assert_eq!(error(r#"{"secret": "a"} b"#), not_json(1, 17));
        assert_eq!(error("[]"), SettingsError::NotAnObject { found: "a list" });
        assert_eq!(error(SECRET), SettingsError::NotAnObject { found: "a number" });
    }

    #[test]
    fn texts_are_taken_and_unknown_keys_are_left_to_the_engine() {
        let settings =
            Settings::from_json(r#"{"agent-id": "3010040", "colour": "red", "token": ""}"#, &description());
        let expected = Settings::new().with("agent-id", "3010040").with("colour", "red").with("token", "");
        assert_eq!(settings, Ok(expected));
    }
}
