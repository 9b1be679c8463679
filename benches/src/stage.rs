//! A callback and the tenant that it is for, ready to be handled again and again.

use std::sync::Arc;
use std::time::Duration;

use host_harness::contract::{CallbackRequest, Disposition};
use host_harness::{ApprovalEngine, Grant, Tenant};
use native_bench::clock::thread_time;

use crate::Result;
use crate::case::Callback;

/// For so many passes one more is made first and not measured: caches are cold after the others' turns.
pub(crate) const WARM_UP: u32 = 4;

#[derive(Clone, Debug)]
pub(crate) struct Staged {
    tenant: Tenant,
    request: Arc<CallbackRequest>,
}

impl Staged {
    pub(crate) fn new(engine: &ApprovalEngine, callback: &Callback) -> Self {
        let grant = Grant::trusting_description(engine, &callback.settings);
        let tenant = engine.tenant("bench", &callback.settings, &grant);
        Self { tenant, request: Arc::new(callback.request.clone()) }
    }

    /// The callback to many tenants, in memory once.
    pub(crate) fn for_each(tenants: Vec<Tenant>, callback: &Callback) -> Vec<Self> {
        let request = Arc::new(callback.request.clone());
        let staged = |tenant| Self { tenant, request: request.clone() };
        tenants.into_iter().map(staged).collect()
    }

    /// The same for a tenant whose host forgets to configure.
    pub(crate) fn without_configure(&self) -> Self {
        Self { tenant: self.tenant.without_configure(), request: self.request.clone() }
    }

    /// The same for a tenant whose settings are checked for each callback.
    pub(crate) fn without_image(&self) -> Self {
        Self { tenant: self.tenant.without_image(), request: self.request.clone() }
    }

    /// Handles it on a fresh instance, configured as the tenant has it.
    pub(crate) async fn handle(&self) -> Result<()> {
        self.tenant.handle_callback(&self.request).await?;
        Ok(())
    }

    /// What the engine makes of it: the name of the disposition in the contract.
    pub(crate) async fn outcome(&self) -> Result<&'static str> {
        Ok(match self.tenant.handle_callback(&self.request).await?.disposition {
            Disposition::VerifiedAddress => "verified-address",
            Disposition::Accepted(_) => "accepted",
            Disposition::Foreign => "foreign",
            Disposition::Ignored(_) => "ignored",
            Disposition::Refused(_) => "refused",
        })
    }
}

/// How long this thread computes for the passes, after a few that are not measured.
pub(crate) async fn timed(passes: u32, mut pass: impl AsyncFnMut() -> Result<()>) -> Result<Duration> {
    for _ in 0..passes.div_ceil(WARM_UP) {
        pass().await?;
    }
    let started = thread_time();
    for _ in 0..passes {
        pass().await?;
    }
    Ok(thread_time() - started)
}
