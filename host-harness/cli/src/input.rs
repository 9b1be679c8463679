//! What a person gives a command: settings, JSON, origins.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use host_harness::Settings;
use host_harness::egress::{Origin, PathPrefix};
use serde::Deserialize;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use crate::error::CliError;

/// The value of a setting in the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Env { env: String },
    File { file: PathBuf },
}

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

/// Settings from a file, with what it names put in.
pub(crate) fn settings(path: &Path) -> Result<Settings, CliError> {
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
    // serde's message may quote a value, and a value may be a secret: only the place is told.
    let sources: BTreeMap<String, Source> = serde_json::from_str(&text).map_err(|error| {
        unreadable(format!("no settings at line {} column {}", error.line(), error.column()), SHAPE)
    })?;
    sources
        .into_iter()
        .map(|(key, source)| {
            let value = match source {
                Source::Text(text) => text,
                Source::Env { env } => std::env::var(&env).map_err(|_unset| {
                    unreadable(format!("{key}: the variable {env} is not set"), "set it and try again")
                })?,
                Source::File { file } => std::fs::read_to_string(&file)
                    .map_err(|error| {
                        unreadable(format!("{key}: {}: {error}", file.display()), "name a readable file")
                    })?
                    .trim_end_matches(['\r', '\n'])
                    .to_owned(),
            };
            Ok((key, value))
        })
        .collect()
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
