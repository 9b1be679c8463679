//! Hosts as they are in production, but for the network: the default limits, a pool, and nobody to reach.

use std::sync::Arc;

use bytes::Bytes;
use host_harness::clock::SystemClock;
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{InProcess, Outbound, SendError};
use host_harness::{Allocation, ApprovalEngine, CodeCache, Limits, Runtime, Services};

use crate::Result;

/// Starts a runtime that reaches nobody.
pub(crate) fn start(cache: Option<CodeCache>) -> Result<Runtime> {
    let nowhere = |_: http::Request<Bytes>| Err(SendError::Unreachable(String::from("nowhere")));
    start_with(Limits::default(), services(Arc::new(InProcess::new(nowhere))), cache)
}

/// Starts a runtime.
pub(crate) fn start_with(limits: Limits, services: Services, cache: Option<CodeCache>) -> Result<Runtime> {
    let pool = &Allocation::Pooling;
    Ok(match cache {
        Some(cache) => Runtime::with_code_cache(limits, pool, services, cache)?,
        None => Runtime::new(limits, pool, services)?,
    })
}

/// Loads the engine into a runtime of its own.
pub(crate) async fn load(component: &[u8], cache: Option<CodeCache>) -> Result<ApprovalEngine> {
    Ok(start(cache)?.load(component).await?)
}

/// Services that log nothing.
pub(crate) fn services(outbound: Arc<dyn Outbound>) -> Services {
    Services::in_memory(outbound, Arc::new(Silence), Arc::new(SystemClock))
}

/// One thread of tokio's.
pub(crate) fn tokio() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?)
}

struct Silence;

impl LogSink for Silence {
    fn write(&self, _: &Line) {}
}
