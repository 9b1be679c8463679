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
use crate::engine::{ApprovalEngine, Linked};
use crate::error::{LoadError, RuntimeError};
use crate::fuel::FuelGauge;
use crate::limits::{Limits, TICK};
use crate::log::LogSink;
use crate::outbound::Outbound;
use crate::pace::{Pace, Quota};
use crate::slots::{Slots, TenantSlots};
use crate::state::CallState;
use crate::tokens::{MemoryTokens, TokenCache};

mod features;

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
    /// Each in memory of its own, for machines that cannot reserve address space for all of them at once. Each instance
    /// still reserves 4 GiB.
    OnDemand,
    /// Each in memory of its own, of which no more is reserved than `limits.memory_bytes`: for processes with little
    /// address space. The engine's code then checks every access by itself, and takes a third longer.
    Compact,
    /// Each in memory that the caller provides, for a test that looks into it.
    Custom(Arc<dyn MemoryCreator>),
}

impl fmt::Debug for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pooling => "Pooling",
            Self::OnDemand => "OnDemand",
            Self::Compact => "Compact",
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
    /// - [`RuntimeError::AddressSpace`]: without a pool, the process may not reserve the address space of one memory.
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
        if matches!(allocation, Allocation::OnDemand) {
            probe(&engine).map_err(|error| RuntimeError::AddressSpace { reason: one_line(&error) })?;
        }
        let mut linker = Linker::new(&engine);
        bindings::KeptEngine::add_to_linker::<_, Own>(&mut linker, |state| state).map_err(unavailable)?;
        tick(engine.weak()).map_err(|error| RuntimeError::Unavailable { reason: error.to_string() })?;
        let limits = Arc::new(limits);
        Ok(Self(Arc::new(Shared {
            engine,
            linker,
            slots: Slots::of_the_host(&limits),
            tenants: TenantSlots::new(limits.clone()),
            limits,
            services,
            fuel_gauge,
            code_cache,
        })))
    }

    /// Loads an engine from a component's bytes: checks it, compiles it, and asks it to describe itself.
    ///
    /// It is read and compiled on a thread for blocking work, so other tasks of the runtime go on. That thread cannot be
    /// ended: what a hostile component costs is bounded by the limits that are checked before it is compiled. A host that
    /// loads components of strangers compiles them in a process of its own, as the command line does: see
    /// [`precompile`](Self::precompile).
    ///
    /// # Errors
    /// - [`LoadError::Precompiled`], [`LoadError::NoComponent`]: the bytes are something else, or cannot be counted.
    /// - [`LoadError::Exceeds`]: it comes to more than a limit allows, in bytes, in code or in instances.
    /// - [`LoadError::Proposal`]: it uses a part of WebAssembly that is switched off.
    /// - [`LoadError::ForeignImports`]: it imports more than the contract gives; all of it is named.
    /// - [`LoadError::NewerContract`], [`LoadError::OlderContract`]: it is built for another version of the contract.
    /// - [`LoadError::WrongContract`]: it lacks an export, or has it with another type.
    /// - [`LoadError::Host`]: this process may not have what an instance takes.
    /// - [`LoadError::Description`]: `describe` failed.
    pub async fn load(&self, component: &[u8]) -> Result<ApprovalEngine, LoadError> {
        self.check_size(component)?;
        self.load_owned(component.to_vec()).await
    }

    /// Loads an engine from a component's file.
    ///
    /// # Errors
    /// - [`LoadError::Unreadable`]: the file cannot be read.
    /// - All of [`load`](Self::load).
    pub async fn load_file(&self, path: &Path) -> Result<ApprovalEngine, LoadError> {
        self.load_owned(read(path).await?).await
    }

    async fn load_owned(&self, component: Vec<u8>) -> Result<ApprovalEngine, LoadError> {
        let runtime = self.clone();
        let linked = blocking(move || {
            let (compiled, _kept) = runtime.compile(&component)?;
            Linked::new(&runtime, compiled, &component)
        });
        ApprovalEngine::describe(self.clone(), linked.await??).await
    }

    /// Compiles a component into the code cache, and does nothing else with it: for a process of its own, whose memory
    /// and time the system limits. The host that shares the cache then loads what has been compiled. It blocks.
    ///
    /// # Errors
    /// - [`LoadError::Precompiled`], [`LoadError::NoComponent`], [`LoadError::Exceeds`], [`LoadError::Proposal`],
    ///   [`LoadError::ForeignImports`]: as of [`load`](Self::load).
    /// - [`LoadError::NotKept`]: the code cache cannot be written.
    pub fn precompile(&self, component: &[u8]) -> Result<(), LoadError> {
        let (_compiled, kept) = self.compile(component)?;
        kept.map_err(|reason| LoadError::NotKept { reason })
    }

    /// Whether the code cache has this component, so that [`load`](Self::load) does not compile it. It reads no entry:
    /// one that turns out to be damaged is compiled again.
    #[must_use]
    pub fn has_compiled(&self, component: &[u8]) -> bool {
        self.0.code_cache.as_ref().is_some_and(|cache| cache.has(&self.0.engine, component))
    }

    fn check_size(&self, component: &[u8]) -> Result<(), LoadError> {
        if wasmtime::Engine::detect_precompiled(component).is_some() {
            return Err(LoadError::Precompiled);
        }
        census::check_size(component, &self.0.limits)
    }

    /// The compiled component, and whether the code cache has it, if there is one.
    fn compile(&self, component: &[u8]) -> Result<(Component, Result<(), String>), LoadError> {
        self.check_size(component)?;
        census::check(component, &self.0.limits)?;
        let engine = &self.0.engine;
        let compiled = match &self.0.code_cache {
            Some(cache) => cache.component(engine, component, &*self.0.services.log),
            None => Component::new(engine, component).map(|compiled| (compiled, Ok(()))),
        };
        compiled.map_err(|error| {
            let reason = one_line(&error);
            match features::missing(&error) {
                Some(proposal) => LoadError::Proposal { proposal, reason },
                None if is_shortage(&error) => LoadError::Host { reason },
                None => LoadError::NoComponent { reason },
            }
        })
    }
}

/// The bytes of a component's file.
pub(crate) async fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let path = path.to_owned();
    blocking(move || {
        std::fs::read(&path).map_err(|error| LoadError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        })
    })
    .await?
}

/// Work that takes milliseconds and more, on a thread that no task waits for.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LoadError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|ended| LoadError::Host { reason: format!("the thread for it has ended: {ended}") })
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

/// Whether the system has refused memory.
fn is_shortage(error: &wasmtime::Error) -> bool {
    let refused = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        let io = io.is_some_and(|error| error.kind() == std::io::ErrorKind::OutOfMemory);
        #[cfg(unix)]
        let io = io || cause.downcast_ref::<rustix::io::Errno>() == Some(&rustix::io::Errno::NOMEM);
        io
    };
    error.chain().any(refused)
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
        .wasm_features(features::OFF, false)
        // A NaN's sign and payload differ by processor, and an engine could tell one from another by them.
        .cranelift_nan_canonicalization(true)
        .max_wasm_stack(limits.stack_bytes)
        .async_stack_size(limits.stack_bytes.saturating_add(HOST_STACK))
        .wasm_backtrace_max_frames(None);
    match allocation {
        Allocation::Pooling => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
        }
        Allocation::OnDemand => {}
        Allocation::Compact => {
            /// Past the end of a memory, for the accesses that need no check of their own.
            const GUARD: u64 = 64 << 10;
            config
                .memory_reservation(u64::try_from(limits.memory_bytes).unwrap_or(u64::MAX))
                .memory_reservation_for_growth(0)
                .memory_guard_size(GUARD);
        }
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

/// Makes one memory and drops it again: whether the process may reserve what each instance does.
fn probe(engine: &wasmtime::Engine) -> wasmtime::Result<()> {
    let mut store = wasmtime::Store::new(engine, ());
    wasmtime::Memory::new(&mut store, wasmtime::MemoryType::new(0, None)).map(drop)
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
