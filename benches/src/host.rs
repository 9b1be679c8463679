//! A host as it is in production, but for the network: the default limits, a pool, and nowhere to go.

use std::sync::Arc;

use bytes::Bytes;
use host_harness::clock::SystemClock;
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{InProcess, SendError};
use host_harness::{Allocation, ApprovalEngine, CodeCache, Limits, Runtime, Services};

use crate::Result;

/// Loads the engine into a runtime of its own.
pub(crate) async fn load(component: &[u8], cache: Option<CodeCache>) -> Result<ApprovalEngine> {
    let (limits, pool, services) = (Limits::default(), &Allocation::Pooling, services());
    let runtime = match cache {
        Some(cache) => Runtime::with_code_cache(limits, pool, services, cache)?,
        None => Runtime::new(limits, pool, services)?,
    };
    Ok(runtime.load(component).await?)
}

/// Services that reach nothing.
pub(crate) fn services() -> Services {
    let nowhere = |_: http::Request<Bytes>| Err(SendError::Unreachable(String::from("nowhere")));
    Services::in_memory(Arc::new(InProcess::new(nowhere)), Arc::new(Silence), Arc::new(SystemClock))
}

/// One thread of tokio's.
pub(crate) fn tokio() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?)
}

struct Silence;

impl LogSink for Silence {
    fn write(&self, _: &Line) {}
}
