//! Known answers: what WeCom's documentation and other implementations published, and what was made for the
//! edges.

use std::fmt::Write as _;

use serde_json::Value;
use wecom_protocol::callback::{Disposition, Error};
use wecom_protocol::config::{AesKey, AesKeyError};

use crate::seal::{NOW, Sealer, config, envelope, escaped, refusal, request};

fn vectors(group: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(include_str!("../vectors/vectors.json")).unwrap();
    match all[group].take() {
        Value::Array(vectors) => vectors,
        other => panic!("{group} is no list: {other}"),
    }
}

/// A part of a vector; empty where the vector has none.
fn part<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_default()
}

/// The sealer that made the vector. Two were published without a time: they get one.
fn sealer(vector: &Value) -> Sealer<'_> {
    let random = part(vector, "random_hex").as_bytes().chunks(2);
    let random = random.map(|hex| u8::from_str_radix(str::from_utf8(hex).unwrap(), 16).unwrap());
    Sealer {
        token: part(vector, "token"),
        key: part(vector, "encoding_aes_key"),
        receiver: part(vector, "receiveid"),
        timestamp: part(vector, "timestamp").parse().unwrap_or(NOW),
        nonce: vector["nonce"].as_str().unwrap_or("1"),
        random: random.collect::<Vec<_>>().try_into().unwrap_or_default(),
    }
}

/// The query with the published signature, or a right one where none was published.
fn query(vector: &Value) -> String {
    let sealer = sealer(vector);
    let signature = vector["msg_signature"].as_str().or(vector["correct_msg_signature"].as_str());
    let signature = signature.map_or_else(|| sealer.sign(part(vector, "encrypt")), str::to_owned);
    format!("msg_signature={signature}&timestamp={}&nonce={}", sealer.timestamp, sealer.nonce)
}

fn send(vector: &Value, method: &str, query: &str, body: &str) -> wecom_protocol::callback::Outcome {
    let sealer = sealer(vector);
    let config = config(sealer.receiver, &[(sealer.token, sealer.key)]);
    request(&config, method, query, body.as_bytes(), sealer.timestamp)
}

#[test]
fn the_sealer_of_these_tests_seals_and_signs_as_wecom_does() {
    for vector in vectors("vectors") {
        let sealer = sealer(&vector);
        assert_eq!(sealer.seal(part(&vector, "plaintext").as_bytes()), part(&vector, "encrypt"), "{vector}");
        for signature in ["msg_signature", "correct_msg_signature"] {
            if let Some(signature) = vector[signature].as_str() {
                assert_eq!(sealer.sign(part(&vector, "encrypt")), signature, "{vector}");
            }
        }
    }
}

/// D7: the bare text, once decoded; 23 digits are no number.
#[test]
fn every_published_address_verification_is_answered_with_the_bare_text() {
    let mut verified = 0;
    for vector in vectors("vectors").iter().filter(|vector| vector["kind"] == "url_verify") {
        let wire = vector["echostr_on_the_wire"].as_str();
        let echo = wire.map_or_else(|| escaped(part(vector, "encrypt")), str::to_owned);
        let outcome = send(vector, "GET", &format!("{}&echostr={echo}", query(vector)), "");
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress, "{vector}");
        assert_eq!(outcome.answer.status, 200);
        assert_eq!(outcome.answer.content_type, Some("text/plain"));
        assert_eq!(outcome.answer.body, part(vector, "expected_response_body").as_bytes());
        verified += 1;
    }
    assert_eq!(verified, 5);
}

#[test]
fn every_published_post_body_says_what_the_same_seal_in_our_envelope_says() {
    for vector in vectors("vectors").iter().filter(|vector| vector["post_body"].is_string()) {
        let published = send(vector, "POST", &query(vector), part(vector, "post_body"));
        let ours = send(vector, "POST", &query(vector), &envelope(part(vector, "encrypt")));
        assert_eq!(published, ours, "{vector}");
    }
}

#[test]
fn every_vector_is_read_by_get_and_by_post() {
    let mut table = String::new();
    for vector in vectors("vectors") {
        let sealed = part(&vector, "encrypt");
        let get = send(&vector, "GET", &format!("{}&echostr={}", query(&vector), escaped(sealed)), "");
        if get.disposition == Disposition::VerifiedAddress {
            assert_eq!(get.answer.body, part(&vector, "plaintext").as_bytes(), "{vector}");
        }
        let xml = send(&vector, "POST", &query(&vector), &envelope(sealed));
        let json = format!(r#"{{"tousername":"x","encrypt":"{sealed}","agentid":1}}"#);
        assert_eq!(xml, send(&vector, "POST", &query(&vector), &json), "{vector}");
        writeln!(table, "{}", part(&vector, "id")).unwrap();
        writeln!(table, "    GET  {}", brief(&get.disposition)).unwrap();
        writeln!(table, "    POST {}", brief(&xml.disposition)).unwrap();
    }
    insta::assert_snapshot!(table);
}

fn brief(disposition: &Disposition) -> String {
    match disposition {
        Disposition::Accepted(events) => {
            let ids: Vec<_> = events.iter().map(|event| &event.approval.id).collect();
            format!("Accepted({ids:?})")
        }
        Disposition::VerifiedAddress
        | Disposition::Foreign
        | Disposition::Ignored(_)
        | Disposition::Refused(_) => format!("{disposition:?}"),
    }
}

#[test]
fn a_published_signature_that_belongs_to_another_text_is_refused() {
    let mut refused = 0;
    for vector in vectors("vectors") {
        let sealer = sealer(&vector);
        let mut wrong = Vec::new();
        if let Some(signature) = vector["signature_that_must_fail"].as_str() {
            wrong.push((signature, sealer.nonce));
        }
        if let Some(signature) = vector["negative"]["msg_signature"].as_str() {
            wrong.push((signature, sealer.nonce));
        }
        if let Some(nonce) = vector["negative"]["nonce"].as_str() {
            wrong.push((part(&vector, "msg_signature"), nonce));
        }
        for (signature, nonce) in wrong {
            let query = format!("msg_signature={signature}&timestamp={}&nonce={nonce}", sealer.timestamp);
            let outcome = send(&vector, "POST", &query, &envelope(part(&vector, "encrypt")));
            assert_eq!(refusal(outcome), Error::Forged, "{vector}");
            refused += 1;
        }
    }
    assert_eq!(refused, 3);
}

/// D1: the signature of the right company over a message for another.
#[test]
fn a_published_message_for_another_company_is_refused() {
    let vectors = vectors("vectors");
    let vector = vectors.iter().find(|vector| vector["negative"]["receiveid"].is_string()).unwrap();
    let sealer = sealer(vector);
    let config = config(part(&vector["negative"], "receiveid"), &[(sealer.token, sealer.key)]);
    let body = envelope(part(vector, "encrypt"));
    let outcome = request(&config, "POST", &query(vector), body.as_bytes(), sealer.timestamp);
    assert_eq!(
        refusal(outcome),
        Error::WrongReceiver {
            receiver: "wxb1…b6".to_owned(),
            expected: vec!["inva…id".to_owned()],
            verification: false
        }
    );
}

/// D2, D3: hostile frames under a right signature.
#[test]
fn every_negative_vector_is_refused_for_its_own_reason() {
    for vector in vectors("negative") {
        let expected = match part(&vector, "id") {
            "neg-signature" | "neg-signature-uppercase" | "neg-tampered" => Error::Forged,
            "neg-receiveid" => Error::WrongReceiver {
                receiver: "ww01…ef".to_owned(),
                expected: vec!["wwff…ff".to_owned()],
                verification: false,
            },
            "neg-pad-zero"
            | "neg-pad-33"
            | "neg-pad-inconsistent"
            | "neg-len-too-long"
            | "neg-len-huge"
            | "neg-len-little-endian"
            | "neg-too-short"
            | "neg-block-size"
            | "neg-base64" => Error::Undecryptable,
            other => panic!("a vector nobody expected: {other}"),
        };
        let sealed = part(&vector, "encrypt");
        let by_post = send(&vector, "POST", &query(&vector), &envelope(sealed));
        assert_eq!(refusal(by_post), expected, "{vector}");
        let echo = escaped(&sealed.replace('%', "%25"));
        let by_get = send(&vector, "GET", &format!("{}&echostr={echo}", query(&vector)), "");
        let expected = match expected {
            Error::WrongReceiver { receiver, expected, .. } => {
                Error::WrongReceiver { receiver, expected, verification: true }
            }
            other => other,
        };
        assert_eq!(refusal(by_get), expected, "{vector}");
    }
}

/// D4: four of six published keys have bits set that do not count.
#[test]
fn keys_are_43_letters_and_digits_whatever_their_last_bits() {
    let errors: Vec<_> = vectors("invalid_encoding_aes_keys")
        .iter()
        .map(|vector| AesKey::read(vector["key"].as_str().unwrap()).unwrap_err())
        .collect();
    assert_eq!(
        errors,
        [
            AesKeyError::Length(0),
            AesKeyError::Length(42),
            AesKeyError::Length(44),
            AesKeyError::Character,
            AesKeyError::Character
        ]
    );
    let all: Value = serde_json::from_str(include_str!("../vectors/vectors.json")).unwrap();
    let keys = &all["trailing_bits"];
    assert_eq!(AesKey::read(part(keys, "canonical")), AesKey::read(part(keys, "non_canonical")));
}
