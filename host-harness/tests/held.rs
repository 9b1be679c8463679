//! A held secret stays with the host, whatever an engine says of itself and a provider answers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use host_harness::imports::WITHHELD;
use host_harness::log::Level;
use host_harness::outbound::InProcess;
use host_harness::registry::Loosened;
use host_harness::{
    Allocation, CallFailure, Digest, Grant, Registry, RegistryError, Runtime, Services, Settings,
};
use hostile::Kind;
use serde_json::{Value, json};
use stage::Lines;

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;
#[path = "support/submitting.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submitting;

const SECRET: &str = "S3CR3T/+of the tenant";
const HONEST: &str = "https://api.example.com";
const ELSEWHERE: &str = "https://elsewhere.example";

/// Requests that reached a provider, as text.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<String>>>);

impl Sent {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// A provider that answers with what `body` makes of the header `x-key`.
    fn services(&self, log: &Arc<Lines>, body: fn(&str) -> String) -> Services {
        let sent = self.0.clone();
        let provider = InProcess::new(move |request: http::Request<Bytes>| {
            let key = request.headers().get("x-key").map(|value| value.to_str().unwrap().to_owned());
            let text = String::from_utf8(request.body().to_vec()).unwrap();
            sent.lock().unwrap().push(format!("{} {text}", request.uri()));
            Ok(http::Response::new(Bytes::from(body(key.as_deref().unwrap_or_default()))))
        });
        stage::services(provider, log)
    }
}

/// What the host warns of, and what the engine says.
fn said(log: &Lines) -> Vec<String> {
    log.all().iter().filter(|line| line.level > Level::Debug).map(ToString::to_string).collect()
}

struct Swap {
    registry: Registry,
    honest: Digest,
    dishonest: Digest,
    /// As the host has stored them under the description of the honest version.
    settings: Settings,
    sent: Sent,
    log: Arc<Lines>,
}

/// Two versions of one engine, the honest one active: the other does not say that the secret is held, and has another
/// origin.
async fn swap(key: &str, kind: Kind) -> Swap {
    let (sent, log) = (Sent::default(), Arc::<Lines>::default());
    let services = sent.services(&log, |_| String::from("{}"));
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, services).unwrap();
    let components = [hostile::engine("secret", Kind::Held, HONEST), hostile::engine(key, kind, ELSEWHERE)];
    let [honest, dishonest] = [0, 1].map(|which| Digest::of(components.get(which).unwrap()));
    let registry = Registry::new(runtime, [honest, dishonest]);
    for component in &components {
        registry.load(component).await.unwrap();
    }
    registry.activate(honest).unwrap();
    let description = registry.version(honest).unwrap();
    let settings = Settings::new().with("secret", SECRET).held_as_described(description.description());
    Swap { registry, honest, dishonest, settings, sent, log }
}

impl Swap {
    /// What the version asks for beyond the active one.
    fn refused(&self) -> (String, Loosened) {
        let error = self.registry.activate(self.dishonest).unwrap_err();
        let sentence = error.to_string();
        let RegistryError::Loosened { id, digest, loosened } = error else { panic!("{error}") };
        assert_eq!((id.as_str(), digest), ("toy", self.dishonest));
        assert_eq!(self.registry.active("toy").unwrap().digest(), self.honest, "nothing has changed");
        (sentence, *loosened)
    }
}

#[tokio::test]
async fn a_version_that_hides_that_a_secret_is_held_is_not_activated() {
    for kind in [Kind::Text, Kind::Secret] {
        let swap = swap("secret", kind).await;
        let (sentence, loosened) = swap.refused();
        assert_eq!(
            sentence,
            format!(
                "the engine toy with SHA-256 {} asks for more than the active version: it does not describe as held by the \
                 host: secret; it also reaches: https://elsewhere.example: see why, and confirm it with \
                 `Registry::activate_loosened`, or keep the active version",
                swap.dishonest
            )
        );
        // What was confirmed for one version does not stand for more.
        let less = Loosened { held: BTreeSet::new(), ..loosened.clone() };
        let error = swap.registry.activate_loosened(swap.dishonest, &less).unwrap_err();
        assert_eq!(
            error,
            RegistryError::Loosened {
                id: "toy".into(),
                digest: swap.dishonest,
                loosened: Box::new(loosened)
            }
        );
    }
}

#[tokio::test]
async fn forced_in_it_never_sees_the_value_and_nothing_leaves() {
    for kind in [Kind::Text, Kind::Secret] {
        let swap = swap("secret", kind).await;
        let (_, loosened) = swap.refused();
        swap.registry.activate_loosened(swap.dishonest, &loosened).unwrap();
        let engine = swap.registry.active("toy").unwrap();
        assert_eq!(engine.digest(), swap.dishonest);
        let tenant =
            engine.tenant("acme", &swap.settings, &Grant::trusting_description(&engine, &swap.settings));

        let problems = tenant.configure().await.unwrap().unwrap_err();
        let told: Vec<_> =
            problems.iter().map(|problem| (problem.key.as_str(), problem.code.as_str())).collect();
        assert_eq!(told, [("secret", "held")]);
        let error = tenant.submit(&stage::request()).await.unwrap_err();
        assert_eq!((error.error, error.requests_sent), (CallFailure::Configuration(problems), 0));
        let json = tenant.call_json("configure", &Value::Null).await.unwrap();
        assert_eq!(json.pointer("/err/0/code"), Some(&json!("held")));
        let recorded = tenant.record_json("submit", &json!({})).await.map(|_| ()).unwrap_err();
        assert!(matches!(recorded.error, CallFailure::Input(_)), "{recorded}");
        assert_eq!(said(&swap.log), ["engine: held"; 3]);

        // Not even when it names the secret in a request without being configured at all.
        tenant.without_configure().submit(&stage::request()).await.unwrap().unwrap();
        let denied = "host: request-denied setting=\"settings\" reason=\"no held secret secret\"";
        assert_eq!(said(&swap.log).split_off(3), [denied, "engine: settings"]);
        assert_eq!(swap.sent.all(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_key_that_the_engine_does_not_list_is_not_passed_to_it() {
    let swap = swap("colour", Kind::Text).await;
    let (sentence, loosened) = swap.refused();
    assert!(sentence.contains("it does not describe as held by the host: secret; "), "{sentence}");
    swap.registry.activate_loosened(swap.dishonest, &loosened).unwrap();
    let engine = swap.registry.active("toy").unwrap();
    // Stored without a mark, as an older host may have done it.
    let settings = Settings::new().with("secret", SECRET);
    let tenant = engine.tenant("acme", &settings, &Grant::trusting_description(&engine, &settings));
    let CallFailure::Configuration(problems) = tenant.submit(&stage::request()).await.unwrap_err().error
    else {
        panic!("it was submitted")
    };
    assert_eq!(problems.first().map(|problem| problem.code.as_str()), Some("unknown-key"));
    assert_eq!(said(&swap.log), ["engine: none"]);
    assert_eq!(swap.sent.all(), Vec::<String>::new());
}

#[tokio::test]
async fn by_default_nothing_is_granted() {
    let swap = swap("secret", Kind::Held).await;
    let engine = swap.registry.active("toy").unwrap();
    let tenant = engine.tenant("acme", &swap.settings, &Grant::default());
    tenant.submit(&stage::request()).await.unwrap().unwrap();
    assert_eq!(said(&swap.log).last().map(String::as_str), Some("engine: egress.origins"));
    assert_eq!(swap.sent.all(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_shows_a_held_secret_is_kept_back_as_interrupted() {
    type Body = fn(&str) -> String;
    let bodies: [(Body, bool); 6] = [
        (|key| format!("you sent {key}"), true),
        (|key| json!({ "you sent": key }).to_string().replace('/', "\\/"), true),
        (|key| key.bytes().map(|byte| format!("%{byte:02X}")).collect(), true),
        (|key| key.bytes().map(|byte| format!("\\u00{byte:02x}")).collect(), true),
        (|_| String::from("VTNDUjNUOlMzQ1IzVC8rb2YgdGhlIHRlbmFudDp0YWls"), true),
        (|_| String::from("S3CR3T of another"), false),
    ];
    for (body, withheld) in bodies {
        let (sent, log) = (Sent::default(), Arc::<Lines>::default());
        let services = sent.services(&log, body);
        let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, services).unwrap();
        let engine = runtime.load(&hostile::engine("secret", Kind::Held, HONEST)).await.unwrap();
        let settings = Settings::new().with("secret", SECRET);
        let tenant = engine.tenant("acme", &settings, &Grant::trusting_description(&engine, &settings));
        tenant.submit(&stage::request()).await.unwrap().unwrap();
        assert_eq!(sent.all(), [format!("{HONEST}/ ")]);
        let answer = body(SECRET);
        if withheld {
            // As long as an event may be.
            let told = WITHHELD.split_at(64).0;
            assert_eq!(
                said(&log),
                [
                    "engine: held",
                    "host: answer-withheld method=\"GET\" url=\"https://api.example.com/\"",
                    &format!("engine: \"{told}\""),
                ],
                "{answer}"
            );
        } else {
            assert_eq!(said(&log), ["engine: held", "engine: answered"], "{answer}");
        }
        assert!(log.all().iter().all(|line| !line.to_string().contains("S3CR3T")), "{answer}");
    }
}
