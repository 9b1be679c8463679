//! `component`: the finished component, for a host that does not embed this one.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use host_harness::Digest;

use crate::error::CliError;

#[derive(Args)]
#[group(id = "component")]
pub(crate) struct Options {
    /// Which of the engines that were built with this program.
    #[arg(long, value_enum, default_value_t = Built::Wecom)]
    engine: Built,
    /// Where the component goes. A file that is there is replaced.
    file: PathBuf,
}

/// An engine that was built with this program.
#[derive(Clone, Copy, ValueEnum)]
enum Built {
    /// The WeCom engine.
    Wecom,
    /// The example: approvals over a company's own endpoint, by signed webhooks.
    Webhook,
}

/// Writes the component, and a line that `sha256sum --check` reads.
pub(crate) fn run(options: &Options) -> Result<ExitCode, CliError> {
    let component = match options.engine {
        Built::Wecom => wecom_component::WECOM_ENGINE,
        Built::Webhook => webhook_component::WEBHOOK_ENGINE,
    };
    let file = options.file.display();
    fs::write(&options.file, component).map_err(|reason| CliError::Write {
        path: file.to_string(),
        reason,
        remedy: "name a file in a folder that you may write to",
    })?;
    writeln!(io::stdout(), "{}  {file}", Digest::of(component))?;
    Ok(ExitCode::SUCCESS)
}
