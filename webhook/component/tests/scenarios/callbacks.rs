//! Whom the engine believes.

use fake_webhook::{EXAMPLE, Setup, Verdict};
use host_harness::contract::{CallbackOutcome, Disposition, RefusalReason, Status};

use crate::world::{World, callback, event, settings};

const NEW_SECRET: &str = "whsec_bmV3IHNlY3JldCBvZiAzMiBieXRlcyBpcyBoZXJlISE=";

fn refusal(outcome: &CallbackOutcome) -> (RefusalReason, u16) {
    match &outcome.disposition {
        Disposition::Refused(refusal) => (refusal.reason, outcome.response.status),
        other => panic!("not refused: {other:?}"),
    }
}

async fn rejected() -> (World, fake_webhook::Change) {
    let world = World::new().await;
    let id = world.submit().await;
    world.company.act(&id, "li.si", Verdict::Rejected, "").unwrap();
    let change = world.change();
    (world, change)
}

#[tokio::test]
async fn forged_altered_and_stale_look_the_same_to_the_sender() {
    let (world, change) = rejected().await;
    let forged = world.hears(world.company.forge(&change)).await;
    assert_eq!(refusal(&forged), (RefusalReason::Forged, 403));
    let altered = world.hears(world.company.alter(&change)).await;
    assert_eq!(refusal(&altered), (RefusalReason::Forged, 403));
    let captured = world.company.deliver(&change);
    world.clock.advance(301);
    let stale = world.hears(captured).await;
    assert_eq!(refusal(&stale), (RefusalReason::Stale, 403));
    assert!(forged.response == altered.response && altered.response == stale.response);
}

#[tokio::test]
async fn a_delivery_again_is_the_same_event_and_the_next_change_is_not() {
    let (world, change) = rejected().await;
    let first = event(world.hears(world.company.deliver(&change)).await);
    world.clock.advance(5);
    let again = event(world.hears(world.company.deliver(&change)).await);
    assert_eq!(first, again);
    world.company.set_status(&first.approval.approval_id, "deleted").unwrap();
    assert_ne!(world.news().await.deduplication_key, first.deduplication_key);
}

#[tokio::test]
async fn a_get_is_refused() {
    let (world, change) = rejected().await;
    let mut request = callback(world.company.deliver(&change), crate::world::T0);
    request.method = "GET".into();
    let outcome = world.tenant().handle_callback(&request).await.unwrap();
    assert_eq!(refusal(&outcome), (RefusalReason::Method, 405));
}

#[tokio::test]
async fn a_secret_is_replaced_without_losing_a_callback() {
    let world = World::new().await;
    let id = world.submit().await;
    let changing =
        world.tenant_with(&settings().with("secret", NEW_SECRET).with("previous-secret", EXAMPLE.secret));
    let changed = world.tenant_with(&settings().with("secret", NEW_SECRET));
    let hears = async |tenant: &host_harness::Tenant| {
        world.company.set_status(&id, "approved").unwrap();
        let request = callback(world.company.deliver(&world.change()), crate::world::T0);
        tenant.handle_callback(&request).await.unwrap()
    };

    // The platform changes first: it takes the old signature, and signs with both.
    assert_eq!(event(hears(&changing).await).approval.status, Status::Approved);
    assert_eq!(refusal(&hears(&changed).await), (RefusalReason::Forged, 403));
    changing.fetch(&id).await.unwrap().unwrap();
    assert_eq!(world.company.journal().last().unwrap().signatures, 2);
    // The company follows, and then the platform forgets the old one.
    world.company.set_up(Setup { secret: NEW_SECRET, ..EXAMPLE });
    assert_eq!(event(hears(&changing).await).approval.status, Status::Approved);
    changing.fetch(&id).await.unwrap().unwrap();
    assert_eq!(event(hears(&changed).await).approval.status, Status::Approved);
    changed.fetch(&id).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_the_engine_signed_itself_is_no_news_when_it_comes_back() {
    let world = World::new().await;
    let reflected = serde_json::json!({ "type": "approval.submit", "data": { "application": "access" } });
    let outcome = world.hears(world.company.message(&reflected)).await;
    assert_eq!(outcome.disposition, Disposition::Ignored("approval.submit".into()));
}
