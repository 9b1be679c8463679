//! Callbacks through the compiled engine: whom it believes, and what it answers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use conformance::sender::{Sender, envelope, message};
use conformance::{T0, World};
use fake_wecom::setup::member;
use fake_wecom::{Delivered, LEAVE_TEMPLATE_ID};
use host_harness::contract::{CallbackOutcome, CallbackRequest, Disposition, Event, RefusalReason};

const OTHER_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const NUMBER: &str = "202601010007";

#[track_caller]
fn refusal(outcome: &CallbackOutcome) -> (u16, RefusalReason) {
    assert!(outcome.response.body.is_empty(), "the sender is told something: {outcome:?}");
    let Disposition::Refused(refusal) = &outcome.disposition else { panic!("not refused: {outcome:?}") };
    (outcome.response.status, refusal.reason)
}

#[track_caller]
fn event(outcome: CallbackOutcome) -> Event {
    assert_eq!(outcome.response.status, 200);
    let Disposition::Accepted(mut events) = outcome.disposition else { panic!("not accepted") };
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

/// The engine's answer to a request, for a tenant that trusts [`Sender::default`].
async fn answer(world: &World, request: &CallbackRequest) -> CallbackOutcome {
    let tenant = world.tenant_with("acme", &Sender::default().settings());
    tenant.handle_callback(request).await.unwrap()
}

#[tokio::test]
async fn wecoms_console_saves_the_address_that_the_engine_answers() {
    let world = World::new().await;
    let tenant = world.tenant();
    assert_eq!(world.fake.receive_server(), None);

    world.save_address(&tenant).await;

    assert!(world.fake.receive_server().is_some());
    assert_eq!(world.fake.calls(), []);
}

/// D7: 23 digits are no number, and text is given back to the byte.
#[tokio::test]
async fn an_echo_is_given_back_as_bare_text() {
    let world = World::new().await;
    for echo in ["1616140317555161061", "12345678901234567890123", "007", "a+b/c= d"] {
        let outcome = answer(&world, &Sender::default().get(echo)).await;
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress);
        let content_type = outcome.response.headers.first().map(|header| header.value.as_str());
        assert_eq!((outcome.response.status, content_type), (200, Some("text/plain")));
        assert_eq!(outcome.response.body, echo.as_bytes());
    }
}

/// D1.
#[tokio::test]
async fn a_signature_by_anybody_else_is_forged() {
    let world = World::new().await;
    let text = message(NUMBER, "2", "2", "");
    let stranger = Sender { token: "AnotherToken", ..Sender::default() };

    let outcome = answer(&world, &stranger.post(&text)).await;

    assert_eq!(refusal(&outcome), (403, RefusalReason::Forged));
}

/// D2: with the signature as it was.
#[tokio::test]
async fn every_change_of_one_byte_of_the_sealed_text_is_forged() {
    let world = World::new().await;
    let tenant = world.tenant_with("acme", &Sender::default().settings());
    let sender = Sender::default();
    let sealed = sender.seal(message(NUMBER, "2", "2", "").as_bytes());
    for at in 0..sealed.len() {
        let altered: String = sealed
            .char_indices()
            .map(|(place, c)| {
                if place != at {
                    c
                } else if c == 'A' {
                    'B'
                } else {
                    'A'
                }
            })
            .collect();
        let request = sender.request("POST", sender.query(&sealed), &envelope(&altered));
        let outcome = tenant.handle_callback(&request).await.unwrap();
        assert_eq!(refusal(&outcome), (403, RefusalReason::Forged), "{at}");
    }
}

#[tokio::test]
async fn a_text_sealed_with_another_key_does_not_open() {
    let world = World::new().await;
    let sender = Sender { key: OTHER_KEY, ..Sender::default() };
    let outcome = answer(&world, &sender.post(&message(NUMBER, "2", "2", ""))).await;
    assert_eq!(refusal(&outcome), (403, RefusalReason::Undecryptable));
}

/// D1: the receiver id of another company, and none at all.
#[tokio::test]
async fn a_message_for_another_company_is_refused() {
    let world = World::new().await;
    for receiver in ["wwffffffffffffffff", ""] {
        let sender = Sender { receiver, ..Sender::default() };
        let outcome = answer(&world, &sender.post(&message(NUMBER, "2", "2", ""))).await;
        assert_eq!(refusal(&outcome), (403, RefusalReason::WrongReceiver));
    }
}

#[tokio::test]
async fn a_callback_is_stale_one_second_outside_the_window() {
    let world = World::new().await;
    let request = Sender::default().post(&message(NUMBER, "2", "2", ""));
    let at = |received_at| CallbackRequest { received_at, ..request.clone() };
    for fresh in [T0 - 3_600, T0 + 3_600] {
        assert_eq!(event(answer(&world, &at(fresh)).await).approval.approval_id, NUMBER);
    }
    for stale in [0, T0 - 3_601, T0 + 3_601, u64::MAX] {
        assert_eq!(refusal(&answer(&world, &at(stale)).await), (403, RefusalReason::Stale), "{stale}");
    }
}

/// D1: unsigned plaintext, and facts outside `Encrypt`.
#[tokio::test]
async fn nothing_outside_the_seal_is_read() {
    let world = World::new().await;
    let sender = Sender::default();
    let text = message(NUMBER, "2", "2", "");
    let sealed = sender.seal(text.as_bytes());
    let dressed_up = format!(
        "<xml><ToUserName>wwffffffffffffffff</ToUserName><ApprovalInfo><SpNo>1</SpNo><SpStatus>2</SpStatus>\
         </ApprovalInfo><Encrypt>{sealed}</Encrypt></xml>"
    );

    let plain = answer(&world, &sender.request("POST", sender.query(""), &text)).await;
    let dressed = answer(&world, &sender.request("POST", sender.query(&sealed), &dressed_up)).await;

    assert_eq!(refusal(&plain), (400, RefusalReason::Malformed));
    assert_eq!(event(dressed), event(answer(&world, &sender.post(&text)).await));
}

/// D5: under a right signature.
#[tokio::test]
async fn hostile_xml_inside_a_sound_seal_is_unreadable() {
    let world = World::new().await;
    let deep = format!("{}{}", "<a>".repeat(3_000), "</a>".repeat(3_000));
    let laughs = "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]><xml>&b;</xml>";
    for hostile in [deep.as_str(), laughs, "", "no message", "<xml>", "\u{0}"] {
        let outcome = answer(&world, &Sender::default().post(hostile)).await;
        assert_eq!(refusal(&outcome), (403, RefusalReason::Unreadable), "{:.20}", hostile);
    }
}

#[tokio::test]
async fn a_body_larger_than_the_engine_reads_is_too_large() {
    let world = World::new().await;
    let sender = Sender::default();
    let request = sender.request("POST", sender.query("x"), &"x".repeat((1 << 20) + 1));
    assert_eq!(refusal(&answer(&world, &request).await), (413, RefusalReason::TooLarge));
}

#[tokio::test]
async fn a_method_that_wecom_never_uses_is_refused() {
    let world = World::new().await;
    for method in ["PUT", "HEAD", "get", ""] {
        let request = Sender::default().request(method, String::new(), "");
        assert_eq!(refusal(&answer(&world, &request).await), (405, RefusalReason::Method), "{method}");
    }
}

/// D8: no error, or WeCom would send it again and again.
#[tokio::test]
async fn kinds_of_message_and_numbers_from_the_future_are_answered_with_200() {
    let world = World::new().await;
    let text = message(NUMBER, "99", "77", "");
    let other = text.replace("sys_approval_change", "brand_new_event");

    let ignored = answer(&world, &Sender::default().post(&other)).await;
    let unknown = event(answer(&world, &Sender::default().post(&text)).await);

    assert_eq!(ignored.response.status, 200);
    assert_eq!(ignored.disposition, Disposition::Ignored(String::from("event:brand_new_event")));
    assert_eq!(unknown.approval.raw_status, "77");
    assert_eq!(unknown.raw_operation, "99");
    assert_eq!(format!("{:?}", unknown.approval.status), "Status::Unknown");
}

/// D10: WeCom's retry carries the same message under a new time, nonce and seal.
#[tokio::test]
async fn a_retry_has_the_key_of_the_first_delivery() {
    let world = World::new().await;
    let tenant = world.tenant();
    world.save_address(&tenant).await;
    let form = world.fake.submit_foreign(fake_wecom::ACCESS_TEMPLATE_ID, member::ZHANG_SAN).unwrap();
    let first = world.fake.due_deliveries(T0).remove(0);
    let (first_id, first) = (first.id, conformance::callback(first.request, &world.clock));
    world.fake.report(first_id, Delivered { status: Some(503) }).unwrap();
    world.clock.advance(60);

    let first_event = event(tenant.handle_callback(&first).await.unwrap());
    let replayed = event(tenant.handle_callback(&first).await.unwrap());
    let retried = event(world.deliver(&tenant).await.remove(0));

    assert_eq!(first_event.approval.approval_id, form);
    assert_eq!(replayed, first_event);
    assert_eq!(retried, first_event);
}

/// D10: two forms of one person in one second.
#[tokio::test]
async fn two_approvals_of_the_same_second_have_two_keys() {
    let world = World::new().await;
    let first = event(answer(&world, &Sender::default().post(&message(NUMBER, "1", "1", ""))).await);
    let second = event(answer(&world, &Sender::default().post(&message("202601010008", "1", "1", ""))).await);
    assert_ne!(first.deduplication_key, second.deduplication_key);
}

/// D14.
#[tokio::test]
async fn a_leave_form_of_the_same_app_is_foreign_and_costs_no_call() {
    let world = World::new().await;
    let tenant = world.tenant();
    world.save_address(&tenant).await;
    world.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::ZHANG_SAN).unwrap();

    let outcome = world.deliver(&tenant).await.remove(0);

    assert_eq!(outcome.disposition, Disposition::Foreign);
    assert_eq!((outcome.response.status, outcome.response.body.len()), (200, 0));
    assert_eq!(world.fake.calls(), []);
}

/// D33, the engine's half: the old pair serves as long as it is configured, and no longer.
#[tokio::test]
async fn both_pairs_of_a_rotation_are_believed() {
    let world = World::new().await;
    let old = Sender::default();
    let new = Sender { token: "NewToken", key: OTHER_KEY, ..Sender::default() };
    let text = message(NUMBER, "2", "2", "");
    let rotated = new.settings().with("previous-sign-token", old.token).with("previous-aes-key", old.key);
    let during = world.tenant_with("acme", &rotated);
    let after = world.tenant_with("acme", &new.settings());

    let by_old = event(during.handle_callback(&old.post(&text)).await.unwrap());
    let by_new = event(during.handle_callback(&new.post(&text)).await.unwrap());
    let too_late = after.handle_callback(&old.post(&text)).await.unwrap();

    assert_eq!(by_old, by_new);
    assert_eq!(refusal(&too_late), (403, RefusalReason::Forged));
}
