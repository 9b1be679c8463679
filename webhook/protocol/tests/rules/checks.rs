//! What each check of a callback refuses, and in which order.

use webhook_protocol::approval_engine::{Disposition, RefusalReason as Reason};
use webhook_protocol::callback::{BODY_LIMIT, HEADER_LIMIT};
use webhook_protocol::types::{Operation, Status};

use crate::{OTHER, SECRET, T0, disposition, header, news, refusal, signed};

#[test]
fn only_post_is_read() {
    for method in ["GET", "PUT", "post", ""] {
        let mut request = signed(SECRET, &news("approved"));
        request.method = method.into();
        assert_eq!(refusal(&request), (Reason::Method, 405), "{method}");
    }
}

#[test]
fn a_body_is_read_up_to_its_limit_and_not_beyond() {
    let mut body = news("approved");
    body.push_str(&" ".repeat(BODY_LIMIT - body.len()));
    assert!(matches!(disposition(&signed(SECRET, &body)), Disposition::Accepted(_)));
    body.push(' ');
    assert_eq!(refusal(&signed(SECRET, &body)), (Reason::TooLarge, 413));
}

#[test]
fn each_header_is_there_once_and_of_its_form() {
    let sound = signed(SECRET, &news("approved"));
    for at in 0..3 {
        let mut missing = sound.clone();
        missing.headers.remove(at);
        assert_eq!(refusal(&missing), (Reason::Malformed, 400), "without header {at}");

        let mut twice = sound.clone();
        let mut again = sound.headers[at].clone();
        again.name = again.name.to_ascii_uppercase();
        twice.headers.push(again);
        assert_eq!(refusal(&twice), (Reason::Malformed, 400), "header {at} twice");

        let mut long = sound.clone();
        long.headers[at].value = "1".repeat(HEADER_LIMIT + 1);
        assert_eq!(refusal(&long), (Reason::TooLarge, 413), "header {at} too long");
    }
    for (at, value) in
        [(0, ""), (0, "evt.1"), (0, "事件"), (1, "+1"), (1, ""), (1, "1e9"), (1, "99999999999999999999")]
    {
        let mut wrong = sound.clone();
        wrong.headers[at].value = value.into();
        assert_eq!(refusal(&wrong), (Reason::Malformed, 400), "{value}");
    }
}

#[test]
fn five_minutes_off_is_fresh_and_a_second_more_is_stale() {
    for (received_at, fresh) in [(T0 - 301, false), (T0 - 300, true), (T0 + 300, true), (T0 + 301, false)] {
        let mut request = signed(SECRET, &news("approved"));
        request.received_at = received_at;
        if fresh {
            assert!(matches!(disposition(&request), Disposition::Accepted(_)), "{received_at}");
        } else {
            assert_eq!(refusal(&request), (Reason::Stale, 403), "{received_at}");
        }
    }
}

#[test]
fn id_and_timestamp_are_signed_too() {
    let sound = signed(SECRET, &news("approved"));
    for (at, value) in [(0, "evt_2".to_owned()), (1, (T0 + 1).to_string()), (1, format!("0{T0}"))] {
        let mut moved = sound.clone();
        moved.headers[at].value.clone_from(&value);
        assert_eq!(refusal(&moved), (Reason::Forged, 403), "{value}");
    }
    assert_eq!(refusal(&signed(OTHER, &news("approved"))), (Reason::Forged, 403));
}

#[test]
fn what_is_proven_and_no_news_is_told_apart() {
    let unreadable = [
        "",
        "approved",
        "[]",
        r#"{"data":{}}"#,
        r#"{"type":"approval.changed"}"#,
        r#"{"type":"approval.changed","data":{}}"#,
        r#"{"type":"approval.changed","data":{"application":"access"}}"#,
        r#"{"type":"approval.changed","timestamp":1,"data":{"application":"access","id":"A-1","status":"approved"}}"#,
        r#"{"type":"approval.changed","timestamp":1,"data":{"application":"access","id":"","status":"approved","applicant":"z"}}"#,
        r#"{"type":"approval.changed","timestamp":"1","data":{"application":"access","id":"A","status":"approved","applicant":"z"}}"#,
        r#"{"type":"approval.changed","timestamp":1,"data":{"application":"access","id":"A","status":1,"applicant":"z"}}"#,
    ];
    for body in unreadable {
        assert_eq!(refusal(&signed(SECRET, body)), (Reason::Unreadable, 403), "{body}");
    }
    let foreign = r#"{"type":"approval.changed","data":{"application":"leave"}}"#;
    assert_eq!(disposition(&signed(SECRET, foreign)), Disposition::Foreign);
    let other = r#"{"type":"approval.submit","data":{"application":"access"}}"#;
    assert_eq!(disposition(&signed(SECRET, other)), Disposition::Ignored("approval.submit".into()));
}

#[test]
fn the_status_alone_decides_and_an_unknown_one_stays_raw() {
    for (word, status) in [
        ("pending", Status::Pending),
        ("approved", Status::Approved),
        ("rejected", Status::Rejected),
        ("withdrawn", Status::Withdrawn),
        ("revoked", Status::Revoked),
        ("deleted", Status::Deleted),
        ("Approved", Status::Unknown),
        ("escalated", Status::Unknown),
    ] {
        let Disposition::Accepted(events) = disposition(&signed(SECRET, &news(word))) else {
            panic!("{word} is no event");
        };
        let approval = &events[0].approval;
        assert_eq!((approval.status, approval.raw_status.as_str()), (status, word));
        assert_eq!(events[0].operation, Operation::Agreed);
    }
}

#[test]
fn a_retry_has_the_key_of_the_first_delivery_and_every_other_change_has_its_own() {
    let key = |request| match disposition(&request) {
        Disposition::Accepted(events) => events[0].deduplication_key.clone(),
        other => panic!("no event: {other:?}"),
    };
    let first = signed(SECRET, &news("approved"));
    let mut retry = first.clone();
    retry.received_at = T0 + 60;
    retry.headers[1] = header("webhook-timestamp", &(T0 + 60).to_string());
    retry.headers[2] = header("webhook-signature", &crate::keys(SECRET).sign("evt_1", T0 + 60, &retry.body));
    assert_eq!(key(first.clone()), key(retry));
    assert_ne!(key(first), key(signed(SECRET, &news("revoked"))));
}
