//! `conform`: whether an engine keeps the contract's promises, and whether the kit would notice if it did not.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use conformance_kit::Provider;
use conformance_kit::sample::Sample;
use host_harness::redact;
use webhook_provider::Webhook;
use wecom_provider::WeCom;
use wrong_engines::Mistake;

use crate::error::CliError;
use crate::host;

#[derive(Args)]
pub(crate) struct Options {
    /// The component; without it, the WeCom engine that was built with this program.
    file: Option<PathBuf>,
    /// Whose fake plays the engine's provider.
    #[arg(long, value_enum, default_value_t = ProviderName::Wecom)]
    provider: ProviderName,
    /// Tries the kit itself: on the engines that are wrong on purpose, or on the named ones, such as ResendsOnDoubt.
    #[arg(
        long,
        value_name = "MISTAKE",
        num_args = 0..,
        value_parser = mistakes(),
        hide_possible_values = true,
        conflicts_with_all = ["file", "provider"],
    )]
    wrong: Option<Vec<Mistake>>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum ProviderName {
    /// WeCom.
    Wecom,
    /// A company's own endpoint, with signed webhooks.
    Webhook,
    /// The kit's own small protocol.
    Sample,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For build servers.
    Junit,
}

fn mistakes() -> impl TypedValueParser<Value = Mistake> {
    let named = |name: &str| Mistake::ALL.iter().copied().find(|mistake| mistake.name() == name);
    PossibleValuesParser::new(Mistake::ALL.iter().map(|mistake| mistake.name()))
        .try_map(move |name| named(&name).ok_or("no such mistake"))
}

/// Ends with success only when no case failed; of the wrong engines, when each was caught by the cases meant for it.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    match options.wrong.as_deref() {
        None => conform(&options).await,
        Some([]) => wrong(Mistake::ALL, options.format).await,
        Some(named) => wrong(named, options.format).await,
    }
}

async fn conform(options: &Options) -> Result<ExitCode, CliError> {
    let engine = match &options.file {
        None => wecom_component::WECOM_ENGINE.to_vec(),
        Some(file) => {
            let component = host::component(Some(file))?.into_owned();
            host::try_to_compile(&component).await?;
            component
        }
    };
    let provider: &dyn Provider = match options.provider {
        ProviderName::Wecom => &WeCom,
        ProviderName::Webhook => &Webhook,
        ProviderName::Sample => &Sample,
    };
    let report = conformance_kit::run(&engine, provider).await?;
    let text = match options.format {
        Format::Table => report.to_string(),
        Format::Json => format!("{}\n", redact::json(&format!("{:#}", report.to_json()))),
        Format::Junit => report.to_junit().map_err(|error| CliError::Junit(error.to_string()))?,
    };
    end(&text, report.passed())
}

async fn wrong(mistakes: &[Mistake], format: Format) -> Result<ExitCode, CliError> {
    let trial = wrong_engines::run(mistakes).await?;
    let text = match format {
        Format::Table => trial.to_string(),
        Format::Json => format!("{}\n", redact::json(&format!("{:#}", trial.to_json()))),
        Format::Junit => trial.to_junit().map_err(|error| CliError::Junit(error.to_string()))?,
    };
    end(&text, trial.passed())
}

fn end(text: &str, passed: bool) -> Result<ExitCode, CliError> {
    write!(io::stdout(), "{text}")?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
