//! How much one call may use.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::cpu::CpuMeter;

/// Limits of one call, and of the runtime as a whole. Every one of them has a name that errors use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls that run at the same time; more wait. A quarter is kept for calls that make no requests, so that a
    /// provider that hangs delays no callback. `limits.concurrent_calls`
    pub concurrent_calls: u32,
    /// Calls of one tenant that run at the same time, of each of the two kinds; more wait. One tenant whose provider
    /// hangs, or whose engine never ends, leaves the other slots to the others. `limits.tenant_calls`
    pub tenant_calls: u32,
    /// Linear memories and tables of all calls together, whatever each of them may have. One tenant of an engine may have a
    /// quarter of it, or what one call may, so that it leaves the rest to the others. A call that would take more ends
    /// with [`Overloaded`](crate::CallFailure::Overloaded). Besides it each call has its stack, its requests and responses,
    /// and what the host copies for it, which have limits of their own. `limits.total_memory_bytes`
    pub total_memory_bytes: usize,
    /// The component's file. Ours has half a mebibyte. `limits.component_bytes`
    pub component_bytes: usize,
    /// Functions of all modules in a component, used or not: all are compiled. `limits.functions`
    pub functions: u32,
    /// The largest function of a component. `limits.function_bytes`
    pub function_bytes: usize,
    /// Locals of one function, its parameters among them. `limits.function_locals`
    pub function_locals: u32,
    /// Bytes times locals of each function, added up: what its variables in its loops can cost the compiler.
    /// `limits.local_bytes`
    pub local_bytes: u64,
    /// Values that the calls, branches and blocks of all functions carry: each takes two bytes, whatever it hands over.
    /// `limits.values`
    pub values: u64,
    /// Types of a component, with their fields, cases, parameters and declarations. `limits.types`
    pub types: u32,
    /// Functions that a component lowers, in every instance of a component inside it, times `types`: what the code
    /// between two components inside it can come to. `limits.adapter_types`
    pub adapter_types: u64,
    /// Other definitions of a component, counted in every instance of a component inside it. `limits.definitions`
    pub definitions: u32,
    /// Components inside components inside a component, types of such among them. `limits.nesting`
    pub nesting: u32,
    /// Instances of components inside a component: ours has one for each interface. `limits.component_instances`
    pub component_instances: u32,
    /// Core instances of one engine: our own is one, and two shims of the component model. `limits.instances`
    pub instances: u32,
    /// Linear memories of one engine. `limits.memories`
    pub memories: u32,
    /// Each linear memory. Ours begins with 768 KiB, and an ordinary call needs no more. `limits.memory_bytes`
    pub memory_bytes: usize,
    /// Tables of one engine: ours has its own, and one of a shim. `limits.tables`
    pub tables: u32,
    /// Entries of each table. Ours has a few hundred. `limits.table_elements`
    pub table_elements: usize,
    /// The stack that the engine's functions call each other on. A Rust engine has another of its own in its memory.
    /// `limits.stack_bytes`
    pub stack_bytes: usize,
    /// Time in which the call computes: the engine, and what the host does for it at once, such as copying. Waiting
    /// costs none, and neither does the work of [`Services`](crate::Services). `limits.cpu`
    pub cpu: Duration,
    /// Wall clock of a call that may not reach out: `describe`, `configure`, `handle-callback`, `resolve-user` with depth
    /// `mapping`, images. WeCom gives up after 5 s. `limits.pure_call`
    pub pure_call: Duration,
    /// Wall clock of the functions that call out. `limits.outbound_call`
    pub outbound_call: Duration,
    /// Wall clock of one HTTP request. `limits.request`
    pub request: Duration,
    /// HTTP requests of one call. `limits.requests`
    pub requests: u32,
    /// Body of one HTTP request. `limits.request_bytes`
    pub request_bytes: usize,
    /// Body of one HTTP response. `limits.response_bytes`
    pub response_bytes: usize,
    /// Query, headers and body of one callback. `limits.callback_bytes`
    pub callback_bytes: usize,
    /// What the engine can make the host copy in one crossing between the two. `limits.copied_bytes`
    pub copied_bytes: usize,
    /// Log lines of one call, the engine's and the host's own each; more are dropped, and one line says so.
    /// `limits.log_lines`
    pub log_lines: u32,
    /// Bytes of those lines, after each has been cut to its own size. `limits.log_bytes`
    pub log_bytes: usize,
    /// What a recording keeps of one call's imports, as it is kept in memory. One that hit it is cut there, says so, and is
    /// not replayed. `limits.recording_bytes`
    pub recording_bytes: usize,
}

/// How often a computing engine is looked at, and makes room for other calls. A neighbour waits for this long.
pub const TICK: Duration = Duration::from_millis(1);

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent_calls: 1_000,
            tenant_calls: 100,
            total_memory_bytes: 4_usize.saturating_mul(1 << 30),
            component_bytes: 4 << 20,
            functions: 20_000,
            function_bytes: 1 << 20,
            function_locals: 5_000,
            local_bytes: 500_000_000,
            values: 150_000,
            types: 50_000,
            adapter_types: 5_000_000,
            definitions: 50_000,
            nesting: 64,
            component_instances: 64,
            instances: 4,
            memories: 1,
            memory_bytes: 32 << 20,
            tables: 4,
            table_elements: 20_000,
            stack_bytes: 512 << 10,
            cpu: Duration::from_millis(200),
            pure_call: Duration::from_secs(2),
            outbound_call: Duration::from_secs(30),
            request: Duration::from_secs(10),
            requests: 64,
            request_bytes: 1 << 20,
            response_bytes: 4 << 20,
            callback_bytes: 2 << 20,
            copied_bytes: 16 << 20,
            log_lines: 64,
            log_bytes: 64 << 10,
            recording_bytes: 32 << 20,
        }
    }
}

/// What a call has used, readable after it has ended in whatever way.
#[derive(Debug)]
pub(crate) struct Meters {
    /// Requests that left the host or may have.
    pub(crate) requests: AtomicU32,
    /// The time it has computed.
    pub(crate) cpu: CpuMeter,
    /// What it shares with all other calls.
    pub(crate) total_memory: Arc<TotalMemory>,
}

impl Meters {
    pub(crate) fn new(limits: &Limits, total_memory: Arc<TotalMemory>) -> Self {
        Self { requests: AtomicU32::new(0), cpu: CpuMeter::new(limits.cpu), total_memory }
    }
}

/// A limit was hit. Travels through wasmtime as the reason why it ended the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded(pub(crate) &'static str);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Exceeded {}

/// Bytes of the memories and tables of all calls that run, or of one tenant's.
#[derive(Debug)]
pub(crate) struct TotalMemory {
    limit: usize,
    taken: AtomicUsize,
}

impl TotalMemory {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limit: limits.total_memory_bytes, taken: AtomicUsize::new(0) }
    }

    /// What one tenant may have of it: a quarter, or all that one call may.
    pub(crate) fn share(limits: &Limits) -> Self {
        let tables = limits.table_elements.saturating_mul(ENTRY);
        let call = limits.memory_bytes.saturating_add(tables);
        let limit = (limits.total_memory_bytes / 4).max(call).min(limits.total_memory_bytes);
        Self { limit, taken: AtomicUsize::new(0) }
    }

    /// Takes more, unless that is more than there may be.
    fn take(&self, bytes: usize) -> bool {
        let more = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= self.limit);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Ends a call that wants more memory or larger tables than allowed.
///
/// The instruction could answer -1 instead, and Rust would abort. That trap looks like any other, and an engine that
/// goes on and fails later would be told as one that has too little memory.
pub(crate) struct SpaceLimiter {
    memory_bytes: usize,
    table_elements: usize,
    instances: usize,
    memories: usize,
    tables: usize,
    total: Arc<TotalMemory>,
    /// The tenant's share of it.
    share: Arc<TotalMemory>,
    /// What this call has of both.
    taken: usize,
}

impl SpaceLimiter {
    pub(crate) fn new(limits: &Limits, total: Arc<TotalMemory>, share: Arc<TotalMemory>) -> Self {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            memory_bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
            instances: count(limits.instances),
            memories: count(limits.memories),
            tables: count(limits.tables),
            total,
            share,
            taken: 0,
        }
    }

    fn grow(&mut self, current: usize, desired: usize) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        if !self.share.take(more) {
            return Err(Exceeded(TOTAL_MEMORY).into());
        }
        if !self.total.take(more) {
            self.share.give_back(more);
            return Err(Exceeded(TOTAL_MEMORY).into());
        }
        self.taken = self.taken.saturating_add(more);
        Ok(true)
    }
}

impl Drop for SpaceLimiter {
    fn drop(&mut self) {
        self.total.give_back(self.taken);
        self.share.give_back(self.taken);
    }
}

/// Bytes of a table's entry.
const ENTRY: usize = size_of::<usize>();

/// The one limit of a call that others have used up.
pub(crate) const TOTAL_MEMORY: &str = "limits.total_memory_bytes";

impl ResourceLimiter for SpaceLimiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes {
            return Err(Exceeded("limits.memory_bytes").into());
        }
        self.grow(current, desired)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.table_elements {
            return Err(Exceeded("limits.table_elements").into());
        }
        self.grow(current.saturating_mul(ENTRY), desired.saturating_mul(ENTRY))
    }

    fn memories(&self) -> usize {
        self.memories
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn instances(&self) -> usize {
        self.instances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_has_taken_is_given_back_when_it_ends() {
        let limits = Limits { total_memory_bytes: 100, ..Limits::default() };
        let total = Arc::new(TotalMemory::new(&limits));
        let limiter = || SpaceLimiter::new(&limits, total.clone(), Arc::new(TotalMemory::share(&limits)));
        let exceeded = |error: wasmtime::Error| error.downcast_ref::<Exceeded>().copied();
        let (mut first, mut second) = (limiter(), limiter());
        assert!(first.memory_growing(0, 60, None).unwrap());
        assert!(second.memory_growing(0, 40, None).unwrap());
        let refused = second.memory_growing(40, 41, None).map_err(exceeded);
        assert_eq!(refused, Err(Some(Exceeded(TOTAL_MEMORY))));
        assert_eq!(first.table_growing(0, 1, None).map_err(exceeded), Err(Some(Exceeded(TOTAL_MEMORY))));
        drop(first);
        assert!(second.memory_growing(40, 100, None).unwrap());
        drop(second);
        assert_eq!(total.taken.load(Ordering::Relaxed), 0);
    }
}
