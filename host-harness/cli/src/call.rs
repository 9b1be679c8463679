//! `call`: one function of an engine by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use host_harness::egress::Origin;
use host_harness::{Grant, Settings, redact};
use serde::Deserialize;
use serde_json::Value;

use crate::error::CliError;
use crate::host;

/// How much of an engine's own words is repeated.
const SENTENCE_BYTES: usize = 1_000;

#[derive(Args)]
pub(crate) struct Options {
    /// The function, such as `submit`.
    function: String,
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long)]
    engine: Option<PathBuf>,
    /// JSON object of settings. A value is a text, `{"env": "NAME"}` or `{"file": "PATH"}`: secrets stay out of the
    /// command line.
    #[arg(long)]
    settings: Option<PathBuf>,
    /// JSON argument; `-` reads standard input. An object of arguments by name, or the only argument.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Let the engine reach this machine, for a fake provider.
    #[arg(long)]
    loopback: bool,
    /// Let the engine reach private addresses at this origin, for a private deployment.
    #[arg(long)]
    private_origin: Vec<String>,
}

/// The value of a setting in the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Env { env: String },
    File { file: PathBuf },
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let settings = options.settings.as_deref().map_or_else(|| Ok(Settings::new()), settings)?;
    let input = options.input.as_deref().map_or(Ok(Value::Null), input)?;
    let grant = Grant {
        private_origins: private_origins(&options.private_origin)?,
        loopback: options.loopback,
        ..Grant::default()
    };
    let runtime = host::runtime()?;
    let engine = host::engine(&runtime, options.engine.as_deref()).await?;
    let result = engine.tenant("call", &settings, &grant).call_json(&options.function, &input).await?;
    writeln!(io::stdout(), "{result:#}")?;
    match result.get("err") {
        None => Ok(ExitCode::SUCCESS),
        Some(problem) => {
            if let Some(sentence) = sentence(problem) {
                let sentence = redact::line(&sentence, SENTENCE_BYTES);
                writeln!(io::stderr(), "host-harness: {}: {sentence}", options.function)?;
            }
            Ok(ExitCode::from(2))
        }
    }
}

/// The first sentence and remedy, or the administrator's text, that a problem holds.
fn sentence(problem: &Value) -> Option<String> {
    let english = |value: &Value, name: &str| {
        value.get(name).and_then(|text| text.get("en")).and_then(Value::as_str).map(str::to_owned)
    };
    if let Some(text) = english(problem, "for-administrator") {
        return Some(text);
    }
    if let Some(text) = english(problem, "sentence") {
        return Some(english(problem, "remedy").map_or(text.clone(), |remedy| format!("{text}: {remedy}")));
    }
    match problem {
        Value::Array(items) => items.iter().find_map(sentence),
        Value::Object(fields) => fields.values().find_map(sentence),
        Value::String(case) => Some(case.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
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

pub(crate) fn input(path: &Path) -> Result<Value, CliError> {
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
