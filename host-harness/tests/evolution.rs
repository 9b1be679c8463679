//! How the contract grows: what an engine built for another version of it meets in this host.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::sync::{Arc, Mutex};

use host_harness::contract::{CallbackRequest, Depth, Disposition, VERSION, version};
use host_harness::log::Level;
use host_harness::{Allocation, ApprovalEngine, CallFailure, Grant, LoadError, Runtime, Settings};
use semver::Version;
use serde_json::{Value, json};
use stage::{Lines, Nowhere};
use versions::Contract;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Store};

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;
#[path = "support/versions.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod versions;

/// What this host makes of a component, and what was logged meanwhile.
async fn load(component: &[u8]) -> (Result<ApprovalEngine, LoadError>, Arc<Lines>) {
    let log = Arc::<Lines>::default();
    let runtime =
        Runtime::new(stage::limits(), &Allocation::OnDemand, stage::services(Nowhere, &log)).unwrap();
    (runtime.load(component).await, log)
}

async fn refused(component: &[u8]) -> LoadError {
    load(component).await.0.unwrap_err()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// The guard of the contract: whatever `wit/` becomes within a line, the engines that exist go on working.
#[tokio::test]
async fn engines_built_for_every_released_version_load_and_work() {
    let released = versions::released();
    assert!(!released.is_empty());
    let worlds = released.iter().map(|folder| Contract::of(folder)).flat_map(|contract| {
        contract.worlds().into_iter().map(move |world| (contract.clone(), world)).collect::<Vec<_>>()
    });
    for (contract, world) in worlds {
        let (loaded, log) = load(&contract.engine(&world)).await;
        let engine = loaded.unwrap();
        let offers = (engine.offers_tracking(), engine.offers_diagnostics(), engine.offers_images());
        let expected = match world.as_str() {
            "engine" => (false, false, false),
            "tracked-engine" => (true, true, false),
            "kept-engine" => (true, true, true),
            other => panic!("what does the world {other} offer?"),
        };
        assert_eq!(offers, expected, "{world}");
        assert_eq!((&*engine.description().id, &*engine.description().version), ("toy", "0.0.1"));
        let lines: Vec<_> = log.all().into_iter().map(|line| (line.level, line.event)).collect();
        assert_eq!(lines, [(Level::Info, "toy".to_owned())]);

        let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
        assert_eq!(tenant.configure().await.unwrap().unwrap().fingerprint, "");
        let request = CallbackRequest {
            method: String::from("GET"),
            query: String::from("a=b"),
            headers: Vec::new(),
            body: Vec::new(),
            received_at: stage::T0,
        };
        let outcome = tenant.handle_callback(&request).await.unwrap();
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress);
        assert_eq!(tenant.resolve_user(&stage::account(), Depth::Mapping).await.unwrap().unwrap().id, "");
        assert_eq!(tenant.submit(&stage::request()).await.unwrap().unwrap().approval_id, "");
        if engine.offers_tracking() {
            assert_eq!(tenant.fetch("1").await.unwrap().unwrap().approval_id, "");
        }
    }
}

#[tokio::test]
async fn images_of_another_type_are_refused() {
    for (from, to) in [
        ("save: func() -> option<list<u8>>", "save: func() -> option<list<u16>>"),
        ("restore: func(image: list<u8>)", "restore: func(image: list<u16>)"),
    ] {
        let other = Contract::spoken().edited("configuration-image.wit", from, to);
        let error = refused(&other.engine("kept-engine")).await;
        assert!(matches!(error, LoadError::WrongContract { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_interface_that_lacks_one_of_its_functions_is_refused() {
    let restore = "    @since(version = 0.1.1)\n    restore: func(image: list<u8>) -> bool;\n";
    let other = Contract::spoken().edited("configuration-image.wit", restore, "");
    let reason = format!("`idaas:approval/configuration-image@{VERSION}` has no `restore`");
    assert_eq!(refused(&other.engine("kept-engine")).await, LoadError::WrongContract { reason });
}

/// What this host speaks stays among the texts that an engine is built from and loaded, as above.
#[tokio::test]
async fn the_version_that_the_host_speaks_is_among_the_released_ones() {
    let spoken = version::SPOKEN.map(|version| version.to_string());
    for spoken in spoken {
        assert!(versions::released().iter().any(|folder| folder.ends_with(&spoken)), "{spoken}");
    }
}

/// An engine that has fewer interfaces than the host knows is whole. The host finds out before it calls.
#[tokio::test]
async fn what_an_older_engine_does_not_have_is_told_as_unsupported() {
    let engine = load(&Contract::v0_1_0().engine("engine")).await.0.unwrap();
    assert!(!engine.offers_tracking() && !engine.offers_diagnostics());
    let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
    let error = tenant.fetch("1").await.unwrap_err().error;
    assert_eq!(error, CallFailure::Unsupported { interface: "approval-tracking" });
}

#[tokio::test]
async fn what_a_newer_patch_adds_is_ignored() {
    let newer = Contract::spoken().numbered("0.1.2").with_metrics("export").engine("tracked-engine");
    let (loaded, log) = load(&newer).await;
    let engine = loaded.unwrap();
    assert!(engine.exports().iter().any(|export| export == "idaas:approval/metrics@0.1.2"));
    assert!(engine.offers_tracking() && engine.offers_diagnostics());
    assert_eq!(log.all().len(), 1, "its log line came through an import of 0.1.2");
    let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
    assert_eq!(tenant.submit(&stage::request()).await.unwrap().unwrap().approval_id, "");
    assert_eq!(tenant.fetch("1").await.unwrap().unwrap().approval_id, "");
}

/// Called by name, a function is one of the interfaces that the host knows, whatever else the engine calls the same.
#[tokio::test]
async fn what_a_newer_patch_adds_under_the_name_of_a_function_does_not_take_its_place() {
    for version in ["0.1.1", "0.1.2"] {
        let functions = "submit: func(text: string) -> string;\n    measure: func() -> string;";
        let contract = Contract::spoken().numbered(version).with_interface("aside", functions, "export");
        let engine = load(&contract.engine("engine")).await.0.unwrap();
        assert_eq!(engine.exports().first(), Some(&format!("idaas:approval/aside@{version}")));
        let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());

        let account = json!({ "id": "u-1", "display-name": "张三", "attributes": [] });
        let request = json!({ "idempotency-key": "REQ-1", "applicant": account, "route": "template-flow" });
        let submitted = tenant.call_json("submit", &request).await.unwrap();
        assert_eq!(submitted.pointer("/ok/approval-id"), Some(&json!("")), "{submitted}");

        let error = tenant.call_json("measure", &Value::Null).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the engine has no function measure: it has describe, configure, handle-callback, resolve-user, submit"
        );
    }
}

#[tokio::test]
async fn a_newer_patch_that_needs_what_this_host_lacks_is_refused_with_both_versions() {
    let newer = Contract::spoken().numbered("0.1.2").with_metrics("import").engine("engine");
    let error = refused(&newer).await;
    let reason = Some(String::from("it imports idaas:approval/metrics@0.1.2"));
    assert_eq!(error, LoadError::NewerContract { engine: version("0.1.2"), host: version(VERSION), reason });
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn an_engine_of_the_next_minor_version_is_refused_with_both_versions() {
    for world in ["engine", "tracked-engine"] {
        let error = refused(&Contract::spoken().numbered("0.2.0").engine(world)).await;
        let (engine, host) = (version("0.2.0"), version(VERSION));
        assert_eq!(error, LoadError::NewerContract { engine, host, reason: None });
        insta::assert_snapshot!("next_minor_version", error);
    }
}

#[tokio::test]
async fn an_engine_from_before_the_first_release_is_refused_with_both_versions() {
    let error = refused(&Contract::v0_1_0().numbered("0.0.9").engine("engine")).await;
    assert_eq!(error, LoadError::OlderContract { engine: version("0.0.9"), host: version(VERSION) });
    insta::assert_snapshot!(error);
}

/// What the contract's evolution forbids within 0.1, and why: such an engine does not link.
#[tokio::test]
async fn a_value_type_that_grew_is_refused_whatever_the_version_says() {
    for (which, file, from) in [
        ("an export", "types.wit", "enum status {"),
        ("an import", "log.wit", "enum level {"),
        ("an export that an engine may leave out", "approval-tracking.wit", "variant tracking-problem {"),
        ("another one", "engine-diagnostics.wit", "variant provision-problem {"),
    ] {
        let grown = Contract::spoken().edited(file, from, &format!("{from}\n        held-back,"));
        let same_version = refused(&grown.engine("tracked-engine")).await;
        assert!(matches!(same_version, LoadError::WrongContract { .. }), "{which}: {same_version}");
    }
    let grown = Contract::spoken().numbered("0.1.2").edited(
        "types.wit",
        "enum status {",
        "enum status {\n        held-back,",
    );
    let error = refused(&grown.engine("engine")).await;
    let LoadError::NewerContract { engine, host, reason: Some(_) } = &error else { panic!("{error:?}") };
    assert_eq!((engine, host), (&version("0.1.2"), &version(VERSION)));
}

/// A host of the future in miniature: for each version that it speaks, an implementation of `log` under that name.
struct Host {
    engine: Engine,
    spoken: Vec<Version>,
    /// Which version's `log` was called.
    called: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn speaking(versions: &[&str]) -> Self {
        let spoken = versions.iter().map(|text| version(text)).collect();
        Self { engine: Engine::default(), spoken, called: Arc::default() }
    }

    /// Chooses the version as the library does, links, and has the engine describe itself. Gives the version that was
    /// chosen, the id, and the versions whose `log` was called.
    fn describe(&self, component: &[u8]) -> (Version, String, Vec<String>) {
        let component = Component::new(&self.engine, component).unwrap();
        let ty = component.component_type();
        let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let imports = names(ty.imports(&self.engine).map(|(name, _)| name).collect());
        let exports = names(ty.exports(&self.engine).map(|(name, _)| name).collect());
        let (imports, exports) = (imports.iter().map(String::as_str), exports.iter().map(String::as_str));
        let chosen = version::bind(&self.spoken, imports, exports).unwrap().unwrap();

        let mut linker = Linker::new(&self.engine);
        for (name, import) in ty.imports(&self.engine).filter(|(name, _)| !name.contains("/log@")) {
            let ComponentItem::ComponentInstance(import) = import.ty else { panic!("{name}") };
            let mut unused = linker.instance(name).unwrap();
            for (function, item) in import.exports(&self.engine) {
                if let ComponentItem::ComponentFunc(_) = item.ty {
                    unused.func_new(function, |_, _, _, _| panic!("nobody calls it")).unwrap();
                }
            }
        }
        for spoken in &self.spoken {
            let (called, spoken) = (self.called.clone(), spoken.to_string());
            let mut log = linker.instance(&format!("idaas:approval/log@{spoken}")).unwrap();
            log.func_new("write", move |_, _, _, _| {
                called.lock().unwrap().push(spoken.clone());
                Ok(())
            })
            .unwrap();
        }
        let mut store = Store::new(&self.engine, ());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let interface = format!("idaas:approval/approval-engine@{chosen}");
        let interface = instance.get_export_index(&mut store, None, &interface).unwrap();
        let describe = instance.get_export_index(&mut store, Some(&interface), "describe").unwrap();
        let mut described = [Val::Bool(false)];
        instance.get_func(&mut store, describe).unwrap().call(&mut store, &[], &mut described).unwrap();
        let [Val::Record(fields)] = described else { panic!("{described:?}") };
        let Some((_, Val::String(id))) = fields.into_iter().next() else { panic!("no id") };
        (chosen, id, std::mem::take(&mut *self.called.lock().unwrap()))
    }
}

#[test]
fn a_host_of_a_later_patch_runs_the_engines_of_before() {
    let host = Host::speaking(&["0.1.1"]);
    let (chosen, id, called) = host.describe(&Contract::v0_1_0().engine("tracked-engine"));
    assert_eq!((chosen, id.as_str(), called), (version("0.1.1"), "toy", vec![String::from("0.1.1")]));
}

/// A break of the contract: the value types differ, so each version has bindings of its own.
#[test]
fn a_host_binds_a_broken_version_beside_the_former_one() {
    let host = Host::speaking(&["0.1.1", "0.2.0"]);
    let broken = Contract::spoken()
        .numbered("0.2.0")
        .edited("types.wit", "enum status {", "enum status {\n        held-back,")
        .edited("log.wit", "enum level {", "enum level {\n        trace,");
    for (contract, number) in [(Contract::v0_1_0(), "0.1.1"), (broken, "0.2.0")] {
        let (chosen, id, called) = host.describe(&contract.engine("tracked-engine"));
        assert_eq!((chosen, id.as_str(), called), (version(number), "toy", vec![number.to_owned()]));
    }
}
