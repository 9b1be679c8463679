//! One byte changed on the way.

use wecom_protocol::callback::{Error, Fault, Shape};

use crate::seal::{NOW, get, post};
use crate::seal::{Sealer, envelope, event, ours, refusal, request};

/// A message that a production system received, in other names.
const MESSAGE: &str =
    include_str!("../vectors/messages/synthetic.sys_approval_change.partial-agree-countersign.xml");

/// D2: every one-byte change of `Encrypt` is refused.
#[test]
fn every_one_byte_change_of_encrypt_is_refused() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(MESSAGE.as_bytes());
    let query = sealer.query(&sealed);
    let body = envelope(&sealed);
    assert_eq!(event(post(&ours(), &query, &body)).approval.id.as_str(), "202601010007");

    let config = ours();
    let start = body.find(&sealed).unwrap();
    let mut body = body.into_bytes();
    let mut changes = 0;
    for position in start..start + sealed.len() {
        let original = body[position];
        for changed in [original ^ 1, original ^ 0x20, b'A', b'+', b'/', b'=', b' ', b']', b'<', 0, 0x80] {
            if changed == original {
                continue;
            }
            body[position] = changed;
            let error = refusal(request(&config, "POST", &query, &body, NOW));
            let expected = if changed >= 0x80 { Error::Malformed(Shape::Utf8) } else { Error::Forged };
            assert_eq!(error, expected, "byte {position} became {changed:#04x}");
            changes += 1;
        }
        body[position] = original;
    }
    assert!(changes > 10_000, "{changes}");
}

#[test]
fn every_one_byte_change_of_the_envelope_is_refused_or_changes_nothing() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(MESSAGE.as_bytes());
    let query = sealer.query(&sealed);
    let body = envelope(&sealed);
    let config = ours();
    let sound = post(&config, &query, &body);
    let start = body.find(&sealed).unwrap();
    let mut bytes = body.clone().into_bytes();
    for position in (0..start).chain(start + sealed.len()..body.len()) {
        let original = bytes[position];
        for changed in [original ^ 1, original ^ 0x20, b'<', b'>', b'&', b'a', 0xff] {
            bytes[position] = changed;
            let outcome = request(&config, "POST", &query, &bytes, NOW);
            if outcome != sound {
                let error = refusal(outcome);
                assert!(
                    matches!(error, Error::Malformed(_) | Error::Forged),
                    "byte {position} became {changed:#04x}: {error:?}"
                );
            }
        }
        bytes[position] = original;
    }
}

#[test]
fn every_one_byte_change_of_the_stamp_is_refused() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(MESSAGE.as_bytes());
    let query = sealer.query(&sealed);
    let config = ours();
    for position in 0..query.len() {
        for changed in ['0', '1', 'a', '&', '=', '%', '+'] {
            let mut altered = query.clone();
            altered.replace_range(position..=position, &changed.to_string());
            if altered != query {
                let error = refusal(post(&config, &altered, &envelope(&sealed)));
                assert!(
                    matches!(error, Error::Malformed(_) | Error::Stale { .. } | Error::Forged),
                    "byte {position} became {changed}: {error:?}"
                );
            }
        }
    }
}

#[test]
fn every_one_byte_change_of_an_echo_is_refused() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(b"94966531020182955848408");
    for position in 0..sealed.len() {
        for changed in ['A', 'b', '0', '/', '='] {
            let mut altered = sealed.clone();
            altered.replace_range(position..=position, &changed.to_string());
            if altered != sealed {
                let outcome = get(&ours(), &format!("{}&echostr={altered}", sealer.query(&sealed)));
                assert_eq!(refusal(outcome), Error::Forged, "byte {position} became {changed}");
            }
        }
    }
}

#[test]
fn a_body_cut_short_anywhere_is_refused() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(MESSAGE.as_bytes());
    let (query, body) = (sealer.query(&sealed), envelope(&sealed));
    for length in 0..body.len() {
        let error = refusal(post(&ours(), &query, &body[..length]));
        assert_eq!(error, Error::Malformed(Shape::Xml(Fault::Syntax)), "{length} bytes");
    }
}
