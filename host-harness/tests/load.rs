//! What is no engine, and what the operator is told about it.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a scenario that cannot go on ends here")]

use std::path::Path;

use host_harness::contract::VERSION;
use host_harness::{Allocation, LoadError, Runtime};

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

async fn refused(bytes: &[u8]) -> LoadError {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    runtime.load(bytes).await.unwrap_err()
}

async fn refused_text(component: &str) -> LoadError {
    refused(&wat::parse_str(component).unwrap()).await
}

#[tokio::test]
async fn text_is_no_component() {
    let error = refused(b"#!/bin/sh").await;
    assert!(matches!(error, LoadError::NoComponent { .. }), "{error:?}");
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn an_empty_file_is_no_component() {
    let error = refused(b"").await;
    assert!(matches!(error, LoadError::NoComponent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_core_module_is_no_component() {
    let error = refused_text("(module)").await;
    assert!(matches!(error, LoadError::NoComponent { .. }), "{error:?}");
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn a_component_cut_short_is_no_component() {
    let whole = wecom_component::WECOM_ENGINE;
    let error = refused(whole.get(..whole.len() / 2).unwrap()).await;
    assert!(matches!(error, LoadError::NoComponent { .. }), "{error:?}");
}

#[tokio::test]
async fn native_code_is_never_run() {
    let native = wasmtime::Engine::default().precompile_component(wecom_component::WECOM_ENGINE).unwrap();
    let error = refused(&native).await;
    assert_eq!(error, LoadError::Precompiled);
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn every_foreign_import_is_named() {
    let error = refused_text(
        r#"(component
            (import "wasi:cli/environment@0.2.6" (instance (export "get-arguments" (func))))
            (import "idaas:approval/log@0.1.0" (instance))
            (import "wasi:sockets/tcp@0.2.6" (instance (export "start" (func)))))"#,
    )
    .await;
    let imports = ["wasi:cli/environment@0.2.6", "wasi:sockets/tcp@0.2.6"].map(str::to_owned).to_vec();
    assert_eq!(error, LoadError::ForeignImports { imports });
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn an_import_in_a_version_of_the_future_names_both_versions() {
    let error =
        refused_text(r#"(component (import "idaas:approval/http@0.2.0" (instance (export "send" (func)))))"#)
            .await;
    let (engine, host) = ("0.2.0".parse().unwrap(), VERSION.parse().unwrap());
    assert_eq!(error, LoadError::NewerContract { engine, host, reason: None });
}

#[tokio::test]
async fn an_import_of_another_type_does_not_fit() {
    let error =
        refused_text(r#"(component (import "idaas:approval/http@0.1.0" (instance (export "send" (func)))))"#)
            .await;
    assert!(matches!(error, LoadError::WrongContract { .. }), "{error:?}");
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn a_component_without_our_exports_does_not_fit() {
    let error = refused_text("(component)").await;
    assert!(matches!(error, LoadError::WrongContract { .. }), "{error:?}");
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    let error = runtime.load_file(Path::new("/nowhere/engine.wasm")).await.unwrap_err();
    let LoadError::Unreadable { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(path, "/nowhere/engine.wasm");
}
