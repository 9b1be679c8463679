//! What is written down, and what must not be.

use fake_wecom::{CallOutcome, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, Effect, Entry, SECRET};
use serde_json::json;

use crate::company::{PEER, T0, access_request, example};

#[test]
fn a_call_is_written_down_with_its_answer_and_effect() {
    let company = example();
    company.clock.advance(5);
    let sp_no = company.submit();
    let call = company.fake.calls_to("oa/applyevent").remove(0);
    assert_eq!((call.at, call.peer, call.method.as_str()), (T0 + 5, PEER, "POST"));
    assert_eq!(call.query, [("access_token".to_owned(), "[redacted]".to_owned())]);
    assert_eq!(call.body, Some(access_request()));
    assert_eq!(call.outcome, CallOutcome::Answered { status: 200, errcode: Some(0) });
    assert_eq!(call.effect, Some(Effect::FormSubmitted { sp_no }));
    let first = company.fake.calls_to("gettoken").remove(0);
    assert_eq!(first.effect, Some(Effect::TokenIssued { fresh: true }));
}

#[test]
fn refusals_are_written_down_without_effect() {
    let company = example();
    company.post_text("oa/applyevent", "{");
    let call = company.fake.calls_to("oa/applyevent").remove(0);
    assert_eq!(call.outcome, CallOutcome::Answered { status: 200, errcode: Some(40058) });
    assert_eq!((call.body, call.effect), (None, None));
}

#[test]
fn no_token_and_no_secret_is_written_down_or_shown_by_debug() {
    let company = example();
    company.save_server();
    company.post("oa/applyevent", &json!({ "access_token": company.token, "corpsecret": SECRET }));
    company.submit();
    let deliveries = company.fake.due_deliveries(T0);
    assert_eq!(deliveries.len(), 1);
    let shown = [
        format!("{:?}", company.fake.journal()),
        format!("{:?}", company.fake),
        format!("{:?}", company.fake.setup()),
        format!("{:?}", company.fake.receive_server()),
    ]
    .concat();
    for secret in [company.token.as_str(), SECRET, EXAMPLE_CALLBACK_TOKEN, EXAMPLE_AES_KEY] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn calls_actions_and_deliveries_stand_in_the_order_they_happened() {
    let company = example();
    company.save_server();
    let sp_no = company.submit();
    let delivery = company.fake.due_deliveries(T0).remove(0);
    company.fake.report(delivery.id, fake_wecom::Delivered { status: Some(200) }).unwrap();
    company.fake.withdraw(&sp_no).unwrap();
    let kinds: Vec<&str> = company
        .fake
        .journal()
        .iter()
        .map(|entry| match entry {
            Entry::Call(_) => "call",
            Entry::Action(_) => "action",
            Entry::Delivery(_) => "delivery",
        })
        .collect();
    assert_eq!(kinds, ["call", "call", "delivery", "action"]);
}
