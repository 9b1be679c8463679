//! The product, its tracker, its engine and the fake WeCom of one history.

use std::collections::BTreeMap;

use approval_tracker::{Budget, Key, Outcome, Policy, State, Store as _, StoreError, Tracker};
use conformance::{World, callback, props};
use fake_wecom::setup::{control, member};
use fake_wecom::{CallFault, Delivered, DeliveryFault, FaultPlan, Form, FormStatus, When};
use host_harness::Tenant;
use host_harness::clock::Clock as _;
use host_harness::contract::Disposition;

use crate::act::{Act, REQUESTS};
use crate::crashing::Crashing;

pub(crate) struct Desk {
    world: World,
    tenant: Tenant,
    tracker: Tracker<Crashing>,
    store: Crashing,
    /// What the product was told to do, in order.
    decisions: BTreeMap<String, Vec<Outcome>>,
    /// Requests that the product wants submitted.
    wanted: BTreeMap<String, bool>,
    call_fault: Option<(&'static str, CallFault)>,
    delivery_fault: Option<DeliveryFault>,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let tenant = world.tenant();
        world.save_address(&tenant).await;
        let store = Crashing::new();
        Self {
            tracker: Tracker::new(store.clone(), Policy::default()),
            store,
            world,
            tenant,
            decisions: BTreeMap::new(),
            wanted: BTreeMap::new(),
            call_fault: None,
            delivery_fault: None,
        }
    }

    fn now(&self) -> u64 {
        self.world.clock.now().as_secs()
    }

    pub(crate) async fn perform(&mut self, act: &Act) {
        let done = match act {
            Act::Submit(n) => self.submit(&number(*n)).await,
            Act::Deliver => {
                self.deliver().await;
                Ok(())
            }
            Act::Settle => self.settle().await,
            Act::Reconcile => self.reconcile().await,
            Act::Agree(n, first) => self.person(*n, |fake, form| fake.agree(form, approver(*first), "ok")),
            Act::Reject(n, first) => self.person(*n, |fake, form| fake.reject(form, approver(*first), "no")),
            Act::Withdraw(n) => self.person(*n, |fake, form| fake.withdraw(form)),
            Act::Revoke(n) => self.person(*n, |fake, form| fake.revoke(form)),
            Act::Comment(n) => self.person(*n, |fake, form| fake.comment(form, member::AUDIT, "why?")),
            Act::Pass(seconds) => {
                self.world.clock.advance((*seconds).into());
                Ok(())
            }
            Act::Fault(path, fault) => {
                self.call_fault = Some((path, fault.clone()));
                self.plan();
                Ok(())
            }
            Act::Lose(fault) => {
                self.delivery_fault = Some(*fault);
                self.plan();
                Ok(())
            }
            Act::Crash(steps) => {
                self.store.crash_after(*steps);
                Ok(())
            }
        };
        // Whatever was under way when the host crashed is gone; what was stored is there after the restart.
        if done.is_err() {
            self.store.restart();
        }
    }

    fn plan(&self) {
        let mut plan = FaultPlan::none();
        if let Some((path, fault)) = &self.call_fault {
            plan = plan.on_call(path, When::First(1), fault.clone());
        }
        if let Some(fault) = self.delivery_fault {
            plan = plan.on_delivery(When::First(1), fault);
        }
        self.world.fake.set_faults(plan);
    }

    /// Somebody acts in WeCom; what the form does not allow does not happen.
    fn person<T, E>(
        &self,
        n: u8,
        act: impl FnOnce(&fake_wecom::FakeWeCom, &str) -> Result<T, E>,
    ) -> Result<(), StoreError> {
        if let Some(form) = self.forms(&number(n)).first() {
            // Refused is fine: the button would not be there.
            let _ = act(&self.world.fake, &form.sp_no);
        }
        Ok(())
    }

    async fn submit(&mut self, number: &str) -> Result<(), StoreError> {
        self.wanted.insert(number.to_owned(), true);
        let request = props::request(number);
        self.tracker.submit_once(&self.tenant, &key(number), &request, self.now()).await?;
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        self.tracker.settle(|_| Some(self.tenant.clone()), self.now()).await?;
        self.obey().await
    }

    async fn reconcile(&mut self) -> Result<(), StoreError> {
        let mut budget = Budget::default();
        self.tracker.reconcile(|_| Some(self.tenant.clone()), &mut budget, self.now()).await?;
        self.obey().await
    }

    /// The product does what its outbox says, and then takes it out.
    async fn obey(&mut self) -> Result<(), StoreError> {
        for message in self.store.outbox().await? {
            self.store.acknowledge(&message).await?;
            let number = message.key.number.clone();
            if message.outcome == Outcome::SubmitAgain {
                self.submit(&number).await?;
            } else {
                self.decisions.entry(number).or_default().push(message.outcome);
            }
        }
        Ok(())
    }

    /// Delivers what is due; a callback that could not be stored is answered so that WeCom sends it again.
    async fn deliver(&self) {
        for delivery in self.world.fake.due_deliveries(self.now()) {
            let request = callback(delivery.request, &self.world.clock);
            let outcome = self.tenant.handle_callback(&request).await.unwrap();
            let status = match outcome.disposition {
                Disposition::Accepted(events) => {
                    match self.tracker.receive("acme", &events, self.now()).await {
                        Ok(_) => outcome.response.status,
                        Err(_crashed) => {
                            self.store.restart();
                            503
                        }
                    }
                }
                Disposition::VerifiedAddress
                | Disposition::Foreign
                | Disposition::Ignored(_)
                | Disposition::Refused(_) => outcome.response.status,
            };
            self.world.fake.report(delivery.id, Delivered { status: Some(status) }).unwrap();
        }
    }

    /// Nothing goes wrong any more, and nobody acts; the host goes on doing its rounds.
    pub(crate) async fn come_to_rest(&mut self) {
        self.store.restart();
        self.world.fake.set_faults(FaultPlan::none());
        for _ in 0..50 {
            self.deliver().await;
            self.settle().await.unwrap();
            self.reconcile().await.unwrap();
            // A submission that was turned away at the door is the product's to repeat.
            for number in self.wanted.keys().cloned().collect::<Vec<_>>() {
                let state = self.store.request(&key(&number)).await.unwrap().map(|request| request.state);
                if matches!(state, Some(State::Resubmit | State::Failed) | None) {
                    self.submit(&number).await.unwrap();
                }
            }
            self.world.clock.advance(180);
        }
    }

    /// One form for each request, one decision, and both say the same.
    pub(crate) async fn check(&self) -> Result<(), String> {
        for number in self.wanted.keys() {
            let forms = self.forms(number);
            let [form] = forms.as_slice() else {
                return Err(format!("{number} has {} forms", forms.len()));
            };
            let request = self.store.request(&key(number)).await.unwrap();
            let Some(request) = request else { return Err(format!("{number} is unknown")) };
            if request.approval_id.as_deref() != Some(form.sp_no.as_str()) {
                return Err(format!(
                    "{number} is bound to {:?}, its form is {}",
                    request.approval_id, form.sp_no
                ));
            }
            let decisions = self.decisions.get(number).map_or(&[][..], Vec::as_slice);
            if (request.state, request.conflict) != (expected(form.status), false) {
                return Err(format!("{number} is {request:?}, its form is {:?}", form.status));
            }
            if !fits(form.status, decisions) {
                return Err(format!("{number} was decided {decisions:?}, its form is {:?}", form.status));
            }
        }
        Ok(())
    }

    fn forms(&self, number: &str) -> Vec<Form> {
        let carries = |form: &Form| {
            form.contents.iter().any(|content| {
                content.id == control::REQUEST_NUMBER
                    && content.value.to_string().contains(&format!("\"{number}\""))
            })
        };
        self.world.fake.forms().into_iter().filter(carries).collect()
    }
}

fn number(n: u8) -> String {
    format!("REQ-{}", n % REQUESTS)
}

fn key(number: &str) -> Key {
    Key { tenant: String::from("acme"), number: number.to_owned() }
}

const fn approver(first: bool) -> &'static str {
    if first { member::LI_SI } else { member::WANG_WU }
}

const fn expected(status: FormStatus) -> State {
    match status {
        FormStatus::Pending => State::Pending,
        FormStatus::Approved | FormStatus::Paid => State::Approved,
        FormStatus::Rejected => State::Rejected,
        FormStatus::Withdrawn => State::Withdrawn,
        FormStatus::Revoked => State::Revoked,
        FormStatus::Deleted => State::Deleted,
    }
}

/// Which decisions end at this truth. A form that was revoked before anybody looked was never granted.
fn fits(status: FormStatus, decisions: &[Outcome]) -> bool {
    match status {
        FormStatus::Pending => decisions.is_empty(),
        FormStatus::Approved | FormStatus::Paid => decisions == [Outcome::Approved],
        FormStatus::Rejected => decisions == [Outcome::Rejected],
        FormStatus::Withdrawn => decisions == [Outcome::Withdrawn],
        FormStatus::Revoked => {
            decisions == [Outcome::Approved, Outcome::Revoked] || decisions == [Outcome::Withdrawn]
        }
        FormStatus::Deleted => decisions == [Outcome::Deleted],
    }
}
