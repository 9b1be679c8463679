//! This program again, as a process that does one thing and tells one line about it: what a process holds, and how it
//! starts, only a fresh one can tell.

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use host_harness::{CacheError, CodeCache};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::case;
use crate::groups::{Bench, tenants};
use crate::stage::Staged;
use crate::{Result, host};

mod waiting;

/// The one thing. On the command line it is JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Configures tenants. Tells [`Resident`].
    Tenants { tenants: u32 },
    /// Lets calls wait for HTTP. Tells [`Resident`].
    Waiting { calls: u32 },
    /// Loads the engine and makes a call. Tells [`Started`].
    Start,
}

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Resident {
    pub(crate) before: u64,
    pub(crate) with: u64,
}

/// Seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Started {
    /// Until there was a runtime.
    pub(crate) runtime: f64,
    /// From there until the engine was loaded.
    pub(crate) load: f64,
    /// Of the first callback.
    pub(crate) first_call: f64,
}

impl Task {
    /// Has it done by a process of its own, which may keep its compiled code in `cache`.
    pub(crate) fn ask<T: DeserializeOwned>(&self, bench: &Bench, cache: Option<&Path>) -> Result<T> {
        let mut child = Command::new(env::current_exe()?);
        child.stderr(Stdio::inherit());
        let options = [("--component", bench.component_path.as_deref()), ("--cache", cache)];
        for (option, path) in options {
            if let Some(path) = path {
                child.arg(option).arg(path);
            }
        }
        child.arg("--task").arg(serde_json::to_string(self)?);
        let output = child.output()?;
        if !output.status.success() {
            return Err(
                format!("the child process ended with {}: its message is above", output.status).into()
            );
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Does it.
    pub(crate) fn run(&self, bench: &Bench, cache: Option<&Path>, out: &mut dyn Write) -> Result<()> {
        let cache = || cache.map(CodeCache::open).transpose();
        let told = match self {
            Self::Tenants { tenants } => serde_json::to_string(&configured(bench, cache()?, *tenants)?),
            Self::Waiting { calls } => serde_json::to_string(&waiting::measure(bench, cache()?, *calls)?),
            Self::Start => serde_json::to_string(&start(bench, cache)?),
        };
        writeln!(out, "{}", told?)?;
        Ok(())
    }
}

fn configured(bench: &Bench, cache: Option<CodeCache>, tenants: u32) -> Result<Resident> {
    let tokio = host::tokio()?;
    let engine = tokio.block_on(host::load(&bench.component, cache))?;
    // What the first call of all needs is none of the tenants'.
    tokio.block_on(tenants::configured(&engine, 1))?;
    let before = resident()?;
    let tenants = tokio.block_on(tenants::configured(&engine, tenants))?;
    let with = resident()?;
    drop(tenants);
    Ok(Resident { before, with })
}

fn start(
    bench: &Bench,
    cache: impl FnOnce() -> std::result::Result<Option<CodeCache>, CacheError>,
) -> Result<Started> {
    let tokio = host::tokio()?;
    let callback = case::own();
    let begun = Instant::now();
    let runtime = host::start(cache()?)?;
    let running = Instant::now();
    let engine = tokio.block_on(runtime.load(&bench.component))?;
    let loaded = Instant::now();
    let staged = Staged::new(&engine, &callback);
    let called = Instant::now();
    tokio.block_on(staged.handle())?;
    Ok(Started {
        runtime: (running - begun).as_secs_f64(),
        load: (loaded - running).as_secs_f64(),
        first_call: called.elapsed().as_secs_f64(),
    })
}

/// What this process has in memory. `statm` would lag behind by some pages of each processor.
fn resident() -> Result<u64> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup")
        .map_err(|error| format!("memory is measured on Linux alone: {error}"))?;
    Ok(resident_bytes(&rollup).ok_or("the system does not tell the resident memory")?)
}

fn resident_bytes(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::resident_bytes;

    #[test]
    fn resident_memory_is_read_in_bytes() {
        let rollup =
            "5580-7ffd ---p 00000000 00:00 0   [rollup]\nRss:                1804 kB\nPss:   95 kB\n";
        assert_eq!(resident_bytes(rollup), Some(1_804 << 10));
        assert_eq!(resident_bytes("Pss: 95 kB\n"), None);
    }
}
