//! Calls that wait for a provider who does not answer until told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use host_harness::contract::Depth;
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::{CodeCache, Limits, Tenant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wecom_provider::props;

use super::{Resident, resident};
use crate::groups::{Bench, tenants};
use crate::{Result, host};

/// A provider that answers for tokens at once, and for members as often as it is told.
struct Reluctant {
    /// A permit for each question that has arrived.
    arrived: Semaphore,
    /// A permit for each answer that it may give.
    answers: Semaphore,
}

impl Outbound for Reluctant {
    fn send(
        &self,
        departure: Departure,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move {
            let answer = if departure.request.uri().path().ends_with("gettoken") {
                r#"{"errcode":0,"errmsg":"ok","access_token":"TOKEN","expires_in":7200}"#
            } else {
                self.arrived.add_permits(1);
                let permit = self.answers.acquire().await;
                permit.map_err(|closed| SendError::Interrupted(closed.to_string()))?.forget();
                r#"{"errcode":0,"errmsg":"ok","userid":"zhang.san","name":"张三","status":1}"#
            };
            Ok(http::Response::new(Bytes::from_static(answer.as_bytes())))
        })
    }
}

/// Each call is of a tenant of its own.
pub(super) fn measure(bench: &Bench, cache: Option<CodeCache>, calls: u32) -> Result<Resident> {
    /// A quarter is kept for calls without requests, and no call may wait for its turn.
    const CONCURRENT_CALLS: u32 = 1_250;
    /// Longer than this program runs.
    const PATIENCE: Duration = Duration::from_secs(600);

    let provider = Arc::new(Reluctant { arrived: Semaphore::new(0), answers: Semaphore::new(1) });
    let limits = Limits {
        concurrent_calls: CONCURRENT_CALLS,
        outbound_call: PATIENCE,
        request: PATIENCE,
        ..Limits::default()
    };
    let runtime = host::start_with(limits, host::services(provider.clone()), cache)?;
    host::tokio()?.block_on(async {
        let engine = runtime.load(&bench.component).await?;
        let tenants = tenants::configured(&engine, calls + 1).await?;
        let mut tenants = tenants.into_iter();
        // What the first call of all needs is none of the others'.
        let first = tenants.next().ok_or("no tenant")?;
        ask(first).await?;
        provider.arrived.acquire().await?.forget();

        let before = resident()?;
        let mut waiting = JoinSet::new();
        for tenant in tenants {
            waiting.spawn(ask(tenant));
        }
        provider.arrived.acquire_many(calls).await?.forget();
        let with = resident()?;
        provider.answers.add_permits(waiting.len());
        while let Some(answered) = waiting.join_next().await {
            answered??;
        }
        Ok(Resident { before, with })
    })
}

async fn ask(tenant: Tenant) -> Result<()> {
    let account = props::account(&["zhang.san"]);
    match tenant.resolve_user(&account, Depth::Confirmed).await? {
        Ok(member) if member.confirmed => Ok(()),
        other => Err(format!("no confirmed member: {other:?}").into()),
    }
}
