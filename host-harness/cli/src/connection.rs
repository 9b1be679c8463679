//! Which engine a command calls, and what that engine may reach.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use host_harness::egress::{Origin, PathPrefix};
use host_harness::{ApprovalEngine, Grant, Settings, Tenant};

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
    /// Let the engine reach this origin beside those that it describes, or these paths of it alone.
    #[arg(long, value_name = "ORIGIN[/PATH]")]
    allow: Vec<String>,
}

impl Connection {
    /// The engine. What it describes says how its settings are read.
    pub(crate) async fn engine(&self) -> Result<ApprovalEngine, CliError> {
        host::engine(self.engine.as_deref()).await
    }

    /// The engine with these settings. `id` names the tenant in log lines.
    pub(crate) fn tenant(
        &self,
        engine: &ApprovalEngine,
        id: &str,
        settings: &Settings,
    ) -> Result<Tenant, CliError> {
        let private_origins = input::private_origins(&self.private_origin)?;
        let allowed = input::allowed(&self.allow)?;
        let grant =
            Grant { private_origins, loopback: self.loopback, ..beside(engine.origins(settings), allowed) };
        Ok(engine.tenant(id, settings, &grant))
    }
}

/// What is described and what is allowed: neither takes away from the other.
fn beside(described: BTreeSet<Origin>, allowed: Vec<(Origin, Option<PathPrefix>)>) -> Grant {
    let mut paths: BTreeMap<Origin, BTreeSet<PathPrefix>> = BTreeMap::new();
    let mut whole = described;
    for (origin, path) in allowed {
        match path {
            Some(path) => drop(paths.entry(origin).or_default().insert(path)),
            None => drop(whole.insert(origin)),
        }
    }
    paths.retain(|origin, _| !whole.contains(origin));
    whole.extend(paths.keys().cloned());
    Grant { origins: whole, paths, ..Grant::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::of(text).unwrap()
    }

    #[test]
    fn what_is_allowed_never_narrows_what_is_described_or_allowed_whole() {
        let [described, whole, part] =
            ["https://a.example", "https://b.example", "https://c.example"].map(origin);
        let path = PathPrefix::new;
        let grant = beside(
            BTreeSet::from([described.clone()]),
            vec![
                (described.clone(), path("/x")),
                (whole.clone(), path("/x")),
                (whole.clone(), None),
                (part.clone(), path("/x")),
                (part.clone(), path("/y")),
            ],
        );
        assert_eq!(grant.origins, BTreeSet::from([described, whole, part.clone()]));
        let both = ["/x", "/y"].into_iter().filter_map(path).collect();
        assert_eq!(grant.paths, BTreeMap::from([(part, both)]));
    }
}
