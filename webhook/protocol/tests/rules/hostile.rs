//! Senders who would like to be believed, or to do harm.

use proptest::collection::vec;
use proptest::prelude::*;
use webhook_protocol::approval_engine::{Disposition, Header, RefusalReason as Reason};
use webhook_protocol::callback::BODY_LIMIT;

use crate::{SECRET, disposition, news, refusal, signed};

#[test]
fn every_change_of_one_byte_of_the_body_is_forged() {
    let sound = signed(SECRET, &news("rejected"));
    for at in 0..sound.body.len() {
        let mut changed = sound.clone();
        changed.body[at] ^= 1;
        assert_eq!(refusal(&changed), (Reason::Forged, 403), "byte {at}");
    }
}

#[test]
fn every_change_of_one_character_of_the_signature_is_forged() {
    let sound = signed(SECRET, &news("rejected"));
    let signature = sound.headers[2].value.clone();
    for at in 0..signature.len() {
        let mut changed = sound.clone();
        let mut bytes = signature.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        changed.headers[2].value = String::from_utf8(bytes).unwrap();
        assert_eq!(refusal(&changed), (Reason::Forged, 403), "character {at}");
    }
}

#[test]
fn a_proven_body_that_is_nested_without_end_is_unreadable() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = BODY_LIMIT / (open.len() + close.len()) - 8;
        let body = format!("{}0{}", open.repeat(deep), close.repeat(deep));
        assert_eq!(refusal(&signed(SECRET, &body)), (Reason::Unreadable, 403));
    }
}

#[test]
fn a_kind_is_told_up_to_80_bytes() {
    let body = format!(r#"{{"type":"{}"}}"#, "审".repeat(1_000));
    assert_eq!(disposition(&signed(SECRET, &body)), Disposition::Ignored("审".repeat(26)));
}

proptest! {
    #![proptest_config(crate::drawn::cases(256))]

    #[test]
    fn nothing_that_a_stranger_sends_is_believed(
        method in prop_oneof![Just(String::from("POST")), ".{0,8}"],
        headers in vec(("(?i)webhook-(id|timestamp|signature)", prop_oneof![".{0,40}", "1767225[0-9]{3}", "v1,[A-Za-z0-9+/]{43}="]), 0..6),
        body in vec(any::<u8>(), 0..400),
    ) {
        let mut request = signed(SECRET, "");
        request.method = method;
        request.headers = headers.into_iter().map(|(name, value)| Header { name, value }).collect();
        request.body = body;
        prop_assert!(matches!(disposition(&request), Disposition::Refused(_)));
    }

    #[test]
    fn whatever_the_company_signs_has_an_outcome_without_a_panic(
        body in prop_oneof![
            ".{0,200}",
            r#"\{"type":"approval.changed","timestamp":[0-9]{1,25},"data":\{"application":"access","id":".{0,9}","status":".{0,9}","applicant":".{0,9}","steps":(\[\]|null|\[\{\}\]|3),"operation":".{0,5}"\}\}"#,
        ],
    ) {
        if let Disposition::Accepted(events) = disposition(&signed(SECRET, &body)) {
            prop_assert_eq!(events.len(), 1);
            prop_assert_eq!(&events[0].approval.template_id, "access");
        }
    }
}
