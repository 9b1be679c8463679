//! What can be measured, one group a file.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use tempfile::TempDir;

use crate::Result;
use crate::case::{self, Callback};
use crate::child::{Started, Task};
use crate::rounds::Pace;

pub(crate) mod callbacks;
pub(crate) mod cold;
pub(crate) mod size;
pub(crate) mod tenants;
pub(crate) mod threads;
pub(crate) mod waiting;

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// One callback, by component and native, and what it is made of.
    Callbacks,
    /// Callbacks a second on one thread and on two.
    Threads,
    /// One callback beside 10,000 tenants, and the memory of each.
    Tenants,
    /// The memory of a call that waits for HTTP.
    Waiting,
    /// Starting with compiled code in the cache, and without.
    Cold,
    /// Bytes of the component.
    Size,
}

/// What all groups share.
pub(crate) struct Bench {
    /// The component's bytes.
    pub(crate) component: Vec<u8>,
    /// Where they come from, unless this program brought them.
    pub(crate) component_path: Option<PathBuf>,
    /// Callbacks to measure in place of the built-in ones.
    pub(crate) recorded: Option<Vec<Callback>>,
    quick: bool,
    cache: OnceCell<TempDir>,
}

impl Bench {
    pub(crate) fn new(component: Option<&Path>, recorded: Option<&Path>, quick: bool) -> Result<Self> {
        let component_path = component.map(Path::to_owned);
        let component = match component {
            Some(path) => {
                std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?
            }
            None => wecom_component::WECOM_ENGINE.to_vec(),
        };
        Ok(Self {
            component,
            component_path,
            recorded: recorded.map(case::read).transpose()?,
            quick,
            cache: OnceCell::new(),
        })
    }

    /// A directory with the component's compiled code: a process that compiles has freed memory to spare, which would
    /// hide what it takes afterwards.
    pub(crate) fn cache(&self) -> Result<&Path> {
        if self.cache.get().is_none() {
            let directory = tempfile::tempdir()?;
            let _: Started = Task::Start.ask(self, Some(directory.path()))?;
            let _ = self.cache.set(directory);
        }
        Ok(self.cache.get().ok_or("no cache")?.path())
    }

    /// So many rounds, or a tenth of them, with turns of some milliseconds.
    pub(crate) fn pace(&self, rounds: u32, milliseconds: u64) -> Pace {
        let rounds = if self.quick { rounds.div_ceil(10) } else { rounds };
        Pace { rounds, turn: Duration::from_millis(milliseconds) }
    }
}
