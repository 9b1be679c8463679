//! The fake's cipher against published known answers.

use fake_wecom::crypto::{AesKey, CryptoError, open, seal, sign};
use serde_json::Value;

fn known_answers() -> Value {
    serde_json::from_str(include_str!("../vectors/callback-crypto.json")).expect("the vectors are JSON")
}

fn each<'a>(known: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    known[list].as_array().expect("a list").iter()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{} has no {field}", vector["id"]))
}

fn random_bytes(vector: &Value) -> [u8; 16] {
    let hex = text(vector, "random_hex");
    let bytes: Vec<u8> =
        (0..16).map(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).expect("hex")).collect();
    bytes.try_into().expect("16 bytes")
}

#[test]
fn every_published_text_is_sealed_byte_for_byte() {
    let known = known_answers();
    let mut compared = 0;
    for vector in each(&known, "vectors") {
        let key = AesKey::parse(text(vector, "encoding_aes_key")).unwrap();
        let sealed =
            seal(&key, random_bytes(vector), text(vector, "plaintext").as_bytes(), text(vector, "receiveid"));
        assert_eq!(sealed, text(vector, "encrypt"), "{}", vector["id"]);
        compared += 1;
    }
    assert_eq!(compared, 26);
}

#[test]
fn every_published_text_opens_to_its_message_and_receiver() {
    let known = known_answers();
    for vector in each(&known, "vectors") {
        let key = AesKey::parse(text(vector, "encoding_aes_key")).unwrap();
        let opened =
            open(&key, text(vector, "encrypt")).unwrap_or_else(|error| panic!("{}: {error}", vector["id"]));
        assert_eq!(opened.message, text(vector, "plaintext").as_bytes(), "{}", vector["id"]);
        assert_eq!(opened.receive_id, text(vector, "receiveid"), "{}", vector["id"]);
    }
}

#[test]
fn every_published_signature_is_reproduced() {
    let known = known_answers();
    let signed =
        each(&known, "vectors").chain(each(&known, "signatures")).filter(|v| v["msg_signature"].is_string());
    let mut compared = 0;
    for vector in signed {
        let signature = sign(
            text(vector, "token"),
            text(vector, "timestamp"),
            text(vector, "nonce"),
            text(vector, "encrypt"),
        );
        assert_eq!(signature, text(vector, "msg_signature"), "{}", vector["id"]);
        compared += 1;
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn impossible_frames_are_refused() {
    let known = known_answers();
    for vector in each(&known, "refused") {
        let key = AesKey::parse(text(vector, "encoding_aes_key")).unwrap();
        let refused = open(&key, text(vector, "encrypt")).expect_err(text(vector, "id"));
        let wanted = match text(vector, "id") {
            "neg-base64" => CryptoError::Base64,
            _ => CryptoError::Frame,
        };
        assert_eq!(refused, wanted, "{}", vector["id"]);
    }
}

#[test]
fn keys_of_the_wrong_shape_are_refused() {
    let known = known_answers();
    for vector in each(&known, "invalid_encoding_aes_keys") {
        assert_eq!(AesKey::parse(text(vector, "key")), Err(CryptoError::Key), "{}", vector["why"]);
    }
}
