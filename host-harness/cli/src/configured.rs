//! A connection as an administrator has entered it.

use std::path::PathBuf;

use clap::Args;
use host_harness::{Settings, Tenant};

use crate::connection::Connection;
use crate::error::CliError;
use crate::input;
use crate::language::Language;

/// The options of the commands that an administrator uses on a connection.
#[derive(Args)]
pub(crate) struct Configured {
    #[command(flatten)]
    connection: Connection,
    /// JSON object of settings, as for `call`.
    #[arg(long)]
    pub(crate) settings: PathBuf,
    /// The language of what is told.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) language: Language,
}

impl Configured {
    /// The settings in the file.
    pub(crate) fn settings(&self) -> Result<Settings, CliError> {
        input::settings(&self.settings)
    }

    /// The engine with these settings. `id` names the tenant in log lines.
    pub(crate) async fn tenant(&self, id: &str, settings: &Settings) -> Result<Tenant, CliError> {
        self.connection.tenant(id, settings).await
    }
}
