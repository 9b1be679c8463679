//! Where compiled engines are kept between runs: chosen once for the process, as where to log is.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::Args;
use host_harness::{CacheError, CodeCache};
use tempfile::TempDir;

use crate::error::CliError;

#[derive(Args)]
pub(crate) struct Options {
    /// Keep compiled engines in this directory, which nobody but this user may be able to write or to move. Without it:
    /// `host-harness` in the user's cache directory.
    #[arg(long, global = true, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Compile every time and keep nothing.
    #[arg(long, global = true, conflicts_with = "cache")]
    no_cache: bool,
}

static CHOSEN: OnceLock<Option<CodeCache>> = OnceLock::new();

/// Opens the directory that was asked for, or the user's own. The latter is a convenience: when it cannot be had, the
/// log says why and nothing else happens.
pub(crate) fn choose(options: &Options) -> Result<(), CacheError> {
    let cache = match (&options.cache, options.no_cache) {
        (Some(directory), _) => Some(CodeCache::open(directory)?),
        (None, true) => None,
        (None, false) => users().and_then(|directory| match CodeCache::open(&directory) {
            Ok(cache) => Some(cache),
            Err(error) => {
                tracing::info!("{error}");
                None
            }
        }),
    };
    CHOSEN.get_or_init(|| cache);
    Ok(())
}

/// The cache of this process, if it has one.
pub(crate) fn chosen() -> Option<CodeCache> {
    CHOSEN.get().cloned().flatten()
}

/// The cache of this process, or one that lasts as long as the directory that comes with it.
pub(crate) fn chosen_or_temporary() -> Result<(CodeCache, Option<TempDir>), CliError> {
    if let Some(cache) = chosen() {
        return Ok((cache, None));
    }
    // For this user alone.
    let directory = tempfile::Builder::new().prefix("host-harness-").tempdir()?;
    Ok((CodeCache::open(directory.path())?, Some(directory)))
}

/// As the XDG base directory specification has it: a relative path counts as unset.
fn users() -> Option<PathBuf> {
    let set = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let caches =
        set.or_else(|| env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".cache")));
    caches.as_deref().map(|caches: &Path| caches.join("host-harness"))
}
