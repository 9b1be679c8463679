//! How much one call may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use wasmtime::ResourceLimiter;

/// Limits of one call, and of the runtime as a whole. Every one of them has a name that errors use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls that run at the same time; more wait. A quarter is kept for calls that make no requests, so that a
    /// provider that hangs delays no callback. `limits.concurrent_calls`
    pub concurrent_calls: u32,
    /// Linear memory of one instance. An ordinary call needs less than 0.5 MiB. `limits.memory_bytes`
    pub memory_bytes: usize,
    /// Time in which the engine itself computes, in steps of [`TICK`]. `limits.cpu`
    pub cpu: Duration,
    /// Wall clock of `describe`, `configure` and `handle-callback`. WeCom gives up after 5 s. `limits.pure_call`
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
    /// Log lines of one call; more are dropped and counted. `limits.log_lines`
    pub log_lines: u32,
}

/// How often a computing engine is looked at.
pub const TICK: Duration = Duration::from_millis(10);

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent_calls: 1_000,
            memory_bytes: 32 << 20,
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
        }
    }
}

/// What a call has used, readable after it has ended in whatever way.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// Requests that left the host or may have.
    pub(crate) requests: AtomicU32,
    /// The memory limit was hit. Rust then aborts, which looks like any other trap.
    pub(crate) memory_denied: AtomicBool,
    /// The CPU limit was hit.
    pub(crate) cpu_spent: AtomicBool,
}

/// Denies memory past the limit and remembers that it did.
pub(crate) struct MemoryLimiter {
    pub(crate) bytes: usize,
    pub(crate) meters: Arc<Meters>,
}

/// Entries of one table. Ours has a few hundred.
const TABLE_ELEMENTS: usize = 20_000;

/// A component is three core instances: the engine and two shims of the component model. Each may have a table; the
/// engine alone has memory.
pub(crate) const CORE_INSTANCES: u32 = 4;

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let granted = desired <= self.bytes;
        if !granted {
            self.meters.memory_denied.store(true, Ordering::Relaxed);
        }
        Ok(granted)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn memories(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }
}
