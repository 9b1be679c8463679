//! The engines of a host: which may run, which are loaded, and which one new calls go to.
//!
//! ```text
//! pin ──▶ load ──▶ activate ──▶ (activate another) ──▶ unload
//!                     ▲                  │
//!                     └──── roll back ───┘   the same operation, with the former digest
//! ```
//!
//! An engine is what its [`Digest`] says. Its id groups versions of the same engine, and its version is a name for
//! people: two builds may both call themselves 1.2.0, and are two engines here.
//!
//! What an engine may see and reach is partly described by itself. So a version that describes fewer held secrets, fewer
//! secrets or more reach than the one it takes the place of is [not activated](RegistryError::Loosened) until the operator
//! confirms exactly that: [`Registry::activate_loosened`]. Values that were stored as held or as secrets
//! stay so all the same.
//!
//! A swap is one assignment under a lock that no call holds. Whoever has taken an [`ApprovalEngine`] or a
//! [`Tenant`](crate::Tenant) keeps that version until it is dropped: calls in flight end where they began, and the old
//! code is freed with the last of them. So a host asks **for each call**: [`active`](Registry::active) for what is new,
//! [`version`](Registry::version) for what was begun on a certain one. A tenant it keeps as long as the engine is the same
//! one, by [`digest`](ApprovalEngine::digest), because what the engine has made of the settings is kept in it; after a
//! swap it makes another and drops the former.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::digest::Digest;
use crate::engine::ApprovalEngine;
use crate::error::LoadError;
use crate::redact::in_error;
use crate::runtime::{self, Runtime};

mod loosened;

pub use loosened::Loosened;

/// Loads, keeps and swaps engines. Shared by reference; every function is atomic.
#[derive(Debug)]
pub struct Registry {
    runtime: Runtime,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    pinned: BTreeSet<Digest>,
    loaded: BTreeMap<Digest, ApprovalEngine>,
    active: BTreeMap<String, Digest>,
}

/// A loaded version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Which engine it is a version of, by its own description.
    pub id: String,
    /// What it calls itself.
    pub version: String,
    /// What it is.
    pub digest: Digest,
    /// Whether new calls go to it.
    pub active: bool,
    /// Engines and tenants in the hands of callers. When an inactive version has none, its last call has ended.
    pub held: usize,
}

/// What a swap did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The engine whose version changed.
    pub id: String,
    /// Where new calls go.
    pub active: Digest,
    /// Where they went before. Activating it again rolls the swap back.
    pub former: Option<Digest>,
}

/// What a registry cannot do, and who has to act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The operator: this component is not among those that may run.
    #[error(
        "the component with SHA-256 {digest} is not pinned: see where it comes from, and then add it to \
         `engines.pinned`"
    )]
    NotPinned {
        /// What it is.
        digest: Digest,
    },
    /// The component is no engine that this host can run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The operator: something was begun on this version and waits for it.
    #[error("no engine with SHA-256 {digest} is loaded: load that component again")]
    NotLoaded {
        /// What it is.
        digest: Digest,
    },
    /// The operator: the version asks for more than the active one. Nothing has changed.
    #[error(
        "the engine {id} with SHA-256 {digest} asks for more than the active version: {loosened}: see why, and confirm \
         it with `Registry::activate_loosened`, or keep the active version", id = in_error(.id)
    )]
    Loosened {
        /// The engine's id.
        id: String,
        /// What was to be activated.
        digest: Digest,
        /// What it describes otherwise. To be shown to the operator, and handed back when the operator confirms it.
        loosened: Box<Loosened>,
    },
    /// The operator: no version of this engine takes new calls.
    #[error("no version of the engine {id} is active: load one and activate it", id = in_error(.id))]
    NoneActive {
        /// The engine's id.
        id: String,
    },
    /// The operator: new calls go to this version.
    #[error(
        "the engine with SHA-256 {digest} is the active version of {id}: activate another before unloading it",
        id = in_error(.id)
    )]
    Active {
        /// The engine's id.
        id: String,
        /// What it is.
        digest: Digest,
    },
}

impl Registry {
    /// An empty registry in which the components with these digests may run: the operator's `engines.pinned`.
    #[must_use]
    pub fn new(runtime: Runtime, pinned: impl IntoIterator<Item = Digest>) -> Self {
        let state = State { pinned: pinned.into_iter().collect(), ..State::default() };
        Self { runtime, state: RwLock::new(state) }
    }

    /// Lets one more component run: a line that the operator has added to `engines.pinned`.
    pub fn pin(&self, digest: Digest) {
        self.write().pinned.insert(digest);
    }

    /// Loads a version beside those there are. Nothing of a component that is not pinned is so much as compiled. New
    /// calls go to it once it is [activated](Self::activate). A version that is loaded already stays as it is.
    ///
    /// # Errors
    /// - [`RegistryError::NotPinned`]: the operator has not said that it may run.
    /// - [`RegistryError::Load`]: all of [`Runtime::load`].
    pub async fn load(&self, component: &[u8]) -> Result<ApprovalEngine, RegistryError> {
        let component = component.to_vec();
        let (digest, component) = runtime::blocking(move || (Digest::of(&component), component)).await?;
        {
            let state = self.read();
            if !state.pinned.contains(&digest) {
                return Err(RegistryError::NotPinned { digest });
            }
            if let Some(engine) = state.loaded.get(&digest) {
                return Ok(engine.clone());
            }
        }
        let engine = self.runtime.load(&component).await?;
        Ok(self.write().loaded.entry(digest).or_insert(engine).clone())
    }

    /// Loads a version from a component's file.
    ///
    /// # Errors
    /// - [`LoadError::Unreadable`]: the file cannot be read.
    /// - All of [`load`](Self::load).
    pub async fn load_file(&self, path: &Path) -> Result<ApprovalEngine, RegistryError> {
        self.load(&runtime::read(path).await?).await
    }

    /// Lets new calls of its engine go to this version. Calls in flight end on the version they began on.
    ///
    /// # Errors
    /// - [`RegistryError::NotLoaded`]: there is no such version. Nothing has changed.
    /// - [`RegistryError::Loosened`]: its description has fewer held secrets, fewer secrets or more reach than that of the
    ///   active version. Nothing has changed.
    pub fn activate(&self, digest: Digest) -> Result<Swap, RegistryError> {
        self.activate_loosened(digest, &Loosened::default())
    }

    /// As [`activate`](Self::activate), although the version asks for more: the operator has seen `confirmed`, which came
    /// with the refusal, and agrees.
    ///
    /// # Errors
    /// - [`RegistryError::NotLoaded`]: there is no such version. Nothing has changed.
    /// - [`RegistryError::Loosened`]: it asks for more than was confirmed. Nothing has changed.
    pub fn activate_loosened(&self, digest: Digest, confirmed: &Loosened) -> Result<Swap, RegistryError> {
        let mut state = self.write();
        let engine = state.loaded.get(&digest).ok_or(RegistryError::NotLoaded { digest })?;
        let id = engine.description().id.clone();
        if let Some(active) = state.active.get(&id).and_then(|active| state.loaded.get(active)) {
            let loosened = Loosened::between(active.description(), engine.description());
            if !loosened.is_within(confirmed) {
                return Err(RegistryError::Loosened { id, digest, loosened: Box::new(loosened) });
            }
        }
        let former = state.active.insert(id.clone(), digest);
        Ok(Swap { id, active: digest, former })
    }

    /// The version of an engine that new calls go to. To be asked for each call, for it may be another one by then.
    ///
    /// # Errors
    /// - [`RegistryError::NoneActive`]: none has been activated.
    pub fn active(&self, id: &str) -> Result<ApprovalEngine, RegistryError> {
        let state = self.read();
        let active = state.active.get(id).and_then(|digest| state.loaded.get(digest));
        active.cloned().ok_or_else(|| RegistryError::NoneActive { id: id.to_owned() })
    }

    /// A certain version, active or not: for what was begun on it.
    ///
    /// # Errors
    /// - [`RegistryError::NotLoaded`]: there is no such version.
    pub fn version(&self, digest: Digest) -> Result<ApprovalEngine, RegistryError> {
        self.read().loaded.get(&digest).cloned().ok_or(RegistryError::NotLoaded { digest })
    }

    /// All versions that are loaded.
    #[must_use]
    pub fn versions(&self) -> Vec<Version> {
        let state = self.read();
        let version = |(digest, engine): (&Digest, &ApprovalEngine)| {
            let description = engine.description();
            Version {
                id: description.id.clone(),
                version: description.version.clone(),
                digest: *digest,
                active: state.active.get(&description.id) == Some(digest),
                // One is the registry's own.
                held: Arc::strong_count(&engine.loaded).saturating_sub(1),
            }
        };
        state.loaded.iter().map(version).collect()
    }

    /// Forgets a version. Calls in flight on it end as they would have. What is pinned to it and not in flight has no
    /// engine from here on, so a host asks its tracker first.
    ///
    /// # Errors
    /// - [`RegistryError::NotLoaded`]: there is no such version.
    /// - [`RegistryError::Active`]: new calls go to it.
    pub fn unload(&self, digest: Digest) -> Result<(), RegistryError> {
        let mut state = self.write();
        let engine = state.loaded.get(&digest).ok_or(RegistryError::NotLoaded { digest })?;
        let id = &engine.description().id;
        if state.active.get(id) == Some(&digest) {
            return Err(RegistryError::Active { id: id.clone(), digest });
        }
        state.loaded.remove(&digest);
        Ok(())
    }

    // No function leaves the state half changed, so a poisoned lock guards a sound one.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
