//! The kit on trial: whether its cases catch the engines that are wrong on purpose, and leave the right one alone.

use std::sync::Arc;

use conformance_kit::cases::{self, BrokenCase};
use conformance_kit::sample::Sample;
use conformance_kit::{KitError, Report};
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use crate::{Mistake, engine};

mod json;
mod junit;
mod table;

/// Engines that are tried at a time. All of them compiled at once would meet the limits that are there for one.
const AT_ONCE: usize = 2;

/// What the kit made of the engines that are wrong on purpose.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The engine without a mistake.
    pub sound: Report,
    /// The others, in the order in which they were named.
    pub tried: Vec<Tried>,
    /// The cases that none of them failed; `None` when some mistake was left out, and nobody can say.
    pub toothless: Option<Vec<String>>,
}

/// What the kit made of one of them.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What is wrong with it.
    pub mistake: Mistake,
    /// The cases that it failed.
    pub caught_by: Vec<String>,
}

/// Why there is no trial.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The author of the kit: the mistakes cannot be told apart.
    #[error("the engine that was built has no single place for the choice of a mistake")]
    NoPlace,
    /// The kit cannot run.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// The author of the kit: it must not panic.
    #[error("the kit ended in the middle of a run: {0}")]
    Ended(#[from] JoinError),
}

impl From<BrokenCase> for TrialError {
    fn from(error: BrokenCase) -> Self {
        Self::Kit(KitError::from(error))
    }
}

impl Tried {
    /// The cases meant for the mistake that the engine passes.
    pub fn missed(&self) -> impl Iterator<Item = &'static str> {
        let caught = |case: &str| self.caught_by.iter().any(|one| one == case);
        self.mistake.meant_for().iter().copied().filter(move |case| !caught(case))
    }

    /// Whether all cases meant for it caught it.
    #[must_use]
    pub fn caught(&self) -> bool {
        self.missed().next().is_none()
    }
}

impl Trial {
    /// Whether the right engine passes every case, each wrong one is caught by the cases meant for it, and each case
    /// catches one.
    #[must_use]
    pub fn passed(&self) -> bool {
        // The sample provider has what every case needs.
        self.sound.passed()
            && self.sound.not_applicable().next().is_none()
            && self.tried.iter().all(Tried::caught)
            && self.toothless.as_ref().is_none_or(Vec::is_empty)
    }
}

/// Plays every case with the engine without a mistake, and with one engine for each of these mistakes.
///
/// # Errors
/// - [`TrialError::NoPlace`]: the component was not built from this package's engine.
/// - [`TrialError::Kit`], [`TrialError::Ended`]: the kit itself cannot run.
pub async fn run(mistakes: &[Mistake]) -> Result<Trial, TrialError> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let start = |mistake| tokio::spawn(report(mistake, turns.clone()));
    let sound = start(None);
    let runs: Vec<_> = mistakes.iter().map(|mistake| (*mistake, start(Some(*mistake)))).collect();
    let sound = sound.await??;
    let mut tried = Vec::with_capacity(runs.len());
    for (mistake, run) in runs {
        let caught_by = run.await??.failed().map(str::to_owned).collect();
        tried.push(Tried { mistake, caught_by });
    }
    let all = Mistake::ALL.iter().all(|mistake| mistakes.contains(mistake));
    let toothless = if all { Some(toothless(&tried)?) } else { None };
    Ok(Trial { sound, tried, toothless })
}

async fn report(mistake: Option<Mistake>, turns: Arc<Semaphore>) -> Result<Report, TrialError> {
    // Nobody closes it, and without a turn the run would only be slower.
    let _turn = turns.acquire().await;
    Ok(conformance_kit::run(&engine(mistake).ok_or(TrialError::NoPlace)?, &Sample).await?)
}

/// The cases that no engine failed.
fn toothless(tried: &[Tried]) -> Result<Vec<String>, BrokenCase> {
    let bites = |case: &String| tried.iter().any(|tried| tried.caught_by.contains(case));
    Ok(cases::all()?.into_iter().map(|case| case.name).filter(|case| !bites(case)).collect())
}
