//! What a host plugs in fails or hangs at its nth use, for every n of a submission, a callback and a decision: the way out,
//! the token cache, the log, the store.
//!
//! The act ends by itself, with a verdict or a refusal that has a type. Once the fault is gone the host goes on, and in the
//! end there is one form, one decision, and the inbox is empty. Time is simulated.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use approval_tracker::{
    Budget, HostKey, Key, MemoryStore, Message, Outcome, Policy, Request, State, Store as _, StoreError,
    Tracker,
};
use bytes::Bytes;
use conformance::stepping::{Stepping, Steps};
use conformance::{World, callback, props};
use fake_wecom::setup::member;
use fake_wecom::{Delivered, FormStatus};
use host_harness::clock::Clock as _;
use host_harness::contract::{CallbackRequest, Disposition, SubmissionRequest};
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::secret::Secret;
use host_harness::tokens::{self, Acquired, Lease, Scope, TokenCache};
use host_harness::{Grant, Services, Tenant};
use tokio::sync::{Mutex, OnceCell};

/// What the host does while something is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Submission,
    Callback,
    Decision,
}

const ACTS: [Act; 3] = [Act::Submission, Act::Callback, Act::Decision];

/// Which part goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Outbound,
    Tokens,
    Log,
    Store,
}

/// How.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Nothing is done, and there is an error where there can be one.
    Fails,
    /// It is done, and there is an error all the same.
    FailsAfterwards,
    /// Nothing is done, and there is no end.
    Hangs,
    /// It is done, and there is no end.
    HangsAfterwards,
    /// Nothing is done, and it panics.
    Panics,
}

/// Every way in which a part goes wrong, and the acts that use it.
const WRONGS: [(Part, Fault, &[Act]); 9] = [
    (Part::Outbound, Fault::Fails, &[Act::Submission, Act::Decision]),
    (Part::Outbound, Fault::FailsAfterwards, &[Act::Submission, Act::Decision]),
    (Part::Outbound, Fault::Hangs, &[Act::Submission, Act::Decision]),
    (Part::Outbound, Fault::HangsAfterwards, &[Act::Submission, Act::Decision]),
    (Part::Tokens, Fault::Fails, &[Act::Submission, Act::Decision]),
    (Part::Tokens, Fault::Hangs, &[Act::Submission, Act::Decision]),
    // A callback that is sound is worth no line.
    (Part::Log, Fault::Panics, &[Act::Submission, Act::Decision]),
    (Part::Store, Fault::Fails, &ACTS),
    (Part::Store, Fault::FailsAfterwards, &ACTS),
];

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_once_there_is_one_form_and_one_decision_in_the_end() {
    quietly();
    for (part, fault, users) in WRONGS {
        for act in ACTS {
            let mut nth = 0;
            while Story::begin(act).await.goes_wrong(act, part, fault, nth).await {
                nth += 1;
            }
            assert_eq!(nth > 0, users.contains(&act), "{act:?} uses {part:?} {nth} times");
        }
    }
}

/// A sink that waits holds up the call that the line is about, and no other: nothing is locked meanwhile.
#[test]
fn a_log_that_hangs_holds_up_no_other_call() {
    for act in [Act::Submission, Act::Decision] {
        for nth in 0.. {
            let (hangs, hung) = mpsc::channel();
            let gate = Arc::new(Barrier::new(2));
            let story = std::thread::spawn({
                let gate = gate.clone();
                move || {
                    on_its_own(async {
                        let story = Story::begin(act).await;
                        story.wrong.hang_at(nth, hangs, gate);
                        story.perform(act).await.unwrap();
                        let met = story.wrong.is_over();
                        story.check(&format!("{act:?}, log line {nth}")).await;
                        met
                    })
                }
            });
            // Ends with the story when no line is the nth.
            let is_hung = hung.recv().is_ok();
            if is_hung {
                on_its_own(async {
                    let story = Story::begin(Act::Submission).await;
                    story.perform(Act::Submission).await.unwrap();
                    assert_eq!(story.world.fake.forms().len(), 1);
                });
                gate.wait();
            }
            assert_eq!(story.join().unwrap(), is_hung);
            if !is_hung {
                assert!(nth > 0, "{act:?} logs nothing");
                break;
            }
        }
    }
}

fn on_its_own<T>(story: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(story)
}

/// The panics that are meant are not printed.
fn quietly() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some(MEANT) {
            usual(panic);
        }
    }));
}

const MEANT: &str = "a sink that panics";

/// Which use goes wrong, and how; shared by all parts.
#[derive(Default)]
struct Wrong {
    plan: std::sync::Mutex<Option<(Part, Fault)>>,
    left: AtomicUsize,
    met: AtomicBool,
    /// The step of the store that is under way is the one.
    afterwards: AtomicBool,
    hang: std::sync::Mutex<Option<(mpsc::Sender<()>, Arc<Barrier>)>>,
}

impl Wrong {
    fn at(&self, part: Part, fault: Fault, nth: usize) {
        *self.plan.lock().unwrap() = Some((part, fault));
        self.left.store(nth, Ordering::Relaxed);
    }

    /// The nth line of the log says so, and waits at the gate.
    fn hang_at(&self, nth: usize, hangs: mpsc::Sender<()>, gate: Arc<Barrier>) {
        *self.hang.lock().unwrap() = Some((hangs, gate));
        self.at(Part::Log, Fault::Hangs, nth);
    }

    /// Nothing goes wrong any more. Whether it has.
    fn is_over(&self) -> bool {
        *self.plan.lock().unwrap() = None;
        *self.hang.lock().unwrap() = None;
        self.met.load(Ordering::Relaxed)
    }

    /// A use of a part, and what happens to it.
    fn uses(&self, part: Part) -> Option<Fault> {
        let (_, fault) = self.plan.lock().unwrap().filter(|(planned, _)| *planned == part)?;
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.wrapping_sub(1), Ordering::Relaxed);
        if left != 0 {
            return None;
        }
        self.met.store(true, Ordering::Relaxed);
        Some(fault)
    }
}

/// The parts of a host, each behind its faults.
struct Behind<T: ?Sized>(Arc<Wrong>, Arc<T>);

impl Outbound for Behind<dyn Outbound> {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move {
            match self.0.uses(Part::Outbound) {
                None => self.1.send(departure).await,
                Some(Fault::Fails | Fault::Panics) => Err(SendError::Unreachable("no route".into())),
                Some(Fault::Hangs) => std::future::pending().await,
                Some(Fault::FailsAfterwards) => {
                    let _unread = self.1.send(departure).await;
                    Err(SendError::Interrupted("cut off".into()))
                }
                Some(Fault::HangsAfterwards) => {
                    let _unread = self.1.send(departure).await;
                    std::future::pending().await
                }
            }
        })
    }
}

/// A shared cache that cannot be reached says [`Acquired::Busy`], and takes nothing.
impl Behind<dyn TokenCache> {
    async fn reach(&self) -> bool {
        match self.0.uses(Part::Tokens) {
            None => true,
            Some(Fault::Hangs | Fault::HangsAfterwards) => std::future::pending().await,
            Some(Fault::Fails | Fault::FailsAfterwards | Fault::Panics) => false,
        }
    }
}

impl TokenCache for Behind<dyn TokenCache> {
    fn acquire<'a>(
        &'a self,
        key: &'a tokens::Key,
        refused: Option<&'a Secret>,
        patience: Duration,
    ) -> BoxFuture<'a, Acquired> {
        Box::pin(async move {
            if self.reach().await { self.1.acquire(key, refused, patience).await } else { Acquired::Busy }
        })
    }

    fn publish<'a>(
        &'a self,
        key: &'a tokens::Key,
        lease: Lease,
        token: Secret,
        lifetime: Duration,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if self.reach().await {
                self.1.publish(key, lease, token, lifetime).await;
            }
        })
    }

    fn block<'a>(&'a self, key: &'a tokens::Key, lease: Lease, code: String) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if self.reach().await {
                self.1.block(key, lease, code).await;
            }
        })
    }

    /// May not wait; what does not arrive runs out by itself.
    fn release(&self, key: &tokens::Key, lease: Lease) {
        if self.0.uses(Part::Tokens).is_none() {
            self.1.release(key, lease);
        }
    }

    fn forget(&self, scope: Scope) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if self.reach().await {
                self.1.forget(scope).await;
            }
        })
    }
}

impl LogSink for Behind<dyn LogSink> {
    fn write(&self, line: &Line) {
        match self.0.uses(Part::Log) {
            None => self.1.write(line),
            Some(Fault::Panics) => panic!("{MEANT}"),
            Some(Fault::Hangs) => {
                let (hangs, gate) = self.0.hang.lock().unwrap().take().unwrap();
                hangs.send(()).unwrap();
                gate.wait();
            }
            Some(fault) => panic!("a log does not {fault:?}"),
        }
    }
}

/// The steps of the store.
#[derive(Clone)]
struct StoreSteps(Arc<Wrong>);

impl Steps for StoreSteps {
    async fn before(&self, step: &str) -> Result<(), StoreError> {
        match self.0.uses(Part::Store) {
            None => Ok(()),
            Some(Fault::FailsAfterwards) => {
                self.0.afterwards.store(true, Ordering::Relaxed);
                Ok(())
            }
            Some(_) => Err(StoreError::unavailable(step)),
        }
    }

    async fn after(&self, step: &str) -> Result<(), StoreError> {
        if self.0.afterwards.swap(false, Ordering::Relaxed) {
            return Err(StoreError::unavailable(step));
        }
        Ok(())
    }
}

/// A host with a tenant, a fake WeCom, and what may go wrong.
struct Story {
    world: World,
    tenant: Tenant,
    tracker: Tracker<Stepping<MemoryStore, StoreSteps>>,
    wrong: Arc<Wrong>,
    decided: Mutex<Vec<Message>>,
}

impl Story {
    /// Everything that comes before the act, while nothing goes wrong.
    async fn begin(act: Act) -> Self {
        static ENGINE: OnceCell<host_harness::ApprovalEngine> = OnceCell::const_new();
        let engine = ENGINE.get_or_init(|| async { World::new().await.engine().clone() }).await;
        let world = World::around(engine, fake_wecom::Setup::example());
        world.save_address(&world.tenant()).await;
        let wrong = Arc::<Wrong>::default();
        let sound = conformance::services(&world.fake, &world.clock, &world.log, &world.wire);
        let services = Services {
            outbound: Arc::new(Behind(wrong.clone(), sound.outbound)),
            tokens: Arc::new(Behind(wrong.clone(), sound.tokens)),
            log: Arc::new(Behind(wrong.clone(), sound.log)),
            pace: sound.pace,
        };
        let engine = world.engine().with_services(services);
        let grant = Grant::trusting_description(&engine, &props::settings());
        let tenant = engine.tenant("acme", &props::settings(), &grant);
        let store = Stepping::new(MemoryStore::default(), StoreSteps(wrong.clone()));
        let tracker = Tracker::new(store, Policy::default(), HostKey::new(&[7; 32]));
        let story = Self { world, tenant, tracker, wrong, decided: Mutex::default() };
        if act != Act::Submission {
            story.submit().await.unwrap();
            story.approve();
        }
        if act == Act::Decision {
            story.deliver().await.unwrap();
        }
        story
    }

    fn now(&self) -> u64 {
        self.world.clock.now().as_secs()
    }

    async fn submit(&self) -> Result<(), StoreError> {
        let route = props::steps(&[member::LI_SI]);
        let request = SubmissionRequest { route, ..props::request("REQ-1") };
        self.tracker.submit_once(&self.tenant, &key(), &request, self.now()).await.map(drop)
    }

    /// The approver agrees to what there is.
    fn approve(&self) {
        for form in self.world.fake.forms() {
            if form.status == FormStatus::Pending {
                self.world.fake.agree(&form.sp_no, member::LI_SI, "ok").unwrap();
            }
        }
    }

    /// WeCom delivers what is due, and hears what a host answers.
    async fn deliver(&self) -> Result<(), StoreError> {
        let mut done = Ok(());
        for delivery in self.world.fake.due_deliveries(self.world.fake.now()) {
            let heard = self.hear(&callback(delivery.request, &self.world.clock)).await;
            let status = *heard.as_ref().unwrap_or(&503);
            self.world.fake.report(delivery.id, Delivered { status: Some(status) }).unwrap();
            done = done.and(heard.map(drop));
        }
        done
    }

    /// The status that WeCom gets for a callback.
    async fn hear(&self, request: &CallbackRequest) -> Result<u16, StoreError> {
        let outcome = self.tenant.handle_callback(request).await.unwrap();
        if let Disposition::Accepted(events) = &outcome.disposition {
            self.tracker.receive("acme", events, self.now()).await?;
        }
        Ok(outcome.response.status)
    }

    async fn settle(&self) -> Result<(), StoreError> {
        self.tracker.settle(|_: &Request| Some(self.tenant.clone()), self.now()).await.map(drop)
    }

    async fn reconcile(&self) -> Result<(), StoreError> {
        let engine = |_: &Request| Some(self.tenant.clone());
        self.tracker.reconcile(engine, &Budget::default(), self.now()).await.map(drop)
    }

    async fn perform(&self, act: Act) -> Result<(), StoreError> {
        match act {
            Act::Submission => self.submit().await,
            Act::Callback => self.deliver().await,
            Act::Decision => self.settle().await,
        }
    }

    /// Lets the nth use of a part go wrong during the act. `false` when there is no nth.
    async fn goes_wrong(&self, act: Act, part: Part, fault: Fault, nth: usize) -> bool {
        let what = format!("{act:?}, {part:?} {nth} {fault:?}");
        self.wrong.at(part, fault, nth);
        // Longer than any of the host's own limits, in simulated time.
        let done = tokio::time::timeout(Duration::from_secs(600), self.perform(act)).await;
        let Ok(done) = done else { panic!("{what}: no end") };
        let is_met = self.wrong.is_over();
        match done {
            Ok(()) => {}
            Err(error) => assert_eq!(error, StoreError::unavailable(&*error.operation), "{what}"),
        }
        self.check(&what).await;
        is_met
    }

    /// Nothing goes wrong any more, and the host goes on. In the end there is one form and one decision.
    async fn check(&self, what: &str) {
        let rows = self.tracker.store().store();
        for _ in 0..30 {
            let state = rows.request(&key()).await.unwrap().map(|request| request.state);
            // A submission that was turned away is the product's to repeat.
            if matches!(state, Some(State::Resubmit | State::Failed) | None) {
                self.submit().await.unwrap();
            }
            self.approve();
            self.deliver().await.unwrap();
            self.settle().await.unwrap();
            self.reconcile().await.unwrap();
            for message in rows.outbox().await.unwrap() {
                rows.acknowledge(&message).await.unwrap();
                if message.outcome != Outcome::SubmitAgain {
                    self.decided.lock().await.push(message);
                }
            }
            self.world.clock.advance(180);
            tokio::time::advance(Duration::from_secs(180)).await;
        }
        let forms = self.world.fake.forms();
        let [form] = forms.as_slice() else { panic!("{what}: {} forms", forms.len()) };
        let request = rows.request(&key()).await.unwrap().unwrap();
        assert_eq!(request.approval_id.as_deref(), Some(form.sp_no.as_str()), "{what}");
        assert_eq!((request.state, request.conflict), (State::Approved, false), "{what}");
        let decision = Message { key: key(), outcome: Outcome::Approved };
        assert_eq!(*self.decided.lock().await, [decision], "{what}");
        assert_eq!(rows.settleable(self.now(), 10).await.unwrap(), [], "{what}");
    }
}

fn key() -> Key {
    Key { tenant: "acme".into(), number: "REQ-1".into() }
}
