//! What a person gives a command: settings, JSON, origins.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use host_harness::Settings;
use host_harness::egress::Origin;
use serde::Deserialize;
use serde_json::Value;

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
