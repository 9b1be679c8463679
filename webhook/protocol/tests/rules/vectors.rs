//! Known answers, published with the reference implementations of Standard Webhooks.

use webhook_protocol::signature::{Key, KeyError, Keys};

use crate::{OTHER, SECRET, keys};

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: u64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn verify(keys: &Keys, signatures: &str) -> bool {
    keys.verify(ID, &AT.to_string(), BODY, signatures)
}

#[test]
fn the_published_message_has_the_published_signature() {
    assert_eq!(keys(SECRET).sign(ID, AT, BODY), SIGNATURE);
    assert!(verify(&keys(SECRET), SIGNATURE));
}

#[test]
fn a_secret_is_the_same_with_and_without_its_prefix_and_its_padding() {
    assert_eq!(keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign(ID, AT, BODY), SIGNATURE);
    let padded = keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA==").sign(ID, AT, BODY);
    assert_eq!(keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA").sign(ID, AT, BODY), padded);
}

#[test]
fn one_fitting_signature_among_others_is_enough() {
    let strange = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    assert!(verify(&keys(SECRET), &format!("{strange} v2,Ceo5 {SIGNATURE} {strange}")));
    assert!(!verify(&keys(SECRET), &format!("{strange} v2,Ceo5 {strange}")));
}

#[test]
fn a_fitting_signature_of_another_version_does_not_count() {
    assert!(!verify(&keys(SECRET), &SIGNATURE.replace("v1,", "v2,")));
    assert!(!verify(&keys(SECRET), &SIGNATURE.replace("v1,", "v1a,")));
    assert!(!verify(&keys(SECRET), &SIGNATURE.replace("v1,", "")));
}

#[test]
fn part_of_a_signature_is_none() {
    for signature in ["", "v1,", "v1,g0hM9SsE", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A=="] {
        assert!(!verify(&keys(SECRET), signature), "{signature}");
    }
}

#[test]
fn during_a_change_both_secrets_sign_and_either_is_believed() {
    let changing = Keys { previous: keys(SECRET).current.into(), ..keys(OTHER) };
    let signed = changing.sign(ID, AT, BODY);
    assert_eq!(signed, format!("{} {SIGNATURE}", keys(OTHER).sign(ID, AT, BODY)));
    assert!(verify(&keys(SECRET), &signed) && verify(&keys(OTHER), &signed));
    assert!(verify(&changing, SIGNATURE));
}

#[test]
fn a_secret_has_24_to_64_bytes_of_base64() {
    let wrong = |text: &str| Key::parse(text).map(|_| ()).unwrap_err();
    assert_eq!(wrong("whsec_c2hvcnQ="), KeyError::Length(5));
    assert_eq!(wrong(&"A".repeat(124)), KeyError::Length(93));
    assert_eq!(wrong("whsec_not base64 at all, not at all"), KeyError::Base64);
    assert!(Key::parse(&"A".repeat(32)).is_ok() && Key::parse(&"A".repeat(84)).is_ok());
}

#[test]
fn a_key_prints_nothing_of_its_secret() {
    assert_eq!(format!("{:?}", Key::parse(SECRET).unwrap()), "Key(..)");
}
