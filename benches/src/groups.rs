//! What can be measured, one group a file.

use std::path::PathBuf;
use std::time::Duration;

use crate::Result;
use crate::case::{self, Case};
use crate::rounds::Pace;

pub(crate) mod callbacks;

/// What all groups share.
pub(crate) struct Bench {
    component: Vec<u8>,
    cases: Vec<Case>,
    quick: bool,
}

impl Bench {
    pub(crate) fn new(component: Option<PathBuf>, quick: bool) -> Result<Self> {
        let component = match component {
            Some(path) => {
                std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?
            }
            None => wecom_component::WECOM_ENGINE.to_vec(),
        };
        Ok(Self { component, cases: case::built_in(), quick })
    }

    pub(crate) fn component(&self) -> &[u8] {
        &self.component
    }

    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    pub(crate) fn pace(&self) -> Pace {
        let rounds = if self.quick { 20 } else { 200 };
        Pace { rounds, turn: Duration::from_millis(4) }
    }
}
