//! `conform`: whether an engine keeps the contract's promises.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use conformance_kit::Provider;
use conformance_kit::sample::Sample;
use host_harness::LoadError;
use webhook_provider::Webhook;
use wecom_provider::WeCom;

use crate::error::CliError;

#[derive(Args)]
pub(crate) struct Options {
    /// The component; without it, the WeCom engine that was built with this program.
    file: Option<PathBuf>,
    /// Whose fake plays the engine's provider.
    #[arg(long, value_enum, default_value_t = ProviderName::Wecom)]
    provider: ProviderName,
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

/// Ends with success only when no case failed.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let engine = match &options.file {
        None => wecom_component::WECOM_ENGINE.to_vec(),
        Some(file) => std::fs::read(file).map_err(|error| LoadError::Unreadable {
            path: file.display().to_string(),
            reason: error.to_string(),
        })?,
    };
    let provider: &dyn Provider = match options.provider {
        ProviderName::Wecom => &WeCom,
        ProviderName::Webhook => &Webhook,
        ProviderName::Sample => &Sample,
    };
    let report = conformance_kit::run(&engine, provider).await?;
    let mut out = io::stdout().lock();
    match options.format {
        Format::Table => write!(out, "{report}")?,
        Format::Json => writeln!(out, "{:#}", report.to_json())?,
        Format::Junit => {
            let xml = report.to_junit().map_err(|error| CliError::Junit(error.to_string()))?;
            write!(out, "{xml}")?;
        }
    }
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
