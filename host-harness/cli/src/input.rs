//! What a person gives a command: settings, JSON, origins.

use std::collections::BTreeSet;
use std::env::VarError;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use host_harness::contract::{Description, SettingProblem};
use host_harness::egress::{Origin, PathPrefix};
use host_harness::{Settings, SettingsError, redact, settings};
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use crate::error::CliError;

/// How much is said of all that is wrong with a file.
const REASON_BYTES: usize = 4_000;

/// The origins given with `--private-origin`.
pub(crate) fn private_origins(texts: &[String]) -> Result<BTreeSet<Origin>, CliError> {
    let read = |text: &String| {
        Origin::of(text).ok_or_else(|| CliError::Input {
            what: "the option",
            path: format!("--private-origin {text}"),
            reason: String::from("it is no origin"),
            remedy: "give scheme, host and port, such as https://wecom.example.com:8443",
        })
    };
    texts.iter().map(read).collect()
}

/// The origins given with `--allow`, with the path behind each, if there is one.
pub(crate) fn allowed(texts: &[String]) -> Result<Vec<(Origin, Option<PathPrefix>)>, CliError> {
    let read = |text: &String| {
        let unfit = |reason: &str| CliError::Input {
            what: "the option",
            path: format!("--allow {text}"),
            reason: reason.to_owned(),
            remedy: "give an origin such as https://api.example.com, or a path of it such as \
                     https://api.example.com/v1/",
        };
        let origin = Origin::of(text).ok_or_else(|| unfit("it is no origin"))?;
        // Of what was typed, not of what a reader of URLs makes of it: that would take the dots out of a path.
        let behind = text.split_once("://").map_or("", |(_, rest)| rest);
        let path = behind.find('/').and_then(|at| behind.get(at..)).filter(|path| *path != "/");
        let prefix = path.map(|path| PathPrefix::new(path).ok_or_else(|| unfit("its path is none")));
        Ok((origin, prefix.transpose()?))
    };
    texts.iter().map(read).collect()
}

/// Settings from a file, with what it names put in. All that is wrong with them is told at once; no value of a secret is.
pub(crate) fn settings(path: &Path, description: &Description) -> Result<Settings, CliError> {
    const SHAPE: &str =
        "write a JSON object such as {\"corp-id\": \"ww...\", \"secret\": {\"env\": \"WECOM_SECRET\"}}";
    let unreadable = |reason: String, remedy| CliError::Input {
        what: "the settings",
        path: path.display().to_string(),
        reason,
        remedy,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| unreadable(error.to_string(), "name a JSON file with --settings"))?;
    let entries = settings::entries(&text).map_err(|error| match error {
        SettingsError::NotJson { line, column } => {
            unreadable(format!("not JSON at line {line} column {column}"), SHAPE)
        }
        SettingsError::NotAnObject { found } => unreadable(format!("{found} in place of an object"), SHAPE),
        problems @ SettingsError::Problems(_) => unreadable(problems.to_string(), SHAPE),
    })?;
    let mut wrong: Vec<String> = settings::repeated(&entries).iter().map(sentence).collect();
    let mut settings = Settings::new();
    for (key, source) in entries {
        match value(&key, &source, description) {
            Ok(value) => settings = settings.with(&key, value),
            Err(reason) => wrong.push(reason),
        }
    }
    if wrong.is_empty() {
        return Ok(settings);
    }
    let reason = redact::line(&wrong.join("; "), REASON_BYTES);
    Err(unreadable(reason, "put that right and try again"))
}

/// The value of a setting: the text in the file, of `{"env": NAME}` a variable's, of `{"file": PATH}` a file's.
fn value(key: &str, source: &Value, description: &Description) -> Result<String, String> {
    let named = |name: &str| match source {
        Value::Object(only) if only.len() == 1 => only.get(name).and_then(Value::as_str),
        Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_) => None,
    };
    if let Value::String(text) = source {
        Ok(text.clone())
    } else if let Some(variable) = named("env") {
        std::env::var(variable).map_err(|error| match error {
            VarError::NotPresent => format!("{key}: the variable {variable} is not set: set it"),
            VarError::NotUnicode(_) => {
                format!("{key}: the variable {variable} is not UTF-8: set it to a text")
            }
        })
    } else if let Some(file) = named("file") {
        std::fs::read_to_string(file)
            .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            .map_err(|error| format!("{key}: {file}: {error}: name a readable file"))
    } else {
        Err(sentence(&settings::not_a_text(key, source, description)))
    }
}

fn sentence(problem: &SettingProblem) -> String {
    format!("{}: {}: {}", problem.key, problem.sentence.en, problem.remedy.en)
}

/// JSON from a file, or from standard input.
pub(crate) fn json(path: &Path) -> Result<Value, CliError> {
    let unreadable = |reason: String| CliError::Input {
        what: "the input",
        path: path.display().to_string(),
        reason,
        remedy: "name a JSON file with --input, or - for standard input",
    };
    let mut text = String::new();
    if path == Path::new("-") {
        io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    }
    serde_json::from_str(&text)
        .map_err(|error| unreadable(format!("no JSON at line {} column {}", error.line(), error.column())))
}

/// Settings as their file has them.
pub(crate) fn as_json(settings: &Settings) -> Value {
    settings
        .iter()
        .map(|(key, value)| (key.to_owned(), Value::from(value.expose())))
        .collect::<Map<_, _>>()
        .into()
}

/// A settings file that can be written, with its successor beside it.
pub(crate) struct SettingsFile {
    path: PathBuf,
    successor: NamedTempFile,
}

impl SettingsFile {
    /// Proves that the file can be replaced. Nothing is changed.
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        let open = || {
            // Of a link, the file that it leads to.
            let path = path.canonicalize()?;
            let successor = NamedTempFile::new_in(path.parent().unwrap_or(&path))?;
            successor.as_file().set_permissions(path.metadata()?.permissions())?;
            Ok(Self { path, successor })
        };
        open().map_err(unwritable(path))
    }

    /// Adds or replaces `news`. What the file says of other settings stays: a secret's variable or file, too.
    /// The file is replaced whole or not at all.
    pub(crate) fn store(mut self, news: &Settings) -> Result<(), CliError> {
        let mut store = || {
            let mut all: Map<String, Value> = serde_json::from_slice(&std::fs::read(&self.path)?)?;
            all.extend(news.iter().map(|(key, value)| (key.to_owned(), Value::from(value.expose()))));
            writeln!(self.successor, "{:#}", Value::from(all))?;
            self.successor.as_file().sync_all()
        };
        store().map_err(unwritable(&self.path))?;
        let persisted = self.successor.persist(&self.path);
        persisted.map(drop).map_err(|error| unwritable(&self.path)(error.error))
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> CliError {
    let path = path.display().to_string();
    |reason| CliError::Write { path, reason, remedy: "make the file and its directory writable" }
}
