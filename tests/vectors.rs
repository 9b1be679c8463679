//! Known answers through the compiled engine: every recorded seal and every recorded message.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a recording that cannot be replayed ends here"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use conformance::sender::{Sender, envelope, escaped};
use conformance::{T0, World};
use fake_wecom::CORP_ID;
use host_harness::contract::{CallbackOutcome, Disposition, RefusalReason};
use serde_json::Value;

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/protocol/tests/vectors")
}

fn vectors(group: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(recordings().join("vectors.json")).unwrap();
    let mut all: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(vectors) = all[group].take() else { panic!("{group} is no list") };
    vectors
}

/// A part of a vector; empty where the vector has none.
fn part<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_default()
}

/// Whoever made the vector. Two were published without a time: they get one. One is for nobody: it gets sent to us.
fn sender(vector: &Value) -> Sender<'_> {
    let receiver = part(vector, "receiveid");
    Sender {
        token: part(vector, "token"),
        key: part(vector, "encoding_aes_key"),
        receiver: if receiver.is_empty() { CORP_ID } else { receiver },
        timestamp: part(vector, "timestamp").parse().unwrap_or(T0),
        nonce: vector["nonce"].as_str().unwrap_or("1"),
    }
}

/// The query with the published signature, or a right one where none was published.
fn query(vector: &Value) -> String {
    let sender = sender(vector);
    let signature = vector["msg_signature"].as_str().or(vector["correct_msg_signature"].as_str());
    match signature {
        Some(signature) => {
            format!("msg_signature={signature}&timestamp={}&nonce={}", sender.timestamp, sender.nonce)
        }
        None => sender.query(part(vector, "encrypt")),
    }
}

async fn send(world: &World, vector: &Value, method: &str, query: String, body: &str) -> CallbackOutcome {
    let sender = sender(vector);
    let tenant = world.tenant_with("recorded", &sender.settings());
    tenant.handle_callback(&sender.request(method, query, body)).await.unwrap()
}

fn brief(outcome: &CallbackOutcome) -> String {
    let status = outcome.response.status;
    let what = match &outcome.disposition {
        Disposition::VerifiedAddress => String::from("verified address"),
        Disposition::Accepted(events) => events.iter().fold(String::from("accepted"), |all, event| {
            let approval = &event.approval;
            let actor = event.actor.as_deref().unwrap_or("nobody known");
            format!(
                "{all} {}: {:?} by {actor}, {:?}, {} steps",
                approval.approval_id,
                event.operation,
                approval.status,
                approval.steps.len()
            )
        }),
        Disposition::Foreign => String::from("foreign"),
        Disposition::Ignored(kind) => format!("ignored {kind}"),
        Disposition::Refused(refusal) => format!("refused {:?}: {}", refusal.reason, refusal.detail),
    };
    format!("{status} {what}")
}

#[tokio::test]
async fn every_vector_comes_out_as_recorded_by_get_and_by_post() {
    let world = World::new().await;
    let mut table = String::new();
    for vector in vectors("vectors") {
        let sealed = part(&vector, "encrypt");
        let echo = vector["echostr_on_the_wire"].as_str().map_or_else(|| escaped(sealed), str::to_owned);
        let get = send(&world, &vector, "GET", format!("{}&echostr={echo}", query(&vector)), "").await;
        let body = vector["post_body"].as_str().map_or_else(|| envelope(sealed), str::to_owned);
        let post = send(&world, &vector, "POST", query(&vector), &body).await;

        if get.disposition == Disposition::VerifiedAddress {
            assert_eq!(get.response.body, part(&vector, "plaintext").as_bytes(), "{vector}");
        }
        assert!(post.response.body.is_empty(), "{vector}");
        writeln!(table, "{}\n    GET  {}\n    POST {}", part(&vector, "id"), brief(&get), brief(&post))
            .unwrap();
    }
    assert_eq!(world.fake.journal(), []);
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn every_published_address_check_is_answered_with_the_bare_text() {
    let world = World::new().await;
    let mut verified = 0;
    for vector in vectors("vectors").iter().filter(|vector| vector["kind"] == "url_verify") {
        let echo = escaped(part(vector, "encrypt"));
        let outcome = send(&world, vector, "GET", format!("{}&echostr={echo}", query(vector)), "").await;
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress, "{vector}");
        assert_eq!(outcome.response.status, 200);
        assert_eq!(outcome.response.body, part(vector, "expected_response_body").as_bytes());
        verified += 1;
    }
    assert_eq!(verified, 5);
}

#[tokio::test]
async fn every_altered_vector_is_refused_for_its_reason() {
    use RefusalReason::{Forged, Undecryptable, WrongReceiver};
    let world = World::new().await;
    let mut refused = 0;
    for vector in vectors("negative") {
        let id = part(&vector, "id");
        let expected = match id {
            "neg-signature" | "neg-signature-uppercase" | "neg-tampered" => Forged,
            "neg-receiveid" => WrongReceiver,
            _ => Undecryptable,
        };
        let outcome =
            send(&world, &vector, "POST", query(&vector), &envelope(part(&vector, "encrypt"))).await;
        let Disposition::Refused(refusal) = outcome.disposition else { panic!("{id} is not refused") };
        assert_eq!((refusal.reason, outcome.response.status), (expected, 403), "{id}: {}", refusal.detail);
        assert!(outcome.response.body.is_empty(), "{id}");
        refused += 1;
    }
    assert_eq!(refused, 13);
}

#[tokio::test]
async fn a_published_signature_that_belongs_to_another_text_is_forged() {
    let world = World::new().await;
    let all = vectors("vectors");
    let vector = all.iter().find(|vector| vector["signature_that_must_fail"].is_string()).unwrap();
    let sender = sender(vector);
    let query = format!(
        "msg_signature={}&timestamp={}&nonce={}",
        part(vector, "signature_that_must_fail"),
        sender.timestamp,
        sender.nonce
    );

    let outcome = send(&world, vector, "POST", query, &envelope(part(vector, "encrypt"))).await;

    let Disposition::Refused(refusal) = outcome.disposition else { panic!("not refused") };
    assert_eq!(refusal.reason, RefusalReason::Forged);
}

/// The fake seals the messages: none of its cryptography is the engine's.
#[tokio::test]
async fn every_recorded_message_is_read_as_the_news_it_is() {
    let world = World::new().await;
    let sender = Sender { receiver: "ww1cSD21f1e9c0caaa", ..Sender::default() };
    let tenant = world.tenant_with("recorded", &sender.settings());
    let mut files: Vec<PathBuf> = std::fs::read_dir(recordings().join("messages"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();

    let mut table = String::new();
    for file in &files {
        let message = std::fs::read_to_string(file).unwrap();
        // Sent when it happened: news of years ago would be stale.
        let (_, rest) = message.split_once("<CreateTime>").unwrap();
        let timestamp = rest.split_once('<').unwrap().0.parse().unwrap();
        let request = Sender { timestamp, ..sender }.post(&message);
        let outcome = tenant.handle_callback(&request).await.unwrap();
        assert!(matches!(outcome.disposition, Disposition::Accepted(_)), "{file:?}: {outcome:?}");
        let name = file.file_stem().unwrap().to_string_lossy();
        writeln!(table, "{name}\n    {}", brief(&outcome)).unwrap();
    }
    assert_eq!(files.len(), 22);
    assert_eq!(world.fake.journal(), []);
    insta::assert_snapshot!(table);
}
