//! The engine without settings. A host always configures first, so this goes past the host: a bare component model
//! runtime whose imports trap, which shows that nothing is called out either.

use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Store};

fn call(interface: &str, function: &str, arguments: &[Val]) -> Val {
    let engine = Engine::default();
    let component = Component::new(&engine, webhook_component::WEBHOOK_ENGINE).unwrap();
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let interface = format!("idaas:approval/{interface}@0.1.0");
    let interface = instance.get_export_index(&mut store, None, &interface).unwrap();
    let function = instance.get_export_index(&mut store, Some(&interface), function).unwrap();
    let mut results = [Val::Bool(false)];
    instance.get_func(&mut store, function).unwrap().call(&mut store, arguments, &mut results).unwrap();
    let [result] = results;
    result
}

fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[test]
fn every_function_answers_not_configured() {
    let account =
        record([("id", text("u-1")), ("display-name", text("张三")), ("attributes", Val::List(vec![]))]);
    let window = record([("starts-at", Val::U64(1)), ("ends-at", Val::U64(2))]);
    let submission = record([
        ("idempotency-key", text("REQ-1")),
        ("applicant", account.clone()),
        ("department", Val::Option(None)),
        ("summary", Val::List(vec![])),
        ("fields", Val::List(vec![])),
        ("route", Val::Variant("template-flow".into(), None)),
    ]);
    let query = record([
        ("idempotency-key", text("REQ-1")),
        ("window", window.clone()),
        ("applicant", Val::Option(None)),
    ]);
    for (interface, function, arguments) in [
        ("approval-engine", "resolve-user", vec![account, Val::Enum("confirmed".into())]),
        ("approval-engine", "submit", vec![submission]),
        ("approval-tracking", "fetch", vec![text("A-1")]),
        ("approval-tracking", "find-submission", vec![query]),
        ("approval-tracking", "list-submitted", vec![window, Val::Option(None)]),
        ("engine-diagnostics", "provision", vec![]),
    ] {
        let Val::Result(Err(Some(problem))) = call(interface, function, &arguments) else {
            panic!("{function} has no problem");
        };
        assert!(format!("{problem:?}").contains("not-configured"), "{function}: {problem:?}");
    }
}

#[test]
fn a_callback_is_refused_so_that_it_is_sent_again() {
    let request = record([
        ("method", text("POST")),
        ("query", text("")),
        ("headers", Val::List(vec![])),
        ("body", Val::List(vec![])),
        ("received-at", Val::U64(1)),
    ]);
    let outcome = format!("{:?}", call("approval-engine", "handle-callback", &[request]));
    assert!(outcome.contains("U16(503)") && outcome.contains("not-configured"), "{outcome}");
}

#[test]
fn a_check_skips_everything() {
    let options = record([("now", Val::U64(1)), ("probe", Val::Option(None))]);
    let Val::List(findings) = call("engine-diagnostics", "check", &[options]) else { panic!("no list") };
    assert_eq!(findings.len(), 5);
    for finding in findings {
        assert!(format!("{finding:?}").contains(r#"Enum("skipped")"#), "{finding:?}");
    }
}
