//! Plays all cases with one engine.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use host_harness::clock::ManualClock;
use host_harness::contract::{Capability, SettingKind};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{InProcess, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, ApprovalEngine, Limits, LoadError, Runtime, RuntimeError, Services};
use serde_json::Value;

use crate::T0;
use crate::case::{Case, Offer, Tenant};
use crate::cases::{self, BrokenCase};
use crate::play::play;
use crate::provider::{Feature, Provider, Secrets};
use crate::record::{Call, Import};
use crate::report::{Outcome, Report, Verdict};
use crate::watch::Evidence;
use crate::world::World;

/// Why the kit cannot run.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// The file is no engine: no case is worth playing.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// This machine cannot run engines.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The author of the kit: a file in `cases/`.
    #[error(transparent)]
    Case(#[from] BrokenCase),
}

/// Plays every case with the engine in these bytes and its provider's fake.
///
/// # Errors
/// - [`KitError::Load`]: the engine cannot be loaded.
/// - [`KitError::Runtime`], [`KitError::Case`]: the kit itself cannot run.
pub async fn run(engine: &[u8], provider: &dyn Provider) -> Result<Report, KitError> {
    let cases = cases::all()?;
    let engine_here = runtime(&limits())?.load(engine).await?;

    let world = World::new(&engine_here, provider);
    let describe = world.call(Tenant::First, "describe", Value::Null, String::from("describe")).await;
    let mut calls = vec![describe];
    let mut verdicts = Vec::with_capacity(cases.len());
    let mut secrets = Secrets::default();
    for case in &cases {
        let verdict = match play_in_its_world(case, &engine_here, provider).await {
            Ok(played) => {
                calls.extend(played.calls);
                secrets.extend(played.secrets);
                Verdict::of(played.misfits)
            }
            Err(NotApplicable { reason, declared }) => {
                verdicts.push((Verdict::NotApplicable(reason), declared));
                continue;
            }
        };
        verdicts.push((verdict, Vec::new()));
    }

    // The same engine where it may have less memory: what it answers must not depend on the machine.
    let smaller = Limits { memory_bytes: limits().memory_bytes / 2, ..limits() };
    let elsewhere = runtime(&smaller)?.load(engine).await?;
    let evidence = Evidence {
        engine: &engine_here,
        elsewhere: &elsewhere,
        sound: &world.settings,
        calls: &calls,
        secrets: &secrets,
    };
    let mut outcomes = Vec::with_capacity(cases.len());
    for (case, (verdict, declared)) in cases.into_iter().zip(verdicts) {
        let verdict = match (verdict, case.watch) {
            (Verdict::Passed, Some(watch)) => Verdict::of(watch.findings(&evidence).await),
            (Verdict::NotApplicable(reason), _) => {
                contradiction(&declared, &engine_here, &calls).unwrap_or(Verdict::NotApplicable(reason))
            }
            (verdict @ (Verdict::Passed | Verdict::Failed(_)), _) => verdict,
        };
        outcomes.push(Outcome { case, verdict });
    }
    Ok(Report::new(&engine_here, provider.id(), calls.len(), outcomes))
}

/// Plays the scripts alone, with an engine that is loaded already, and shows every case that was played with what did
/// not fit: for a runtime that counts something, which can then be told case by case.
///
/// # Errors
/// - [`KitError::Case`]: the kit itself cannot run.
pub async fn play_scripts(
    engine: &ApprovalEngine,
    provider: &dyn Provider,
    mut after: impl FnMut(&Case, &[String]),
) -> Result<(), KitError> {
    for case in cases::all()?.iter().filter(|case| !case.steps.is_empty()) {
        if let Ok(played) = play_in_its_world(case, engine, provider).await {
            after(case, &played.misfits);
        }
    }
    Ok(())
}

struct Played {
    calls: Vec<Call>,
    misfits: Vec<String>,
    secrets: Secrets,
}

/// Why a case cannot be played.
struct NotApplicable {
    reason: String,
    /// What the case needs and the provider declares to lack: held against the run. An interface or a capability that
    /// the engine leaves out is the engine's right, and is not.
    declared: Vec<Feature>,
}

async fn play_in_its_world(
    case: &Case,
    engine: &ApprovalEngine,
    provider: &dyn Provider,
) -> Result<Played, NotApplicable> {
    if let Some(not_applicable) = not_applicable(case, engine, provider) {
        return Err(not_applicable);
    }
    let mut world = World::new(engine, provider);
    let (calls, misfits) = play(case, &mut world, provider).await;
    Ok(Played { calls, misfits, secrets: world.stage.secrets() })
}

/// The default limits with more time to compute: tests run unoptimised, several at a time.
fn limits() -> Limits {
    Limits {
        concurrent_calls: 2,
        cpu: Duration::from_secs(2),
        pure_call: Duration::from_secs(30),
        ..Limits::default()
    }
}

/// A runtime whose engines reach nothing, until they are given services.
fn runtime(limits: &Limits) -> Result<Runtime, RuntimeError> {
    let nowhere = |_| Err(SendError::Unreachable(String::from("nowhere")));
    let clock = Arc::new(ManualClock::at(T0));
    let services = Services {
        outbound: Arc::new(InProcess::new(nowhere as fn(http::Request<Bytes>) -> _)),
        tokens: Arc::new(MemoryTokens::new(clock.clone())),
        pace: Arc::new(Pace::new(clock, Quota::default())),
        log: Arc::new(Silence),
    };
    let pooled = Runtime::new(limits.clone(), &Allocation::Pooling, services.clone());
    // The machine may have no room for the pool's address space, or not even for one memory's.
    pooled
        .or_else(|_unavailable| Runtime::new(limits.clone(), &Allocation::OnDemand, services.clone()))
        .or_else(|_unavailable| Runtime::new(limits.clone(), &Allocation::Compact, services))
}

struct Silence;

impl LogSink for Silence {
    fn write(&self, _: &Line) {}
}

/// Why a case cannot be played; `None` when it can.
fn not_applicable(case: &Case, engine: &ApprovalEngine, provider: &dyn Provider) -> Option<NotApplicable> {
    let mut lacks = provider.lacks();
    lacks.retain(|(feature, _)| case.needs.contains(feature));
    if let Some((_, reason)) = lacks.first() {
        let reason = format!("{}: {reason}", provider.id());
        let declared = lacks.iter().map(|(feature, _)| *feature).collect();
        return Some(NotApplicable { reason, declared });
    }
    let claims = |capability| engine.description().capabilities.contains(&capability);
    let offered = |offer: &Offer| match offer {
        Offer::Tracking => engine.offers_tracking(),
        Offer::Diagnostics => engine.offers_diagnostics(),
        Offer::Images => engine.offers_images(),
        Offer::ExplicitSteps => claims(Capability::ExplicitSteps),
        Offer::MemberConfirmation => claims(Capability::MemberConfirmation),
    };
    let left_out = case.offers.iter().find(|offer| !offered(offer))?;
    Some(NotApplicable { reason: format!("the engine does not offer {left_out:?}"), declared: Vec::new() })
}

/// What shows that a provider has what it is declared to lack: no failure hides behind a declaration.
fn contradiction(declared: &[Feature], engine: &ApprovalEngine, calls: &[Call]) -> Option<Verdict> {
    let cached = || {
        let cache = |import: &Import| !matches!(import, Import::Send { .. });
        calls.iter().any(|call| call.imports.iter().any(cache))
    };
    let confirms = || engine.description().capabilities.contains(&Capability::MemberConfirmation);
    let holds = || {
        let mut settings = engine.description().settings.iter();
        settings.any(|field| matches!(field.kind, SettingKind::HeldSecret))
    };
    let reason = if declared.contains(&Feature::Tokens) && cached() {
        "said not to apply for want of tokens, and the engine uses the token cache"
    } else if declared.contains(&Feature::Members) && confirms() {
        "said not to apply for want of members, and the engine claims to confirm them"
    } else if declared.contains(&Feature::HeldSecrets) && holds() {
        "said not to apply for want of held secrets, and the engine has a setting for one"
    } else {
        return None;
    };
    Some(Verdict::Failed(vec![reason.to_owned()]))
}
