//! Recorded calls of the compiled engine, done again without a provider.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::{World, load_component, props};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, FaultPlan, SECRET, When};
use host_harness::replay::{Key, Place, Recording, Replayed, SealError};
use host_harness::{Allocation, CallFailure};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

fn submission() -> Value {
    let text = |text: &str| json!({ "single": { "text": text } });
    json!({
        "idempotency-key": "REQ-1",
        "applicant": account(),
        "fields": [
            { "name": "title", "content": text("ERP") },
            { "name": "reason", "content": text("季度对账") },
            { "name": "application", "content": { "single": { "choices": ["ERP"] } } },
        ],
        "route": "template-flow",
    })
}

fn account() -> Value {
    let attribute = json!({ "name": props::ATTRIBUTE, "values": [member::ZHANG_SAN] });
    json!({ "id": "u-1", "display-name": "张三", "attributes": [attribute] })
}

async fn recorded(world: &World, function: &str, arguments: &Value) -> (Value, Recording) {
    let (result, recording) = world.tenant().record_json(function, arguments).await.unwrap();
    (result.unwrap(), recording)
}

#[tokio::test]
async fn a_recorded_submission_is_done_again_and_nothing_leaves_the_process() {
    let world = World::new().await;
    let (result, recording) = recorded(&world, "submit", &submission()).await;
    assert!(result.get("ok").is_some(), "{result}");
    let calls = world.fake.journal().len();
    assert_eq!(
        world.engine().replay(&recording).await.unwrap(),
        Replayed::Same { imports: recording.imports() }
    );
    assert_eq!(world.fake.journal().len(), calls);
    assert!(recording.imports() > calls, "tokens and log lines are recorded beside {calls} requests");
}

#[tokio::test]
async fn refusals_and_lost_answers_are_replayed_as_they_were() {
    for fault in [CallFault::CutAfterEffect, CallFault::RefuseConnection] {
        let world = World::new().await;
        world.fake.set_faults(FaultPlan::none().on_call("oa/applyevent", When::Always, fault.clone()));
        let (result, recording) = recorded(&world, "submit", &submission()).await;
        assert!(result.get("err").is_some(), "{fault:?}: {result}");
        let replayed = world.engine().replay(&recording).await.unwrap();
        assert_eq!(replayed, Replayed::Same { imports: recording.imports() }, "{fault:?}");
    }
}

#[tokio::test]
async fn pure_calls_are_recorded_with_their_settings() {
    let world = World::new().await;
    for (function, arguments) in [
        ("describe", Value::Null),
        ("configure", Value::Null),
        ("resolve-user", json!({ "account": account(), "depth": "mapping" })),
    ] {
        let (_result, recording) = recorded(&world, function, &arguments).await;
        let replayed = world.engine().replay(&recording).await.unwrap();
        assert_eq!(replayed, Replayed::Same { imports: recording.imports() }, "{function}");
    }
}

/// A component whose request goes elsewhere: its text of the path has another last letter.
#[tokio::test]
async fn another_version_shows_where_it_parts_from_the_recording() {
    const PATH: &[u8] = b"oa/applyevent";
    let world = World::new().await;
    let (_result, recording) = recorded(&world, "submit", &submission()).await;

    let mut component = wecom_component::WECOM_ENGINE.to_vec();
    let places: Vec<usize> = (0..component.len()).filter(|at| component[*at..].starts_with(PATH)).collect();
    assert!(!places.is_empty());
    for at in places {
        component[at + PATH.len() - 1] = b'T';
    }
    let other = load_component(&Allocation::OnDemand, &component).await;
    let Replayed::Different(difference) = other.replay(&recording).await.unwrap() else {
        panic!("no difference");
    };
    let Place::Import { name, .. } = &difference.place else { panic!("{difference}") };
    assert_eq!((name.as_str(), difference.pointer.as_str()), ("http.send", "/url"));
    assert!(difference.recorded.as_str().unwrap().contains("oa/applyevent?"));
    assert!(difference.replayed.as_str().unwrap().contains("oa/applyevenT?"));
}

#[tokio::test]
async fn a_sealed_recording_replays_after_it_was_opened_and_holds_nothing_readable() {
    let world = World::new().await;
    let (_result, recording) = recorded(&world, "submit", &submission()).await;
    let random = SystemRandom::new();
    let key = Key::generate(&random).unwrap();
    let sealed = recording.seal(&key, &random).unwrap();

    let secrets = [SECRET, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, "季度对账", member::ZHANG_SAN];
    for secret in secrets.into_iter().map(str::to_owned).chain(world.wire.issued()) {
        assert!(!sealed.contains(&secret), "{secret} is readable");
        assert!(!format!("{recording:?}").contains(&secret), "{secret} is in Debug");
    }
    let opened = Recording::open(&sealed, &key).unwrap();
    assert_eq!(opened, recording);
    assert!(matches!(world.engine().replay(&opened).await.unwrap(), Replayed::Same { .. }));
    assert_eq!(Recording::open(&sealed, &Key::generate(&random).unwrap()).unwrap_err(), SealError::Refused);
}

#[tokio::test]
async fn a_call_that_is_none_is_not_recorded() {
    let world = World::new().await;
    let error = world.tenant().record_json("submitt", &Value::Null).await.unwrap_err();
    assert!(matches!(error.error, CallFailure::Input(_)), "{error}");
}
