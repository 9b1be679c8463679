//! What would take the compiler gigabytes or minutes, or end the process, is counted before it is compiled.
#![expect(clippy::wildcard_enum_match_arm, reason = "any other error fails the test")]

use host_harness::{Allocation, Limits, LoadError, Outline, Runtime};

use crate::{shapes, stage};

async fn refused(component: &[u8]) -> LoadError {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    runtime.load(component).await.unwrap_err()
}

async fn exceeds(component: &[u8]) -> (&'static str, u64) {
    match refused(component).await {
        LoadError::Exceeds { setting, needs, allows } => {
            assert!(needs > allows, "{setting} allows {allows} and it needs {needs}");
            (setting, needs)
        }
        other => panic!("{other:?}"),
    }
}

const LEAF: &str = "(core module $m) (core instance (instantiate $m))";

#[tokio::test]
async fn arguments_that_double_come_to_as_many_instances_as_they_make() {
    assert_eq!(exceeds(&shapes::doubling_arguments(3, LEAF)).await, ("limits.instances", 8));
    assert_eq!(exceeds(&shapes::doubling_arguments(20, LEAF)).await, ("limits.instances", 1 << 20));
    assert_eq!(exceeds(&shapes::doubling_arguments(31, LEAF)).await, ("limits.instances", 1 << 31));
}

/// Without a module there is no core instance to count.
#[tokio::test]
async fn arguments_that_double_nothing_come_to_as_many_components() {
    // Each of the twenty is made once to pass it on, and then 2 + 4 + … + 2^20, and the last.
    let components = 20 + ((1 << 21) - 2) + 1;
    assert_eq!(
        exceeds(&shapes::doubling_arguments(20, "")).await,
        ("limits.component_instances", components)
    );
}

#[tokio::test]
async fn instances_that_are_never_the_same_twice_are_followed_up_to_the_limit() {
    assert_eq!(exceeds(&shapes::differing_arguments(200)).await, ("limits.component_instances", 65));
}

#[tokio::test]
async fn components_inside_components_are_counted_while_they_are_read() {
    assert_eq!(exceeds(&shapes::nested(64)).await, ("limits.nesting", 65));
    assert_eq!(exceeds(&shapes::nested(1_000)).await, ("limits.nesting", 65));
    assert_eq!(exceeds(&shapes::side_by_side(50_001)).await, ("limits.definitions", 50_001));
}

/// wasmparser reads one inside the other by recursion, which ends the process.
#[tokio::test]
async fn types_inside_types_do_not_overflow_the_stack() {
    assert_eq!(exceeds(&shapes::nested_types(64)).await, ("limits.nesting", 65));
    assert_eq!(exceeds(&shapes::nested_types(1_000_000)).await, ("limits.nesting", 65));
}

#[tokio::test]
async fn code_is_counted_whether_it_is_used_or_not() {
    assert_eq!(exceeds(&shapes::functions(20_001)).await, ("limits.functions", 20_001));
    assert_eq!(exceeds(&shapes::loops(5_001, 10)).await, ("limits.function_locals", 5_001));
    // Three bytes for each loop, the end, and three for the declaration of the locals.
    let bytes = 3 * 40_000 + 1 + 4;
    assert_eq!(exceeds(&shapes::loops(5_000, 40_000)).await, ("limits.local_bytes", 5_000 * bytes));
    let large = shapes::module(&format!("(func {})", "nop ".repeat(1 << 20)));
    assert_eq!(exceeds(&large).await, ("limits.function_bytes", (1 << 20) + 2));
    assert_eq!(
        exceeds(&shapes::module(&"(global i32 (i32.const 0))".repeat(50_001))).await.0,
        "limits.definitions"
    );
}

/// Each takes two to four bytes, and the compiler makes a variable of every value.
#[tokio::test]
async fn values_that_calls_and_branches_carry_are_counted() {
    assert_eq!(exceeds(&shapes::wide_calls(20_000, 1_000)).await, ("limits.values", 20_000 * 2_000));
    assert_eq!(
        exceeds(&shapes::wide_branches(20_000, 1_000)).await,
        ("limits.values", 20_000 * 1_000 + 1_000)
    );
}

#[tokio::test]
async fn types_are_counted_by_their_parts() {
    assert_eq!(exceeds(&shapes::tuples(6, 10_000)).await, ("limits.types", 60_006));
    assert_eq!(exceeds(&shapes::lowered(600, 10_000)).await, ("limits.adapter_types", 600 * 10_002));
    let LoadError::NoComponent { reason } = refused(&shapes::doubling_tuples(40)).await else { panic!() };
    assert!(reason.contains("effective type size exceeds the limit"), "{reason}");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_even_read() {
    let (setting, needs) = exceeds(&shapes::padded(4 << 20)).await;
    assert_eq!((setting, needs), ("limits.component_bytes", (4 << 20) + 8 + 7));
}

/// What the host would have to give cannot be counted.
#[tokio::test]
async fn a_component_that_instantiates_what_it_imports_is_refused_by_the_imports_name() {
    for text in [
        r#"(import "a:b/c" (component $c)) (instance (instantiate $c))"#,
        r#"(import "a:b/c" (core module $m)) (core instance (instantiate $m))"#,
        r#"(import "a:b/c" (instance $i (export "x" (component))))
           (alias export $i "x" (component $x)) (instance (instantiate $x))"#,
    ] {
        let imports = vec![String::from("a:b/c")];
        assert_eq!(refused(&shapes::component(text)).await, LoadError::ForeignImports { imports });
    }
}

/// What cannot be counted is not handed on in the hope that wasmtime counts it.
#[tokio::test]
async fn what_ends_too_early_is_refused_while_it_is_counted() {
    let mut cut = shapes::doubling_arguments(20, LEAF);
    cut.truncate(cut.len() - 3);
    let LoadError::NoComponent { reason } = refused(&cut).await else { panic!() };
    assert!(!reason.contains("failed to parse WebAssembly module"), "wasmtime has read it: {reason}");
}

#[test]
fn a_bomb_can_be_looked_at() {
    let text = r#"(import "wasi:cli/exit@0.2.0" (instance (export "exit" (func))))
        (import "idaas:approval/types@0.1.1"
            (instance (type $t (record (field "a" u8))) (export "t" (type (eq $t)))))"#;
    let stranger = shapes::component(text);
    assert_eq!(Outline::read(&stranger, &Limits::default()).unwrap().imports(), ["wasi:cli/exit@0.2.0"]);
    let bomb = shapes::doubling_arguments(20, LEAF);
    assert_eq!(Outline::read(&bomb, &Limits::default()), Ok(Outline::default()));
}

/// The same names, whether read from the bytes or from what wasmtime has compiled.
#[tokio::test]
async fn an_outline_has_the_imports_and_exports_of_the_engine() {
    let outline = Outline::read(wecom_component::WECOM_ENGINE, &Limits::default()).unwrap();
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    assert_eq!((outline.imports(), outline.exports()), (engine.imports(), engine.exports()));
}
