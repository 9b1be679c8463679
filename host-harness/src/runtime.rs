//! One runtime a process: wasmtime's engine, the pool of instances, the ticker, the services.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use wasmtime::component::{Component, Linker};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, MemoryCreator, PoolingAllocationConfig,
};

use crate::bindings;
use crate::census;
use crate::clock::Clock;
use crate::code_cache::CodeCache;
use crate::engine::ApprovalEngine;
use crate::error::{LoadError, RuntimeError};
use crate::fuel::FuelGauge;
use crate::limits::{Limits, TICK};
use crate::log::LogSink;
use crate::outbound::Outbound;
use crate::pace::{Pace, Quota};
use crate::slots::{Slots, TenantSlots};
use crate::state::CallState;
use crate::tokens::{MemoryTokens, TokenCache};

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

impl Services {
    /// For a host of one process: tokens and pace are kept in memory.
    #[must_use]
    pub fn in_memory(outbound: Arc<dyn Outbound>, log: Arc<dyn LogSink>, clock: Arc<dyn Clock>) -> Self {
        let tokens = Arc::new(MemoryTokens::new(clock.clone()));
        Self { outbound, tokens, log, pace: Arc::new(Pace::new(clock, Quota::default())) }
    }
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
    pub(crate) slots: Slots,
    pub(crate) tenants: TenantSlots,
    pub(crate) limits: Arc<Limits>,
    pub(crate) services: Services,
    pub(crate) fuel_gauge: Option<Arc<FuelGauge>>,
    code_cache: Option<CodeCache>,
}

impl Runtime {
    /// Starts a runtime.
    ///
    /// # Errors
    /// - [`RuntimeError::Unavailable`]: the machine cannot give what `limits` and `allocation` ask for.
    pub fn new(limits: Limits, allocation: &Allocation, services: Services) -> Result<Self, RuntimeError> {
        Self::start(limits, allocation, services, None, None)
    }

    /// Starts a runtime that keeps what it compiles.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn with_code_cache(
        limits: Limits,
        allocation: &Allocation,
        services: Services,
        code_cache: CodeCache,
    ) -> Result<Self, RuntimeError> {
        Self::start(limits, allocation, services, Some(code_cache), None)
    }

    /// Starts a runtime whose engines are slower, and whose calls are counted in instructions. For tests of speed that no
    /// machine disturbs.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn with_fuel_gauge(
        limits: Limits,
        allocation: &Allocation,
        services: Services,
        fuel_gauge: Arc<FuelGauge>,
    ) -> Result<Self, RuntimeError> {
        Self::start(limits, allocation, services, None, Some(fuel_gauge))
    }

    fn start(
        limits: Limits,
        allocation: &Allocation,
        services: Services,
        code_cache: Option<CodeCache>,
        fuel_gauge: Option<Arc<FuelGauge>>,
    ) -> Result<Self, RuntimeError> {
        let unavailable = |error: wasmtime::Error| RuntimeError::Unavailable { reason: format!("{error:#}") };
        let mut config = config(&limits, allocation);
        config.consume_fuel(fuel_gauge.is_some());
        let engine = wasmtime::Engine::new(&config).map_err(unavailable)?;
        let mut linker = Linker::new(&engine);
        bindings::KeptEngine::add_to_linker::<_, Own>(&mut linker, |state| state).map_err(unavailable)?;
        tick(engine.weak()).map_err(|error| RuntimeError::Unavailable { reason: error.to_string() })?;
        Ok(Self(Arc::new(Shared {
            engine,
            linker,
            slots: Slots::of_the_host(limits.concurrent_calls),
            tenants: TenantSlots::new(limits.tenant_calls),
            limits: Arc::new(limits),
            services,
            fuel_gauge,
            code_cache,
        })))
    }

    /// Loads an engine from a component's bytes: checks it, compiles it, and asks it to describe itself.
    ///
    /// # Errors
    /// - [`LoadError::Precompiled`], [`LoadError::NoComponent`]: the bytes are something else.
    /// - [`LoadError::Exceeds`]: it needs more instances, memory or tables than the limits allow.
    /// - [`LoadError::ForeignImports`]: it imports more than the contract gives; all of it is named.
    /// - [`LoadError::NewerContract`], [`LoadError::OlderContract`]: it is built for another version of the contract.
    /// - [`LoadError::WrongContract`]: it lacks an export, or has it with another type.
    /// - [`LoadError::Description`]: `describe` failed.
    pub async fn load(&self, component: &[u8]) -> Result<ApprovalEngine, LoadError> {
        if wasmtime::Engine::detect_precompiled(component).is_some() {
            return Err(LoadError::Precompiled);
        }
        census::check(component, &self.0.limits)?;
        let engine = &self.0.engine;
        let compiled = match &self.0.code_cache {
            Some(cache) => cache.component(engine, component, &*self.0.services.log),
            None => Component::new(engine, component),
        };
        let compiled = compiled.map_err(|error| LoadError::NoComponent { reason: one_line(&error) })?;
        ApprovalEngine::new(self.clone(), &compiled, component).await
    }

    /// Loads an engine from a component's file.
    ///
    /// # Errors
    /// - [`LoadError::Unreadable`]: the file cannot be read.
    /// - All of [`load`](Self::load).
    pub async fn load_file(&self, path: &Path) -> Result<ApprovalEngine, LoadError> {
        self.load(&read(path)?).await
    }
}

/// The bytes of a component's file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path).map_err(|error| LoadError::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    })
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
    /// What host functions have on top of the engine's stack. Overflowing it would abort the process.
    const HOST_STACK: usize = 3 << 19;

    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .async_stack_size(limits.stack_bytes.saturating_add(HOST_STACK))
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
        .total_core_instances(calls.saturating_mul(limits.instances))
        .total_memories(calls.saturating_mul(limits.memories))
        .total_tables(calls.saturating_mul(limits.tables))
        .total_stacks(calls)
        .max_memories_per_component(limits.memories)
        .max_memories_per_module(limits.memories)
        .max_tables_per_component(limits.tables)
        .max_tables_per_module(limits.tables)
        .max_core_instances_per_component(limits.instances)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
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
