//! The product, the nodes of its host, its engine and the fake WeCom of one history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use approval_tracker::{
    Budget, HostKey, Key, MemoryStore, Message, Outcome, Policy, Request, State, Store as _, Tracker,
};
use conformance::sender::message;
use conformance::{World, WorldClock, callback, props};
use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, CallFault, Delivered, DeliveryFault, DeliveryId, FakeWeCom, Form, When,
};
use host_harness::clock::Clock as _;
use host_harness::contract::{CallbackRequest, Disposition};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Grant, Services, Tenant};

use crate::act::{Act, Job, NODES, REQUESTS};
use crate::faults::{Company, Weather};
use crate::line::Line;
use crate::steps::{Shared, Steps};
use crate::truth::{expected, fits};
use crate::turns::{Jobs, TO_THE_END};

/// Requests to WeCom at most, once nothing goes wrong and nobody acts any more.
const QUESTIONS: u32 = 200;

/// How often each form of the applicant's own may be read on top of that, while requests are looked for among them.
const LOOKS: u32 = 15;

pub(crate) struct Desk {
    world: World,
    weather: Weather,
    line: Arc<Line>,
    store: Shared,
    node: Node,
    jobs: Jobs,
    /// What the product was told to do, in order.
    told: Vec<Message>,
    /// Requests that the product wants submitted.
    wanted: BTreeSet<String>,
    call_fault: Option<(&'static str, CallFault)>,
    delivery_fault: Option<DeliveryFault>,
    /// Requests to WeCom until it came to rest.
    requests_before_rest: u32,
}

/// What a node works with: all of it shared, and nothing kept between two jobs.
#[derive(Clone)]
struct Node {
    tracker: Arc<Tracker<Shared>>,
    tenant: Tenant,
    clock: WorldClock,
}

impl Desk {
    pub(crate) async fn new(weather: Weather) -> Self {
        let world = World::new().await;
        world.fake.set_faults(weather.plan());
        world.save_address(&world.tenant()).await;
        seed(&world.fake, weather.company);
        let line = Arc::new(Line::new(world.fake.clone()));
        let services = Services {
            outbound: line.clone(),
            tokens: Arc::new(MemoryTokens::new(Arc::new(world.clock.clone()))),
            log: world.log.clone(),
            pace: Arc::new(Pace::new(Arc::new(world.clock.clone()), Quota::default())),
        };
        let engine = world.engine().with_services(services);
        let store = Shared::new(MemoryStore::default(), Steps::new());
        let node = Node {
            tracker: Arc::new(Tracker::new(store.clone(), Policy::default(), HostKey::new(&[7; 32]))),
            tenant: engine.tenant(
                "acme",
                &props::settings(),
                &Grant::trusting_description(&engine, &props::settings()),
            ),
            clock: world.clock.clone(),
        };
        Self {
            world,
            weather,
            line,
            store,
            node,
            jobs: Jobs::default(),
            told: Vec::new(),
            wanted: BTreeSet::new(),
            call_fault: None,
            delivery_fault: None,
            requests_before_rest: 0,
        }
    }

    pub(crate) async fn perform(&mut self, act: &Act) {
        match act {
            Act::Begin { job, node, turns } => {
                let first = self.jobs.len();
                self.begin(*job, *node);
                for job in (first..self.jobs.len()).rev() {
                    self.jobs.go_on(job, *turns).await;
                }
            }
            Act::GoOn { job, turns } => {
                let jobs = self.jobs.len().max(1);
                self.jobs.go_on(usize::from(*job) % jobs, *turns).await;
            }
            Act::Agree(n, first) => self.person(*n, |fake, form| fake.agree(form, approver(*first), "ok")),
            Act::Reject(n, first) => self.person(*n, |fake, form| fake.reject(form, approver(*first), "no")),
            Act::Withdraw(n) => self.person(*n, FakeWeCom::withdraw),
            Act::Revoke(n) => self.person(*n, FakeWeCom::revoke),
            Act::Comment(n) => self.person(*n, |fake, form| fake.comment(form, member::AUDIT, "why?")),
            Act::Rumour(n) => self.rumour(*n).await,
            Act::Pass(seconds) => self.pass((*seconds).into()).await,
            Act::Fault(path, fault) => {
                self.call_fault = Some((path, fault.clone()));
                self.plan();
            }
            Act::Lose(fault) => {
                self.delivery_fault = Some(*fault);
                self.plan();
            }
            Act::BindingFails => self.store.steps().fail_binding(),
            Act::StoreFails(steps) => self.store.steps().fail_after(*steps),
            Act::Crash(node) => self.jobs.crash(*node),
        }
        self.obey().await;
    }

    /// Lets time pass for everybody: for the fake and the product, and for the host's own time-outs.
    async fn pass(&self, seconds: u64) {
        self.world.clock.advance(seconds);
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn plan(&self) {
        let mut plan = self.weather.plan();
        if let Some((path, fault)) = &self.call_fault {
            plan = plan.on_call(path, When::First(1), fault.clone());
        }
        if let Some(fault) = self.delivery_fault {
            plan = plan.on_delivery(When::First(1), fault);
        }
        self.world.fake.set_faults(plan);
    }

    /// Somebody acts in WeCom; what the form does not allow does not happen.
    fn person<T, E>(&self, n: u8, act: impl FnOnce(&FakeWeCom, &str) -> Result<T, E>) {
        if let Some(form) = self.forms(&number(n)).first() {
            // Refused is fine: the button would not be there.
            let _ = act(&self.world.fake, &form.sp_no);
        }
    }

    fn begin(&mut self, job: Job, node: u8) {
        let at = self.node.clone();
        match job {
            Job::Submit(n) => self.submit(&number(n), node),
            Job::Settle => self.jobs.begin(node, async move {
                let engine = |_: &Request| Some(at.tenant.clone());
                // A store that failed leaves the rest to the next time.
                let _ = at.tracker.settle(engine, at.now()).await;
            }),
            Job::Reconcile => self.jobs.begin(node, async move {
                let engine = |_: &Request| Some(at.tenant.clone());
                let _ = at.tracker.reconcile(engine, &Budget::default(), at.now()).await;
            }),
            Job::Deliver => {
                for delivery in self.world.fake.due_deliveries(self.world.fake.now()) {
                    let at = at.clone();
                    let request = callback(delivery.request, &at.clock);
                    let on_its_way =
                        OnItsWay { fake: self.world.fake.clone(), id: delivery.id, status: None };
                    self.jobs.begin(node, async move { on_its_way.answered(at.hear(&request).await) });
                }
            }
        }
    }

    fn submit(&mut self, number: &str, node: u8) {
        self.wanted.insert(number.to_owned());
        let (at, key, request) = (self.node.clone(), key(number), props::request(number));
        self.jobs.begin(node, async move {
            // What could not be stored is found out later.
            let _ = at.tracker.submit_once(&at.tenant, &key, &request, at.now()).await;
        });
    }

    async fn rumour(&mut self, n: u8) {
        let Some(form) = self.forms(&number(n)).into_iter().next() else { return };
        let text = message(&form.sp_no, "2", "2", "").replace("3Tm1", ACCESS_TEMPLATE_ID);
        let request = self.world.fake.sealed_callback(&text).unwrap();
        let (at, request) = (self.node.clone(), callback(request, &self.world.clock));
        self.jobs.begin(n % NODES, async move {
            // Nobody waits for the answer.
            let _status = at.hear(&request).await;
        });
        self.jobs.go_on(self.jobs.len() - 1, TO_THE_END).await;
    }

    /// The product does what its outbox says.
    async fn obey(&mut self) {
        let rows = self.store.store().clone();
        for message in rows.outbox().await.unwrap() {
            rows.acknowledge(&message).await.unwrap();
            if message.outcome == Outcome::SubmitAgain {
                self.submit(&message.key.number, 0);
            }
            self.told.push(message);
        }
    }

    /// Everything that is under way comes to its end, everybody in turn.
    async fn finish(&mut self) {
        for round in 1_u32.. {
            self.jobs.round().await;
            self.obey().await;
            if self.jobs.len() == 0 {
                return;
            }
            // Requests take their time, and some wait for a slow answer.
            if round.is_multiple_of(8) {
                self.pass(1).await;
            }
            assert!(round < 10_000, "jobs wait for each other");
        }
    }

    /// Nothing goes wrong any more, and nobody acts; the nodes go on doing their rounds.
    pub(crate) async fn come_to_rest(&mut self) {
        self.store.steps().heal();
        self.world.fake.set_faults(self.weather.plan());
        self.finish().await;
        self.requests_before_rest = self.line.requests();
        for _ in 0..50 {
            for node in 0..NODES {
                for job in [Job::Deliver, Job::Settle, Job::Reconcile] {
                    self.begin(job, node);
                }
            }
            self.finish().await;
            // A submission that was turned away at the door is the product's to repeat.
            for number in self.wanted.clone() {
                let stored = self.store.store().request(&key(&number)).await.unwrap();
                let state = stored.map(|request| request.state);
                if matches!(state, Some(State::Resubmit | State::Failed) | None) {
                    (0..NODES).for_each(|node| self.submit(&number, node));
                }
            }
            self.finish().await;
            self.pass(180).await;
        }
    }

    /// One form for each request, one decision, both say the same, and it is quiet.
    pub(crate) async fn check(&self) -> Result<(), String> {
        let decided = self.store.steps().all_decided();
        let mut decisions: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
        for message in decided.iter().filter(|message| message.outcome != Outcome::SubmitAgain) {
            decisions.entry(&message.key.number).or_default().push(message.outcome);
        }
        for number in &self.wanted {
            let forms = self.forms(number);
            let request = self.store.store().request(&key(number)).await.unwrap();
            let [form] = forms.as_slice() else {
                return Err(format!("{number} has {} forms, and is {request:?}", forms.len()));
            };
            let Some(request) = request else { return Err(format!("{number} is unknown")) };
            if request.approval_id.as_deref() != Some(form.sp_no.as_str()) {
                return Err(format!("{number} is {request:?}, its form is {}", form.sp_no));
            }
            let decisions = decisions.get(number.as_str()).map_or(&[][..], Vec::as_slice);
            if !fits(form.status, decisions) {
                return Err(format!("{number} was decided {decisions:?}, its form is {:?}", form.status));
            }
            if (request.state, request.conflict) != (expected(form.status), false) {
                return Err(format!("{number} is {request:?}, its form is {:?}", form.status));
            }
        }
        if self.told != decided {
            return Err(format!("decided {decided:?}, the product was told {:?}", self.told));
        }
        let inbox = self.store.store().settleable(self.node.now(), usize::MAX).await.unwrap();
        if !inbox.is_empty() {
            return Err(format!("still in the inbox: {inbox:?}"));
        }
        let asked = self.line.requests() - self.requests_before_rest;
        if asked > QUESTIONS + LOOKS * u32::from(self.weather.company.own) {
            return Err(format!("asked {asked} times after everything was over"));
        }
        Ok(())
    }

    fn forms(&self, number: &str) -> Vec<Form> {
        let carries = |form: &Form| {
            form.contents.iter().any(|content| {
                content.id == control::REQUEST_NUMBER
                    && content.value.to_string().contains(&format!("\"{number}."))
            })
        };
        self.world.fake.forms().into_iter().filter(carries).collect()
    }
}

impl Node {
    fn now(&self) -> u64 {
        self.clock.now().as_secs()
    }

    /// Takes a callback in. One that could not be stored is answered so that WeCom sends it again.
    async fn hear(&self, request: &CallbackRequest) -> u16 {
        let outcome = self.tenant.handle_callback(request).await.unwrap();
        match outcome.disposition {
            Disposition::Accepted(events) => match self.tracker.receive("acme", &events, self.now()).await {
                Ok(_) => outcome.response.status,
                Err(_not_stored) => 503,
            },
            Disposition::VerifiedAddress
            | Disposition::Foreign
            | Disposition::Ignored(_)
            | Disposition::Refused(_) => outcome.response.status,
        }
    }
}

/// What people submit by hand: each group over the whole time.
fn seed(fake: &FakeWeCom, Company { others, own }: Company) {
    let colleagues = [member::LI_SI, member::WANG_WU, member::SEC_CHEN, member::AUDIT];
    for (forms, members) in [(others, &colleagues[..]), (own, &[member::ZHANG_SAN])] {
        let first = fake.now().saturating_add_signed(Company::HOURS.start * 3_600);
        let seconds = (Company::HOURS.end - Company::HOURS.start).unsigned_abs() * 3_600;
        for (nth, member) in (0..forms).zip(members.iter().cycle()) {
            let at = first + u64::from(nth) * seconds / u64::from(forms);
            fake.seed_foreign(ACCESS_TEMPLATE_ID, member, at).unwrap();
        }
    }
}

/// A callback on its way. When the node dies with it, WeCom sees a broken connection.
struct OnItsWay {
    fake: FakeWeCom,
    id: DeliveryId,
    status: Option<u16>,
}

impl OnItsWay {
    fn answered(mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.fake.report(self.id, Delivered { status: self.status }).unwrap();
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
