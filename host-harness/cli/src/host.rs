//! The runtime that all commands share.

use std::path::Path;
use std::sync::Arc;

use host_harness::clock::SystemClock;
use host_harness::log::TracingLog;
use host_harness::outbound::https::Https;
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, ApprovalEngine, Limits, Runtime, Services};

use crate::error::CliError;

/// A runtime over the network.
pub(crate) fn runtime() -> Result<Runtime, CliError> {
    let services = Services {
        outbound: Arc::new(Https::new()?),
        tokens: Arc::new(MemoryTokens::new(Arc::new(SystemClock))),
        log: Arc::new(TracingLog),
    };
    Ok(Runtime::new(Limits::default(), &Allocation::Pooling, services)?)
}

/// The engine in `file`, or the WeCom engine that was built with this program.
pub(crate) async fn engine(runtime: &Runtime, file: Option<&Path>) -> Result<ApprovalEngine, CliError> {
    Ok(match file {
        Some(file) => runtime.load_file(file).await?,
        None => runtime.load(wecom_component::WECOM_ENGINE).await?,
    })
}
