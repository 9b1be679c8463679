//! How much one call may use.

use std::fmt;
use std::sync::atomic::AtomicU32;
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
}

/// How often a computing engine is looked at, and makes room for other calls. A neighbour waits for this long.
pub const TICK: Duration = Duration::from_millis(1);

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent_calls: 1_000,
            tenant_calls: 100,
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
}

impl Meters {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { requests: AtomicU32::new(0), cpu: CpuMeter::new(limits.cpu) }
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
}

impl SpaceLimiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            memory_bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
            instances: count(limits.instances),
            memories: count(limits.memories),
            tables: count(limits.tables),
        }
    }
}

impl ResourceLimiter for SpaceLimiter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes {
            return Err(Exceeded("limits.memory_bytes").into());
        }
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.table_elements {
            return Err(Exceeded("limits.table_elements").into());
        }
        Ok(true)
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
