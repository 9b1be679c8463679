//! One runtime a process: wasmtime's engine, the pool of instances, the ticker, the services.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use tokio::sync::Semaphore;
use wasmtime::component::{Component, Linker};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, MemoryCreator, PoolingAllocationConfig,
};

use crate::bindings;
use crate::engine::ApprovalEngine;
use crate::error::{LoadError, RuntimeError};
use crate::limits::{CORE_INSTANCES, Limits, TICK};
use crate::log::LogSink;
use crate::outbound::Outbound;
use crate::pace::Pace;
use crate::state::{CallState, Purity};
use crate::tokens::TokenCache;

/// What engines reach through their imports. A runtime has one set; an engine can be given
/// [another](ApprovalEngine::with_services).
#[derive(Clone)]
pub struct Services {
    /// Carries HTTP requests.
    pub outbound: Arc<dyn Outbound>,
    /// Keeps access tokens.
    pub tokens: Arc<dyn TokenCache>,
    /// Takes log lines.
    pub log: Arc<dyn LogSink>,
    /// Keeps every credential's pace. One for all tenants of the process.
    pub pace: Arc<Pace>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Services")
    }
}

/// Where instances live.
#[derive(Clone, Default)]
pub enum Allocation {
    /// In slots that are reserved once and used again. An instance then takes microseconds.
    #[default]
    Pooling,
    /// Each in memory of its own, for machines that cannot reserve address space.
    OnDemand,
    /// Each in memory that the caller provides, for a test that looks into it.
    Custom(Arc<dyn MemoryCreator>),
}

impl fmt::Debug for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pooling => "Pooling",
            Self::OnDemand => "OnDemand",
            Self::Custom(_) => "Custom",
        })
    }
}

/// Loads engines. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) linker: Linker<CallState>,
    outbound_slots: Semaphore,
    pure_slots: Semaphore,
    pub(crate) limits: Arc<Limits>,
    pub(crate) services: Services,
}

impl Shared {
    /// The slots that calls of this kind wait for.
    pub(crate) const fn slots(&self, purity: Purity) -> &Semaphore {
        match purity {
            Purity::Pure => &self.pure_slots,
            Purity::Outbound => &self.outbound_slots,
        }
    }
}

impl Runtime {
    /// Starts a runtime.
    ///
    /// # Errors
    /// - [`RuntimeError::Unavailable`]: the machine cannot give what `limits` and `allocation` ask for.
    pub fn new(limits: Limits, allocation: &Allocation, services: Services) -> Result<Self, RuntimeError> {
        let unavailable = |error: wasmtime::Error| RuntimeError::Unavailable { reason: format!("{error:#}") };
        let engine = wasmtime::Engine::new(&config(&limits, allocation)).map_err(unavailable)?;
        let mut linker = Linker::new(&engine);
        bindings::TrackedEngine::add_to_linker::<_, Own>(&mut linker, |state| state).map_err(unavailable)?;
        tick(engine.weak()).map_err(|error| RuntimeError::Unavailable { reason: error.to_string() })?;
        // A provider that hangs holds the calls that wait for it. Callbacks have slots of their own.
        let pure = (limits.concurrent_calls / 4).max(1);
        let outbound = limits.concurrent_calls.saturating_sub(pure).max(1);
        Ok(Self(Arc::new(Shared {
            engine,
            linker,
            outbound_slots: Semaphore::new(outbound as usize),
            pure_slots: Semaphore::new(pure as usize),
            limits: Arc::new(limits),
            services,
        })))
    }

    /// Loads an engine from a component's bytes: checks it, compiles it, and asks it to describe itself.
    ///
    /// # Errors
    /// - [`LoadError::Precompiled`], [`LoadError::NoComponent`]: the bytes are something else.
    /// - [`LoadError::ForeignImports`]: it imports more than the contract gives; all of it is named.
    /// - [`LoadError::WrongContract`]: it lacks an export, or has it with another type.
    /// - [`LoadError::Description`]: `describe` failed.
    pub async fn load(&self, component: &[u8]) -> Result<ApprovalEngine, LoadError> {
        if wasmtime::Engine::detect_precompiled(component).is_some() {
            return Err(LoadError::Precompiled);
        }
        let compiled = Component::new(&self.0.engine, component)
            .map_err(|error| LoadError::NoComponent { reason: one_line(&error) })?;
        ApprovalEngine::new(self.clone(), &compiled, component).await
    }

    /// Loads an engine from a component's file.
    ///
    /// # Errors
    /// - [`LoadError::Unreadable`]: the file cannot be read.
    /// - All of [`load`](Self::load).
    pub async fn load_file(&self, path: &Path) -> Result<ApprovalEngine, LoadError> {
        let component = std::fs::read(path).map_err(|error| LoadError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        self.load(&component).await
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

/// A wasmtime error in one line.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tells `bindgen!` that the imports are implemented by the store's own data.
struct Own;

impl wasmtime::component::HasData for Own {
    type Data<'a> = &'a mut CallState;
}

fn config(limits: &Limits, allocation: &Allocation) -> Config {
    /// What an engine's stack may hold. Ours has its own of 256 KiB inside linear memory.
    const WASM_STACK: usize = 512 << 10;
    /// The difference to `WASM_STACK` is what host functions have. Overflowing it would abort the process.
    const ASYNC_STACK: usize = 2 << 20;

    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(ASYNC_STACK)
        .wasm_backtrace_max_frames(None);
    match allocation {
        Allocation::Pooling => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
        }
        Allocation::OnDemand => {}
        Allocation::Custom(creator) => {
            // No reservation and no guard: the compiled code checks every bound itself. And no mapped images, which
            // only memory that wasmtime made can have.
            config
                .with_host_memory(creator.clone())
                .memory_reservation(0)
                .memory_guard_size(0)
                .memory_init_cow(false);
        }
    }
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    /// Pages of a slot that are wiped in place and stay mapped. An ordinary call dirties fewer.
    const KEEP_RESIDENT: usize = 256 << 10;

    // One more than `concurrent_calls` may ask for: each kind of call has a slot at least.
    let calls = limits.concurrent_calls.max(2);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(CORE_INSTANCES))
        .total_memories(calls)
        .total_tables(calls.saturating_mul(CORE_INSTANCES))
        .total_stacks(calls)
        .max_memories_per_component(1)
        .max_tables_per_component(CORE_INSTANCES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memory_size(limits.memory_bytes)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Moves the epoch on, so that computing engines are looked at. Ends with the engine.
fn tick(engine: EngineWeak) -> std::io::Result<()> {
    thread::Builder::new().name(String::from("approval-epoch")).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::park_timeout(TICK);
        }
    })?;
    Ok(())
}
