//! The engine without settings. A host always configures first, so this goes past the host: a bare component model
//! runtime whose imports trap, which shows that nothing is called out either.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Store};

/// Calls `function` on a fresh instance that nobody has configured.
fn call(function: &str, arguments: &[Val]) -> Val {
    let engine = Engine::default();
    let component = Component::new(&engine, wecom_component::WECOM_ENGINE).unwrap();
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let interface =
        instance.get_export_index(&mut store, None, "idaas:approval/approval-engine@0.1.0").unwrap();
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

fn account() -> Val {
    record([("id", text("u-1")), ("display-name", text("张三")), ("attributes", Val::List(Vec::new()))])
}

#[track_caller]
fn field<'a>(value: &'a Val, name: &str) -> &'a Val {
    let Val::Record(fields) = value else { panic!("{value:?} has no {name}") };
    &fields.iter().find(|(field, _)| field == name).unwrap().1
}

#[track_caller]
fn problem(value: &Val) -> &Val {
    let Val::Result(Err(Some(problem))) = value else { panic!("no problem: {value:?}") };
    problem
}

#[test]
fn a_callback_is_refused_in_a_way_that_makes_wecom_send_it_again() {
    let request = record([
        ("method", text("POST")),
        ("query", text("msg_signature=0&timestamp=1&nonce=1")),
        ("headers", Val::List(Vec::new())),
        ("body", Val::List(Vec::new())),
        ("received-at", Val::U64(1)),
    ]);

    let outcome = call("handle-callback", &[request]);

    assert_eq!(field(field(&outcome, "response"), "status"), &Val::U16(503));
    let Val::Variant(case, Some(refusal)) = field(&outcome, "disposition") else { panic!("{outcome:?}") };
    assert_eq!(case, "refused");
    assert_eq!(field(refusal, "reason"), &Val::Enum(String::from("not-configured")));
}

#[test]
fn nobody_is_resolved() {
    for depth in ["mapping", "confirmed"] {
        let resolved = call("resolve-user", &[account(), Val::Enum(depth.to_owned())]);
        let problem = problem(&resolved);
        assert_eq!(field(problem, "kind"), &Val::Enum(String::from("not-configured")));
        assert_eq!(field(problem, "account-id"), &text("u-1"));
        for reader in ["for-applicant", "for-administrator"] {
            for language in ["en", "zh-cn"] {
                assert_ne!(field(field(problem, reader), language), &text(""));
            }
        }
    }
}

#[test]
fn nothing_is_submitted() {
    let request = record([
        ("idempotency-key", text("REQ-1")),
        ("applicant", account()),
        ("department", Val::Option(None)),
        ("summary", Val::List(Vec::new())),
        ("fields", Val::List(Vec::new())),
        ("route", Val::Variant(String::from("template-flow"), None)),
    ]);

    let submitted = call("submit", &[request]);

    assert_eq!(problem(&submitted), &Val::Variant(String::from("not-configured"), None));
}
