//! The runtime that all commands share, and the engine that they run.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use host_harness::clock::SystemClock;
use host_harness::log::TracingLog;
use host_harness::outbound::https::Https;
use host_harness::{
    Allocation, ApprovalEngine, CodeCache, Limits, LoadError, Runtime, RuntimeError, Services, redact,
};
use tokio::net::TcpListener;

use crate::error::CliError;
use crate::{cache, compile};

/// Calls at once: those of one person, or of the demo. Each reserves some GiB of address space.
const CONCURRENT_CALLS: u32 = 16;

pub(crate) fn limits() -> Limits {
    Limits { concurrent_calls: CONCURRENT_CALLS, ..Limits::default() }
}

/// A runtime over the network, and where its instances live: on a machine that cannot reserve the pool's address space
/// it makes do without one, and in a process that may reserve next to none with no more than each instance uses.
fn runtime(cache: Option<CodeCache>) -> Result<(Runtime, Allocation), CliError> {
    let services = Services::in_memory(Arc::new(Https::new()?), Arc::new(TracingLog), Arc::new(SystemClock));
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        match start(&allocation, services.clone(), cache.clone()) {
            Ok(runtime) => return Ok((runtime, allocation)),
            Err(RuntimeError::Unavailable { .. } | RuntimeError::AddressSpace { .. }) => {}
            Err(error @ RuntimeError::Profile { .. }) => return Err(error.into()),
        }
    }
    Ok((start(&Allocation::Compact, services, cache)?, Allocation::Compact))
}

/// A runtime of this program's limits.
pub(crate) fn start(
    allocation: &Allocation,
    services: Services,
    cache: Option<CodeCache>,
) -> Result<Runtime, RuntimeError> {
    match cache {
        Some(cache) => Runtime::with_code_cache(limits(), allocation, services, cache),
        None => Runtime::new(limits(), allocation, services),
    }
}

/// The engine in `file`, or the WeCom engine that was built with this program.
pub(crate) async fn engine(file: Option<&Path>) -> Result<ApprovalEngine, CliError> {
    load(&component(file)?, file.is_some()).await
}

/// The component in `file`, or the WeCom engine that was built with this program.
pub(crate) fn component(file: Option<&Path>) -> Result<Cow<'static, [u8]>, CliError> {
    let Some(file) = file else { return Ok(wecom_component::WECOM_ENGINE.into()) };
    let read = std::fs::read(file).map_err(|error| LoadError::Unreadable {
        path: file.display().to_string(),
        reason: error.to_string(),
    });
    Ok(read?.into())
}

/// Loads a component. A foreign one is compiled in a process of its own, whose memory and time are limited: into the
/// cache, or into one that lasts as long as this function.
pub(crate) async fn load(component: &[u8], is_foreign: bool) -> Result<ApprovalEngine, CliError> {
    if !is_foreign {
        let (runtime, _) = runtime(cache::chosen())?;
        return Ok(runtime.load(component).await?);
    }
    let (cache, _temporary) = cache::chosen_or_temporary()?;
    let (runtime, allocation) = runtime(Some(cache.clone()))?;
    if !runtime.has_compiled(component) {
        compile::in_child(component, &cache, &allocation).await?;
        // Nothing of a stranger's is compiled here, where no limit of the system ends it.
        if !runtime.has_compiled(component) {
            let directory = redact::in_error(&cache.directory().display().to_string());
            return Err(CliError::NotKept { directory });
        }
    }
    Ok(runtime.load(component).await?)
}

/// Compiles a foreign component in a process of its own, and keeps nothing but the verdict: what compiles there within
/// the limits does so here as well.
pub(crate) async fn try_to_compile(component: &[u8]) -> Result<(), CliError> {
    let (cache, _temporary) = cache::chosen_or_temporary()?;
    compile::in_child(component, &cache, &Allocation::OnDemand).await
}

/// Listens on this machine alone. `option` is the one that gave the port; 0 takes a free one.
pub(crate) async fn listen(port: u16, option: &'static str) -> Result<TcpListener, CliError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|reason| CliError::Port {
        port,
        option,
        reason,
    })
}
