//! D32: the engine is swapped while calls are in flight and approvals are open, and nothing is lost.
//!
//! The second version is the WeCom engine with another spelling of two paths, so that what WeCom is asked tells which
//! version asks.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use approval_tracker::{
    Budget, HostKey, Key, MemoryStore, Outcome, Policy, Request, State, Store as _, SubmitOutcome, Tracker,
};
use bytes::Bytes;
use conformance::props::{account, request};
use conformance::{CapturedLog, EGRESS, T0, WorldClock, answer, callback, props};
use fake_wecom::setup::member;
use fake_wecom::{FakeWeCom, ManualClock, Setup};
use host_harness::contract::{Depth, Disposition, Member};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, ApprovalEngine, Digest, Grant, Limits, Registry, Runtime, Services, Tenant};
use tokio::sync::{Notify, watch};
use wecom_component::WECOM_ENGINE;

const ENGINE: &str = "wecom";

/// The second version.
fn respelled() -> Vec<u8> {
    let mut component = WECOM_ENGINE.to_vec();
    for (from, to) in [("/user/get", "/user/gEt"), ("/getapprovaldetail", "/gEtapprovaldetail")] {
        let places: Vec<usize> = component
            .windows(from.len())
            .enumerate()
            .filter_map(|(at, window)| (window == from.as_bytes()).then_some(at))
            .collect();
        assert!(!places.is_empty(), "the engine has no {from}");
        for at in places {
            component.get_mut(at..at + from.len()).unwrap().copy_from_slice(to.as_bytes());
        }
    }
    component
}

/// A provider that keeps the paths as they were asked for, and answers either spelling.
struct Provider {
    fake: FakeWeCom,
    asked: Mutex<Vec<String>>,
    /// While it stands, the first request waits.
    door: Option<Door>,
}

#[derive(Default)]
struct Door {
    used: AtomicBool,
    knocked: Notify,
    opened: Notify,
}

impl Provider {
    fn new(clock: WorldClock, door: Option<Door>) -> Arc<Self> {
        let fake = FakeWeCom::new(Setup::example(), clock, 1);
        Arc::new(Self { fake, asked: Mutex::default(), door })
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Outbound for Provider {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move {
            let mut request = departure.request;
            self.asked.lock().unwrap().push(request.uri().path().to_owned());
            if let Some(door) = self.door.as_ref().filter(|door| !door.used.swap(true, Ordering::SeqCst)) {
                door.knocked.notify_one();
                door.opened.notified().await;
            }
            *request.uri_mut() = request.uri().to_string().replace("/gEt", "/get").parse().unwrap();
            answer(self.fake.handle(request, EGRESS))
        })
    }
}

fn clock() -> WorldClock {
    WorldClock::new(ManualClock::new(T0))
}

fn services(outbound: Arc<dyn Outbound>, clock: &WorldClock) -> Services {
    // The clock stands still for more requests than a minute has.
    let quota = Quota { requests_per_minute: 1_000_000, ..Quota::default() };
    Services {
        outbound,
        tokens: Arc::new(MemoryTokens::new(Arc::new(clock.clone()))),
        log: Arc::<CapturedLog>::default(),
        pace: Arc::new(Pace::new(Arc::new(clock.clone()), quota)),
    }
}

/// A registry with both versions, the first one active, and their digests.
async fn registry(services: Services) -> (Registry, Digest, Digest) {
    let limits = Limits { concurrent_calls: 16, ..conformance::limits() };
    let second = respelled();
    let (a, b) = (Digest::of(WECOM_ENGINE), Digest::of(&second));
    let registry = Registry::new(Runtime::new(limits, &Allocation::Pooling, services).unwrap(), [a, b]);
    registry.load(WECOM_ENGINE).await.unwrap();
    registry.load(&second).await.unwrap();
    registry.activate(a).unwrap();
    (registry, a, b)
}

fn tenant(registry: &Registry, id: &str) -> Tenant {
    let engine = registry.active(ENGINE).unwrap();
    engine.tenant(id, &props::settings(), &granted(&engine))
}

fn granted(engine: &ApprovalEngine) -> Grant {
    Grant::trusting_description(engine, &props::settings())
}

fn confirmed() -> Member {
    Member { id: member::ZHANG_SAN.to_owned(), confirmed: true }
}

#[tokio::test]
async fn a_call_in_flight_ends_on_the_version_that_it_began_on() {
    let clock = clock();
    let provider = Provider::new(clock.clone(), Some(Door::default()));
    let door = provider.door.as_ref().unwrap();
    let (registry, a, b) = registry(services(provider.clone(), &clock)).await;
    let begun = tenant(&registry, "acme");
    let in_flight =
        tokio::spawn(
            async move { begun.resolve_user(&account(&[member::ZHANG_SAN]), Depth::Confirmed).await },
        );
    door.knocked.notified().await;
    assert_eq!(provider.asked(), ["/cgi-bin/gettoken"]);

    registry.activate(b).unwrap();
    let new =
        tenant(&registry, "globex").resolve_user(&account(&[member::ZHANG_SAN]), Depth::Confirmed).await;
    assert_eq!(new.unwrap().unwrap(), confirmed());
    assert_eq!(provider.asked(), ["/cgi-bin/gettoken", "/cgi-bin/user/gEt"]);
    let held =
        |digest| registry.versions().into_iter().find(|version| version.digest == digest).unwrap().held;
    assert_eq!((held(a), held(b)), (1, 0));

    // Not even unloading it disturbs the call.
    registry.unload(a).unwrap();
    assert!(!in_flight.is_finished());
    door.opened.notify_one();

    assert_eq!(in_flight.await.unwrap().unwrap().unwrap(), confirmed());
    assert_eq!(provider.asked(), ["/cgi-bin/user/get"]);
}

/// Requests that are begun on one version are looked after by it, and new ones by the other; roll-back included.
#[tokio::test]
async fn every_open_request_ends_on_the_engine_that_started_it() {
    let clock = clock();
    let provider = Provider::new(clock.clone(), None);
    let (registry, a, b) = registry(services(provider.clone(), &clock)).await;
    let tracker = Tracker::new(MemoryStore::default(), Policy::default(), HostKey::new(&[7; 32]));
    let check = provider.fake.begin_save(props::receive_server()).unwrap();
    let saved = tenant(&registry, "acme").handle_callback(&callback(check, &clock)).await.unwrap();
    let saved = http::Response::new(Bytes::from(saved.response.body));
    provider.fake.finish_save(&saved).unwrap();
    let key = |number: &str| Key { tenant: "acme".into(), number: number.into() };

    for (number, digest) in [("REQ-1", a), ("REQ-2", b), ("REQ-3", a)] {
        registry.activate(digest).unwrap();
        let submitted =
            tracker.submit_once(&tenant(&registry, "acme"), &key(number), &request(number), T0).await;
        assert!(matches!(submitted.unwrap(), SubmitOutcome::Pending { .. }));
        assert_eq!(tracker.store().request(&key(number)).await.unwrap().unwrap().pin.engine, digest);
    }
    registry.activate(b).unwrap();
    for form in provider.fake.forms() {
        provider.fake.agree(&form.sp_no, member::LI_SI, "ok").unwrap();
        provider.fake.agree(&form.sp_no, member::WANG_WU, "ok").unwrap();
    }
    // Callbacks are news; whichever version is active reads them.
    let mut events = Vec::new();
    for delivery in provider.fake.due_deliveries(T0) {
        let outcome =
            tenant(&registry, "acme").handle_callback(&callback(delivery.request, &clock)).await.unwrap();
        let Disposition::Accepted(accepted) = outcome.disposition else { panic!("{outcome:?}") };
        events.extend(accepted);
    }
    provider.asked();

    let pinned = |request: &Request| {
        let engine = registry.version(request.pin.engine).ok()?;
        Some(engine.tenant("acme", &props::settings(), &granted(&engine)))
    };
    let mut asked = Vec::new();
    for number in ["REQ-1", "REQ-2", "REQ-3"] {
        let bound = tracker.store().request(&key(number)).await.unwrap().unwrap();
        let mut news = events.clone();
        news.retain(|event| Some(&event.approval.approval_id) == bound.approval_id.as_ref());
        tracker.receive("acme", &news, T0).await.unwrap();
        tracker.settle(pinned, T0 + 1).await.unwrap();
        let mut paths = provider.asked();
        paths.dedup();
        asked.push(paths);
        assert_eq!(tracker.store().request(&key(number)).await.unwrap().unwrap().state, State::Approved);
    }
    let (first, second) = ("/cgi-bin/oa/getapprovaldetail", "/cgi-bin/oa/gEtapprovaldetail");
    assert_eq!(asked, [[first], [second], [first]]);
    let outcomes = tracker.store().outbox().await.unwrap().into_iter().map(|message| message.outcome);
    assert_eq!(outcomes.collect::<Vec<_>>(), [Outcome::Approved; 3]);

    // Both are needed until nothing can be revoked any more.
    assert_eq!((tracker.in_need_of(a).await.unwrap(), tracker.in_need_of(b).await.unwrap()), (2, 1));
    let later = T0 + Policy::default().revocable_seconds + 7_200;
    clock.advance(later - T0);
    tracker.reconcile(pinned, &Budget::default(), later).await.unwrap();
    assert_eq!((tracker.in_need_of(a).await.unwrap(), tracker.in_need_of(b).await.unwrap()), (0, 0));
}

/// Answers as WeCom does for an active member, and only once the engine has been swapped meanwhile.
struct SwappedMeanwhile {
    swaps: watch::Receiver<u64>,
    requests: AtomicU64,
    asked: [Mutex<String>; CALLERS],
}

const SWAPS: u64 = 1_000;
const CALLERS: usize = 2;

impl SwappedMeanwhile {
    async fn answer(&self, caller: usize, path: &str) -> http::Response<Bytes> {
        path.clone_into(&mut self.asked.get(caller).unwrap().lock().unwrap());
        let mut swaps = self.swaps.clone();
        let before = *swaps.borrow();
        self.requests.fetch_add(1, Ordering::SeqCst);
        swaps.wait_for(|swaps| *swaps > before).await.unwrap();
        http::Response::new(Bytes::from_static(if path.ends_with("gettoken") {
            br#"{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}"#
        } else {
            br#"{"errcode":0,"errmsg":"ok","userid":"zhang.san","name":"z","department":[1],"status":1}"#
        }))
    }
}

/// One caller's way to it.
struct Line(usize, Arc<SwappedMeanwhile>);

impl Outbound for Line {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move { Ok(self.1.answer(self.0, departure.request.uri().path()).await) })
    }
}

/// Callers without pause, and a swap inside every one of their requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_thousand_swaps_under_load_fail_no_call() {
    let clock = clock();
    let (registry, a, b) = registry(services(Provider::new(clock.clone(), None), &clock)).await;
    let registry = Arc::new(registry);
    let version = move |swaps: u64| if swaps.is_multiple_of(2) { a } else { b };
    let (done, swaps) = watch::channel(0_u64);
    let begun = Arc::new(AtomicU64::new(0));
    let provider = Arc::new(SwappedMeanwhile {
        swaps: swaps.clone(),
        requests: AtomicU64::new(0),
        asked: Default::default(),
    });

    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (registry, swaps, begun) = (registry.clone(), swaps.clone(), begun.clone());
            let provider = provider.clone();
            let services = services(Arc::new(Line(caller, provider.clone())), &clock);
            tokio::spawn(async move {
                let mut calls = [0_u64; 2];
                while *swaps.borrow() < SWAPS {
                    let before = *swaps.borrow();
                    let engine = registry.active(ENGINE).unwrap();
                    // No swap was under way: it has to be the version of the last one.
                    if begun.load(Ordering::SeqCst) == before {
                        assert_eq!(engine.digest(), version(before));
                    }
                    let tenant = engine.with_services(services.clone()).tenant(
                        &format!("tenant-{caller}"),
                        &props::settings(),
                        &granted(&engine),
                    );
                    let member = tenant.resolve_user(&account(&["zhang.san"]), Depth::Confirmed).await;
                    assert_eq!(member.unwrap().unwrap(), confirmed());
                    let old = engine.digest() == a;
                    let path = if old { "/cgi-bin/user/get" } else { "/cgi-bin/user/gEt" };
                    assert_eq!(*provider.asked.get(caller).unwrap().lock().unwrap(), path);
                    *calls.get_mut(usize::from(!old)).unwrap() += 1;
                }
                calls
            })
        })
        .collect();

    for swap in 1..=SWAPS {
        // A request that began after the last swap waits for this one.
        let known = provider.requests.load(Ordering::SeqCst);
        begun.store(swap, Ordering::SeqCst);
        registry.activate(version(swap)).unwrap();
        done.send_replace(swap);
        while swap < SWAPS && provider.requests.load(Ordering::SeqCst) == known {
            assert!(callers.iter().all(|caller| !caller.is_finished()), "a call failed");
            tokio::task::yield_now().await;
        }
    }
    let mut calls = [0, 0];
    for caller in callers {
        // Whoever is still waiting has no swap to come.
        while !caller.is_finished() {
            done.send_modify(|swaps| *swaps += 1);
            tokio::task::yield_now().await;
        }
        let [on_a, on_b] = caller.await.unwrap();
        calls = [calls[0] + on_a, calls[1] + on_b];
    }
    let [on_a, on_b] = calls;
    assert!(on_a > 0 && on_b > 0, "{calls:?}");
    assert!(on_a + on_b >= SWAPS / 2, "{calls:?}");
    assert!(provider.requests.load(Ordering::SeqCst) >= SWAPS);
}
