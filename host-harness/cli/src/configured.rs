//! A connection as an administrator has entered it.

use std::path::PathBuf;

use clap::Args;
use host_harness::{ApprovalEngine, Settings, Tenant};

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
    /// The engine.
    pub(crate) async fn engine(&self) -> Result<ApprovalEngine, CliError> {
        self.connection.engine().await
    }

    /// The settings in the file.
    pub(crate) fn settings(&self, engine: &ApprovalEngine) -> Result<Settings, CliError> {
        input::settings(&self.settings, engine.description())
    }

    /// The engine with these settings. `id` names the tenant in log lines.
    pub(crate) fn tenant(
        &self,
        engine: &ApprovalEngine,
        id: &str,
        settings: &Settings,
    ) -> Result<Tenant, CliError> {
        self.connection.tenant(engine, id, settings)
    }
}
