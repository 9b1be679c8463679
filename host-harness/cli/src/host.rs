//! The runtime that all commands share.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use host_harness::clock::SystemClock;
use host_harness::log::TracingLog;
use host_harness::outbound::https::Https;
use host_harness::{Allocation, ApprovalEngine, Limits, Runtime, RuntimeError, Services};
use tokio::net::TcpListener;

use crate::cache;
use crate::error::CliError;

/// Calls at once: those of one person, or of the demo. Each reserves some GiB of address space.
const CONCURRENT_CALLS: u32 = 16;

/// A runtime over the network. On a machine that cannot reserve the pool's address space it makes do without one.
pub(crate) fn runtime() -> Result<Runtime, CliError> {
    let services = Services::in_memory(Arc::new(Https::new()?), Arc::new(TracingLog), Arc::new(SystemClock));
    let limits = Limits { concurrent_calls: CONCURRENT_CALLS, ..Limits::default() };
    let start = |allocation| match cache::chosen() {
        Some(cache) => Runtime::with_code_cache(limits.clone(), &allocation, services.clone(), cache),
        None => Runtime::new(limits.clone(), &allocation, services.clone()),
    };
    match start(Allocation::Pooling) {
        Ok(runtime) => Ok(runtime),
        Err(RuntimeError::Unavailable { .. }) => Ok(start(Allocation::OnDemand)?),
        Err(error @ RuntimeError::Profile { .. }) => Err(error.into()),
    }
}

/// The engine in `file`, or the WeCom engine that was built with this program.
pub(crate) async fn engine(runtime: &Runtime, file: Option<&Path>) -> Result<ApprovalEngine, CliError> {
    Ok(match file {
        Some(file) => runtime.load_file(file).await?,
        None => runtime.load(wecom_component::WECOM_ENGINE).await?,
    })
}

/// Listens on this machine alone. `option` is the one that gave the port; 0 takes a free one.
pub(crate) async fn listen(port: u16, option: &'static str) -> Result<TcpListener, CliError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|reason| CliError::Port {
        port,
        option,
        reason,
    })
}
