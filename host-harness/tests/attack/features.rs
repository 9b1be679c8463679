//! An engine cannot tell on what machine it runs.
#![expect(clippy::wildcard_enum_match_arm, reason = "any other error fails the test")]

use std::sync::Arc;

use host_harness::log::Level;
use host_harness::{Allocation, Grant, LoadError, Runtime, Settings};
use stage::Lines;

use crate::{engines, shapes, stage};

async fn refused(module: &str) -> (String, String) {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    match runtime.load(&shapes::module(module)).await.unwrap_err() {
        LoadError::Proposal { proposal, reason } => (proposal, reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_no_engine_needs_of_webassembly_is_off_and_named() {
    for (proposal, module) in [
        (
            "relaxed SIMD",
            "(func (param v128 v128) (result v128) local.get 0 local.get 1 i8x16.relaxed_swizzle)",
        ),
        ("THREADS", "(memory 1 1 shared)"),
        ("MEMORY64", "(memory i64 1)"),
    ] {
        let (named, reason) = refused(module).await;
        assert_eq!(named, proposal, "{reason}");
    }
}

/// On x86-64 zero by zero has its sign set, and on ARM it has not.
#[tokio::test]
async fn a_nan_is_the_same_on_every_processor() {
    // What lies at 1024 is zero, which the compiler does not know.
    let divide = |width: u32| {
        let zero = format!("(f{width}.load (i32.const 1024))");
        format!("(i{width}.reinterpret_f{width} (f{width}.div {zero} {zero}))")
    };
    let probe = format!(
        "(if (i32.eq {} (i32.const 0x7fc00000)) (then (call $say)))
         (if (i64.eq {} (i64.const 0x7ff8000000000000)) (then (call $say)))",
        divide(32),
        divide(64)
    );
    let log = Arc::<Lines>::default();
    let runtime =
        Runtime::new(stage::limits(), &Allocation::OnDemand, stage::services(stage::Nowhere, &log)).unwrap();
    let engine = runtime.load(&engines::submitting::engine("https://a.example/", &probe)).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
    tenant.submit(&stage::request()).await.unwrap().unwrap();
    let lines = log.all().into_iter().filter(|line| line.level > Level::Debug);
    let said = format!("engine: {:?}", engines::submitting::LINE);
    assert_eq!(lines.map(|line| line.to_string()).collect::<Vec<_>>(), [said.clone(), said]);
}
