//! The tracker over this engine: exactly one decision, whatever gets lost.

use approval_tracker::{Budget, HostKey, Key, MemoryStore, Outcome, Policy, Store, SubmitOutcome, Tracker};
use fake_webhook::{Fault, Verdict};

use crate::world::{T0, World, event, request};

struct Desk {
    world: World,
    tracker: Tracker<MemoryStore>,
}

impl Desk {
    async fn new() -> Self {
        Self {
            world: World::new().await,
            tracker: Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32])),
        }
    }

    async fn submit(&self) -> SubmitOutcome {
        let key = Key { tenant: "acme".into(), number: "REQ-1".into() };
        self.tracker.submit_once(&self.world.tenant(), &key, &request("REQ-1"), T0).await.unwrap()
    }

    async fn reconcile(&self, seconds: u64) {
        self.world.clock.advance(seconds);
        let tenant = self.world.tenant();
        let now = host_harness::clock::Clock::now(&*self.world.clock).as_secs();
        self.tracker.reconcile(|_| Some(tenant.clone()), &Budget::default(), now).await.unwrap();
    }

    async fn outcomes(&self) -> Vec<Outcome> {
        self.tracker.store().outbox().await.unwrap().into_iter().map(|message| message.outcome).collect()
    }
}

#[tokio::test]
async fn a_lost_callback_delays_the_decision_and_a_late_one_does_not_double_it() {
    let desk = Desk::new().await;
    let SubmitOutcome::Pending { approval_id } = desk.submit().await else { panic!("not submitted") };
    desk.world.company.act(&approval_id, "li.si", Verdict::Agreed, "").unwrap();
    let lost = desk.world.change();
    desk.reconcile(120).await;
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);

    let late = event(desk.world.hears(desk.world.company.deliver(&lost)).await);
    desk.tracker.receive("acme", &[late], T0 + 121).await.unwrap();
    let tenant = desk.world.tenant();
    desk.tracker.settle(|_| Some(tenant.clone()), T0 + 121).await.unwrap();
    assert_eq!(desk.outcomes().await, [Outcome::Approved]);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_submitted_twice() {
    let desk = Desk::new().await;
    desk.world.company.plan("approval.submit", Fault::CutAfter);
    assert_eq!(desk.submit().await, SubmitOutcome::UnderWay);
    desk.reconcile(60).await;
    let id = desk.world.company.approvals()[0].id.clone();
    desk.world.company.act(&id, "wang.wu", Verdict::Rejected, "").unwrap();
    desk.reconcile(300).await;
    assert_eq!(desk.outcomes().await, [Outcome::Rejected]);
    assert_eq!(desk.world.arrived("approval.submit"), 1);
}
