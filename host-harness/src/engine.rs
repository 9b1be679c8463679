//! A loaded engine: checked, compiled, described.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre};

use crate::call::{Call, Indices};
use crate::contract::version::{self, Unspoken};
use crate::contract::{Description, PACKAGE, Reach, allows_import};
use crate::digest::Digest;
use crate::egress::{Egress, Origin};
use crate::error::{CallFailure, LoadError};
use crate::redact::Known;
use crate::runtime::{Runtime, Services, one_line};
use crate::settings::Settings;
use crate::state::{CallState, Identity, Purity};
use crate::tenant::{Grant, Tenant};
use crate::tokens::Scope;

/// An engine, ready to be called. Cheap to clone; compiled once.
#[derive(Clone)]
pub struct ApprovalEngine {
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) services: Services,
}

pub(crate) struct Loaded {
    pub(crate) runtime: Runtime,
    pub(crate) pre: InstancePre<CallState>,
    pub(crate) indices: Indices,
    pub(crate) component: Component,
    description: Description,
    digest: Digest,
    size: usize,
    imports: Vec<String>,
    exports: Vec<String>,
}

/// A component that is compiled and fits the contract by its names. It has not said anything of itself.
pub(crate) struct Linked {
    pre: InstancePre<CallState>,
    indices: Indices,
    component: Component,
    digest: Digest,
    size: usize,
    imports: Vec<String>,
    exports: Vec<String>,
    /// The version of the contract that the component names, when it is newer than the host's.
    newer: Option<Unspoken>,
}

impl Linked {
    /// Checks what a component imports and exports. Takes milliseconds, and the digest of a large one more.
    pub(crate) fn new(runtime: &Runtime, component: Component, bytes: &[u8]) -> Result<Self, LoadError> {
        let engine = &runtime.0.engine;
        let ty = component.component_type();
        // An instance without functions or resources gives nothing: it only names types.
        let imports: Vec<String> = ty
            .imports(engine)
            .filter(|(_, import)| !names_types_only(&import.ty, engine))
            .map(|(name, _)| name.to_owned())
            .collect();
        let exports: Vec<String> = ty.exports(engine).map(|(name, _)| name.to_owned()).collect();
        let (reached, offered) = (imports.iter().map(String::as_str), exports.iter().map(String::as_str));
        version::bind(&version::SPOKEN, reached.clone(), offered.clone())?;
        let newer = version::newer(&version::SPOKEN, reached.chain(offered));
        let foreign: Vec<String> = imports.iter().filter(|name| !allows_import(name)).cloned().collect();
        if !foreign.is_empty() {
            let ours = foreign.iter().all(|name| name.starts_with(PACKAGE));
            return Err(match newer.filter(|_| ours) {
                Some(newer) => newer_contract(newer, format!("it imports {}", foreign.join(", "))),
                None => LoadError::ForeignImports { imports: foreign },
            });
        }
        let wrong = |error: &wasmtime::Error| misfit(newer.as_ref(), one_line(error));
        let pre = runtime.0.linker.instantiate_pre(&component).map_err(|error| wrong(&error))?;
        let indices = Indices::new(&pre).map_err(|error| wrong(&error))?;
        let digest = Digest::of(bytes);
        Ok(Self { pre, indices, component, digest, size: bytes.len(), imports, exports, newer })
    }
}

impl ApprovalEngine {
    /// Asks the engine to describe itself.
    pub(crate) async fn describe(runtime: Runtime, linked: Linked) -> Result<Self, LoadError> {
        let Linked { pre, indices, component, digest, size, imports, exports, newer } = linked;
        let wrong = |reason: String| misfit(newer.as_ref(), reason);
        let services = runtime.0.services.clone();
        let describe = Call {
            runtime: &runtime,
            services: &services,
            pre: &pre,
            indices: &indices,
            identity: Arc::new(Identity {
                engine: String::from("undescribed"),
                tenant: String::from("-"),
                scope: Scope::of([]),
                credential: Scope::of([]),
                held: std::collections::BTreeMap::new(),
                secrets: Known::default(),
                unseen: Known::default(),
                egress: Egress::default(),
                slots: runtime.0.tenants.of("undescribed", "-"),
            }),
            purity: Purity::Pure,
            settings: None,
            unfit: &[],
            image: None,
            tape: None,
        };
        // wasmtime compares the types of exports with ours when it finds them in an instance, and not before.
        let mut unfit = None;
        let described = describe
            .run(async |store, callee| {
                let fits = indices.compare(store, &callee.instance);
                fits.inspect_err(|error| unfit = Some(one_line(error)))?;
                callee.approval_engine(store)?.call_describe(store).await
            })
            .await;
        let description = described.map_err(|call| match (unfit, call.error) {
            (Some(reason), _) => wrong(reason),
            // Names and types were compared before: what is left is what an instance takes of this machine.
            (None, CallFailure::Host { reason }) => LoadError::Host { reason },
            (None, failure) => LoadError::Description(failure),
        })?;

        // The id stands in every log line.
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&description.id.len()) || !description.id.chars().all(sound) {
            return Err(LoadError::WrongContract {
                reason: String::from("its id is not 1 to 64 lower-case letters, digits and hyphens"),
            });
        }

        let loaded = Loaded { digest, size, component, runtime, pre, indices, description, imports, exports };
        Ok(Self { loaded: Arc::new(loaded), services })
    }

    /// The same engine, reaching out through other services: a tenant with an egress of its own, or a test.
    #[must_use]
    pub fn with_services(&self, services: Services) -> Self {
        Self { loaded: self.loaded.clone(), services }
    }

    /// What the engine says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    /// The origins that its description asks for, with the settings' values in place. To be shown to the operator, who
    /// confirms them in [`Grant::origins`]. A setting whose value is held names no origin.
    #[must_use]
    pub fn origins(&self, settings: &Settings) -> BTreeSet<Origin> {
        let reaches = &self.loaded.description.reaches;
        let set = |key: &str| {
            settings.value(key).filter(|value| !value.expose().is_empty() && !settings.is_held(key))
        };
        let replaced = reaches.iter().any(|reach| match reach {
            Reach::Setting(key) => set(key).is_some(),
            Reach::Origin(_) => false,
        });
        reaches
            .iter()
            .filter_map(|reach| match reach {
                Reach::Setting(key) => Origin::of(set(key)?.expose()),
                Reach::Origin(origin) if !replaced => Origin::of(origin),
                Reach::Origin(_) => None,
            })
            .collect()
    }

    /// SHA-256 of the component: which engine it is.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.loaded.digest
    }

    /// Bytes of the component.
    #[must_use]
    pub fn size(&self) -> usize {
        self.loaded.size
    }

    /// What it imports: all that it can reach.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.loaded.imports
    }

    /// Whether it tells the state of approvals: `fetch`, `find-submission` and `list-submitted`.
    #[must_use]
    pub fn offers_tracking(&self) -> bool {
        self.loaded.indices.tracking.is_some()
    }

    /// Whether it diagnoses connections: `check` and `provision`.
    #[must_use]
    pub fn offers_diagnostics(&self) -> bool {
        self.loaded.indices.diagnostics.is_some()
    }

    /// Whether it gives images of its configurations, so that a [`Tenant`] configures it once: `save` and `restore`.
    #[must_use]
    pub fn offers_images(&self) -> bool {
        self.loaded.indices.images().is_some()
    }

    /// What it exports.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.loaded.exports
    }

    /// This engine with one tenant's settings and grants. To be kept, and cloned: it learns what the engine makes of the
    /// settings, and one that is made anew for a call has them checked again. Nothing is checked yet: see
    /// [`configure`](Tenant::configure).
    #[must_use]
    pub fn tenant(&self, id: &str, settings: &Settings, grant: &Grant) -> Tenant {
        Tenant::new(self.clone(), id, settings, grant)
    }
}

/// A component that lacks what the contract asks for, or has it with another type.
fn misfit(newer: Option<&Unspoken>, reason: String) -> LoadError {
    match newer {
        Some(newer) => newer_contract(newer.clone(), reason),
        None => LoadError::WrongContract { reason },
    }
}

/// An engine of a later patch that does not link after all: within a line that is a breach of the contract, or an
/// interface that this host does not have yet.
fn newer_contract(newer: Unspoken, reason: String) -> LoadError {
    LoadError::NewerContract { engine: newer.engine, host: newer.host, reason: Some(reason) }
}

fn names_types_only(item: &ComponentItem, engine: &wasmtime::Engine) -> bool {
    match item {
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).all(|(_, item)| matches!(item.ty, ComponentItem::Type(_)))
        }
        ComponentItem::Type(_) => true,
        ComponentItem::ComponentFunc(_)
        | ComponentItem::CoreFunc(_)
        | ComponentItem::Module(_)
        | ComponentItem::Component(_)
        | ComponentItem::Resource(_) => false,
    }
}

impl fmt::Debug for ApprovalEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalEngine")
            .field("id", &self.loaded.description.id)
            .field("version", &self.loaded.description.version)
            .field("digest", &self.loaded.digest)
            .finish_non_exhaustive()
    }
}
