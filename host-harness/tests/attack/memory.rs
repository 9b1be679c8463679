//! The memory of all calls together.

use std::sync::Arc;

use bytes::Bytes;
use host_harness::contract::Depth;
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::{Allocation, CallFailure, Grant, Limits, LoadError, Runtime, Settings};
use stage::Lines;
use tokio::sync::Notify;

use crate::{engines, stage};

const URL: &str = "https://api.example.com/";
const MIB: usize = 1 << 20;

fn full() -> CallFailure {
    CallFailure::Overloaded { setting: "limits.total_memory_bytes" }
}

/// An engine that begins with 2 MiB, where all of them may have this much.
fn limits(total_memory_bytes: usize) -> Limits {
    Limits { total_memory_bytes, ..stage::limits() }
}

#[tokio::test]
async fn an_engine_that_needs_more_than_all_may_have_is_told_the_limits_name() {
    for allocation in [Allocation::Pooling, Allocation::OnDemand] {
        let runtime = Runtime::new(limits(MIB), &allocation, stage::nowhere()).unwrap();
        let error = runtime.load(&engines::submitting::engine(URL, "")).await.unwrap_err();
        assert_eq!(error, LoadError::Description(full()));
    }
}

#[tokio::test]
async fn one_that_grows_ends_its_own_call_and_gives_all_of_it_back() {
    let runtime = Runtime::new(limits(10 * MIB), &Allocation::Pooling, stage::nowhere()).unwrap();
    let engine = runtime.load(&engines::submitting::engine(URL, engines::BOMB)).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
    for _ in 0..3 {
        assert_eq!(tenant.submit(&stage::request()).await.unwrap_err().error, full());
        tenant.configure().await.unwrap().unwrap();
    }
}

/// Never answers, and says when it is asked.
#[derive(Default)]
struct Hanging(Arc<Notify>);

impl Outbound for Hanging {
    fn send(&self, _: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        self.0.notify_one();
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn what_one_call_holds_another_cannot_have_until_it_ends() {
    let outbound = Hanging::default();
    let asked = outbound.0.clone();
    let services = stage::services(outbound, &Arc::<Lines>::default());
    let runtime = Runtime::new(limits(3 * MIB), &Allocation::Pooling, services).unwrap();
    let engine = runtime.load(&engines::submitting::engine(URL, "(call $ask (i32.const 0))")).await.unwrap();
    let grant =
        Grant { origins: [host_harness::egress::Origin::of(URL).unwrap()].into(), ..Grant::default() };
    let tenant = engine.tenant("acme", &Settings::new(), &grant);
    let holding = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.submit(&stage::request()).await }
    });
    asked.notified().await;

    let refused = tenant.resolve_user(&stage::account(), Depth::Mapping).await.unwrap_err();
    assert_eq!((refused.error, refused.requests_sent), (full(), 0));

    holding.abort();
    assert!(holding.await.unwrap_err().is_cancelled());
    tenant.configure().await.unwrap().unwrap();
}

/// A tenant whose provider hangs holds its share of the memory, and no more.
#[tokio::test]
async fn one_tenant_leaves_memory_to_the_others() {
    let outbound = Hanging::default();
    let asked = outbound.0.clone();
    let services = stage::services(outbound, &Arc::<Lines>::default());
    let limits = Limits { memory_bytes: 2 * MIB, table_elements: 1_000, ..limits(8 * MIB) };
    let runtime = Runtime::new(limits, &Allocation::OnDemand, services).unwrap();
    let engine = runtime.load(&engines::submitting::engine(URL, "(call $ask (i32.const 0))")).await.unwrap();
    let grant =
        Grant { origins: [host_harness::egress::Origin::of(URL).unwrap()].into(), ..Grant::default() };
    let tenant = engine.tenant("acme", &Settings::new(), &grant);
    let holding = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.submit(&stage::request()).await }
    });
    asked.notified().await;

    let refused = engine.tenant("acme", &Settings::new(), &grant).configure().await.unwrap_err();
    assert_eq!(refused.error, full());
    engine.tenant("globex", &Settings::new(), &grant).configure().await.unwrap().unwrap();
    holding.abort();
}
