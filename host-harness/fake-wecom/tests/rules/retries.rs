//! Deliveries that fail, and those that go wrong on purpose.

use fake_wecom::journal::DeliveryEntry;
use fake_wecom::{
    ChangeEvent, Delivered, Delivery, DeliveryFault, DeliveryOutcome, FaultPlan, RETRIES, RETRY_SPACING,
    UnknownDelivery, When,
};

use crate::company::{Company, T0, example, opened_body, value_of};

fn with_server() -> Company {
    let company = example();
    company.save_server();
    company
}

fn due(company: &Company) -> Vec<Delivery> {
    company.fake.due_deliveries(company.fake.now())
}

fn report(company: &Company, delivery: &Delivery, status: Option<u16>) {
    company.fake.report(delivery.id, Delivered { status }).unwrap();
}

/// Numbers of the forms whose events are due, in order; all are accepted.
fn accepted(company: &Company) -> Vec<String> {
    for delivery in due(company) {
        report(company, &delivery, Some(200));
    }
    let delivered = |entry: &DeliveryEntry| entry.outcome == DeliveryOutcome::Accepted;
    company.fake.deliveries().into_iter().filter(delivered).map(|entry| entry.sp_no).collect()
}

#[test]
fn a_delivery_that_was_accepted_is_not_repeated() {
    let company = with_server();
    company.submit();
    let delivery = due(&company).pop().unwrap();
    assert!(due(&company).is_empty(), "given out twice");
    report(&company, &delivery, Some(200));
    company.clock.advance(3_600);
    assert!(due(&company).is_empty());
    let twice = company.fake.report(delivery.id, Delivered { status: Some(200) });
    assert_eq!(twice, Err(UnknownDelivery(delivery.id)));
}

#[test]
fn a_failed_delivery_is_tried_three_times_more() {
    let company = with_server();
    company.submit();
    for (attempt, status) in (1..=RETRIES + 1).zip([Some(500), None, Some(204), Some(302)]) {
        let delivery = due(&company).pop().unwrap();
        assert_eq!(delivery.attempt, attempt);
        report(&company, &delivery, status);
        assert!(due(&company).is_empty(), "tried again at once");
        company.clock.advance(RETRY_SPACING.as_secs());
    }
    assert!(due(&company).is_empty());
    assert_eq!(company.fake.next_delivery_at(), None);
    let outcomes: Vec<_> = company.fake.deliveries().into_iter().map(|entry| entry.outcome).collect();
    let failed = |status, retry_at| DeliveryOutcome::Failed { status, retry_at };
    assert_eq!(
        outcomes,
        [
            failed(Some(500), Some(T0 + 10)),
            failed(None, Some(T0 + 20)),
            failed(Some(204), Some(T0 + 30)),
            failed(Some(302), None),
        ]
    );
}

#[test]
fn a_retry_carries_the_same_message_under_a_fresh_timestamp_and_nonce() {
    let company = with_server();
    company.submit();
    let first = due(&company).pop().unwrap();
    report(&company, &first, None);
    company.clock.advance(RETRY_SPACING.as_secs());
    let second = due(&company).pop().unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(opened_body(&first.request), opened_body(&second.request));
    assert_eq!(value_of(&second.request, "timestamp"), (T0 + 10).to_string());
    assert_ne!(value_of(&first.request, "nonce"), value_of(&second.request, "nonce"));
}

#[test]
fn a_retried_event_may_arrive_after_a_newer_one() {
    let company = with_server();
    let first = company.submit();
    report(&company, &due(&company).pop().unwrap(), None);
    company.clock.advance(5);
    let second = company.submit();
    assert_eq!(accepted(&company), [second.as_str()]);
    company.clock.advance(5);
    assert_eq!(accepted(&company), [second, first]);
}

#[test]
fn a_dropped_event_is_never_sent_but_written_down() {
    let company = with_server();
    company.fake.set_faults(FaultPlan::none().on_delivery(When::Nth(1), DeliveryFault::Drop));
    let lost = company.submit();
    let sent = company.submit();
    let first = company.fake.deliveries().remove(0);
    assert_eq!((first.sp_no, first.event, first.attempt), (lost, ChangeEvent::Submitted, 0));
    assert_eq!(first.outcome, DeliveryOutcome::Dropped);
    assert_eq!(accepted(&company), [sent]);
}

#[test]
fn a_duplicated_event_is_sent_twice_with_the_same_message() {
    let company = with_server();
    company.fake.set_faults(FaultPlan::none().on_delivery(When::Always, DeliveryFault::Duplicate));
    company.submit();
    let both = due(&company);
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].id, both[1].id);
    assert_eq!(opened_body(&both[0].request), opened_body(&both[1].request));
}

#[test]
fn a_delayed_event_is_due_later() {
    let company = with_server();
    company.fake.set_faults(FaultPlan::none().on_delivery(When::Nth(1), DeliveryFault::Delay(300)));
    company.submit();
    assert_eq!(company.fake.next_delivery_at(), Some(T0 + 300));
    company.clock.set(T0 + 299);
    assert!(due(&company).is_empty());
    company.clock.set(T0 + 300);
    assert_eq!(due(&company).len(), 1);
}

#[test]
fn a_reordered_event_comes_after_its_successor() {
    let company = with_server();
    company.fake.set_faults(FaultPlan::none().on_delivery(When::Nth(1), DeliveryFault::Reorder));
    let first = company.submit();
    assert!(due(&company).is_empty());
    let second = company.submit();
    assert_eq!(accepted(&company), [second, first]);
}

#[test]
fn a_reordered_event_without_a_successor_comes_a_minute_late() {
    let company = with_server();
    company.fake.set_faults(FaultPlan::none().on_delivery(When::Nth(1), DeliveryFault::Reorder));
    let only = company.submit();
    company.clock.set(T0 + 60);
    assert_eq!(accepted(&company), [only]);
}
