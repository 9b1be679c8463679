//! `call`: one function of an engine by hand.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use host_harness::{Settings, Tenant, redact};
use serde_json::Value;

use crate::connection::Connection;
use crate::error::CliError;
use crate::input;

/// How much of an engine's own words is repeated.
const SENTENCE_BYTES: usize = 1_000;

#[derive(Args)]
pub(crate) struct Options {
    /// The function, such as `submit`.
    pub(crate) function: String,
    #[command(flatten)]
    connection: Connection,
    /// JSON object of settings. A value is a text, `{"env": "NAME"}` or `{"file": "PATH"}`: secrets stay out of the
    /// command line.
    #[arg(long)]
    settings: Option<PathBuf>,
    /// JSON argument; `-` reads standard input. An object of arguments by name, or the only argument.
    #[arg(long)]
    input: Option<PathBuf>,
}

impl Options {
    /// The tenant and its input: all that a call needs.
    pub(crate) async fn prepare(&self) -> Result<(Tenant, Value), CliError> {
        let input = self.input.as_deref().map_or(Ok(Value::Null), input::json)?;
        let engine = self.connection.engine().await?;
        let settings = match &self.settings {
            Some(path) => input::settings(path, engine.description())?,
            None => Settings::new(),
        };
        Ok((self.connection.tenant(&engine, "call", &settings)?, input))
    }
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let (tenant, input) = options.prepare().await?;
    print(&options.function, &tenant.call_json(&options.function, &input).await?)
}

/// Prints a result, and in one sentence what is wrong with it.
pub(crate) fn print(function: &str, result: &Value) -> Result<ExitCode, CliError> {
    writeln!(io::stdout(), "{}", redact::json(&format!("{result:#}")))?;
    match result.get("err") {
        None => Ok(ExitCode::SUCCESS),
        Some(problem) => {
            if let Some(sentence) = sentence(problem) {
                let sentence = redact::line(&sentence, SENTENCE_BYTES);
                writeln!(io::stderr(), "host-harness: {function}: {sentence}")?;
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
