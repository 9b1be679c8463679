//! Which engine a command calls, and what that engine may reach.

use std::path::PathBuf;

use clap::Args;
use host_harness::{Grant, Settings, Tenant};

use crate::error::CliError;
use crate::{host, input};

/// The options of every command that calls an engine with settings.
#[derive(Args)]
pub(crate) struct Connection {
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long)]
    engine: Option<PathBuf>,
    /// Let the engine reach this machine, for a fake provider.
    #[arg(long)]
    loopback: bool,
    /// Let the engine reach private addresses at this origin, for a private deployment.
    #[arg(long)]
    private_origin: Vec<String>,
}

impl Connection {
    /// The engine with these settings. `id` names the tenant in log lines.
    pub(crate) async fn tenant(&self, id: &str, settings: &Settings) -> Result<Tenant, CliError> {
        let grant = Grant {
            private_origins: input::private_origins(&self.private_origin)?,
            loopback: self.loopback,
            ..Grant::default()
        };
        let runtime = host::runtime()?;
        let engine = host::engine(&runtime, self.engine.as_deref()).await?;
        Ok(engine.tenant(id, settings, &grant))
    }
}
