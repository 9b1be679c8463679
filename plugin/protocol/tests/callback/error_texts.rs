//! What the operator reads.

use std::fmt::Write as _;

use wecom_protocol::callback::{Error, Fault, Parameter, RETRY_SPAN, Request, Shape, Unreadable};
use wecom_protocol::model::UnixSeconds;

use crate::seal::{CORP, KEY, NOW, Sealer, TOKEN, WINDOW, event, message, ours};

const FAULTS: [Fault; 7] = [
    Fault::Syntax,
    Fault::Doctype,
    Fault::Instruction,
    Fault::Reference,
    Fault::Depth,
    Fault::Mixed,
    Fault::Root,
];

fn wrong_receiver(expected: &[&str], verification: bool) -> Error {
    let expected = expected.iter().map(|&id| id.to_owned()).collect();
    Error::WrongReceiver { receiver: "ww3f…c1".to_owned(), expected, verification }
}

#[test]
fn every_refusal_has_its_text() {
    let shapes = [
        Shape::Missing(Parameter::MsgSignature),
        Shape::Doubled(Parameter::Nonce),
        Shape::Encoding(Parameter::Echostr),
        Shape::TooLong(Parameter::Nonce),
        Shape::Timestamp,
        Shape::Utf8,
        Shape::Json,
        Shape::NoEncrypt,
        Shape::SeveralEncrypts,
    ];
    let unreadable = [
        Unreadable::Json,
        Unreadable::Missing("SpStatus"),
        Unreadable::Doubled("SpStatus"),
        Unreadable::BehindTexts("SpStatus"),
        Unreadable::Markup,
        Unreadable::NotUtf8("SpNo"),
        Unreadable::NotANumber("CreateTime"),
        Unreadable::Echo,
    ];
    let mut errors = vec![
        Error::Method,
        Error::TooLarge { limit: 1_048_576 },
        Error::Stale { timestamp: UnixSeconds(NOW), received_at: UnixSeconds(NOW + 601), window: WINDOW },
        Error::Forged,
        Error::Undecryptable,
        wrong_receiver(&["ww90…7a"], false),
        wrong_receiver(&["ww90…7a"], true),
        wrong_receiver(&["ww90…7a", "wwfe…10"], true),
    ];
    let window = WINDOW + RETRY_SPAN;
    errors.push(Error::Outdated { created_at: UnixSeconds(1), received_at: UnixSeconds(NOW), window });
    errors.extend(shapes.map(Error::Malformed));
    errors.extend(FAULTS.map(|fault| Error::Malformed(Shape::Xml(fault))));
    errors.extend(unreadable.map(Error::Unreadable));
    errors.extend(FAULTS.map(|fault| Error::Unreadable(Unreadable::Xml(fault))));
    let mut texts = String::new();
    for error in errors {
        writeln!(texts, "{error}").unwrap();
    }
    insta::assert_snapshot!(texts);
}

/// D21.
#[test]
fn a_request_prints_neither_its_query_nor_its_body() {
    let request = Request {
        method: "PO\nST",
        query: "msg_signature=1",
        body: b"<xml/>",
        received_at: UnixSeconds(NOW),
    };
    assert_eq!(
        format!("{request:?}"),
        "Request { method: \"PO_ST\", query: 15 bytes, body: 6 bytes, received_at: UnixSeconds(1767225661) }"
    );
}

/// D21: what may reach a log holds neither token nor key.
#[test]
fn nothing_that_can_be_printed_holds_a_secret() {
    let sealer = Sealer::default();
    let outcomes = [
        sealer.post(&ours(), &message("2", "2", "")),
        sealer.post(&ours(), "no message"),
        sealer.get(&ours(), "1"),
        Sealer { token: "wrong", ..sealer }.post(&ours(), ""),
        Sealer { receiver: "wwffffffffffffffff", ..sealer }.post(&ours(), ""),
    ];
    let printed = format!("{outcomes:?} {:?}", ours());
    assert!(!printed.contains(TOKEN) && !printed.contains(KEY), "{printed}");
    assert!(printed.contains(CORP), "what is no secret is printed");
    assert_eq!(event(sealer.post(&ours(), &message("2", "2", ""))).approval.raw_status, "2");
}
