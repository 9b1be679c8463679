//! Access tokens: one for many calls, renewed once, and none at all for a credential that WeCom refuses.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use conformance::props::{account, other_app, request, settings, two_apps};
use conformance::{T0, World, answer, load, services};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, FakeWeCom, FaultPlan, SECRET, Secret, Setup, When};
use host_harness::contract::{
    CheckOptions, CheckVerdict, Depth, MappingProblem, MappingProblemKind, RefusalClass, SubmitProblem,
};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::secret::Secret as Token;
use host_harness::tokens::{Acquired, Key, Lease, Scope, TokenCache};
use host_harness::{Allocation, Grant, Services, Settings, Tenant};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

async fn confirm(tenant: &Tenant) -> Result<(), MappingProblem> {
    tenant.resolve_user(&account(&[member::ZHANG_SAN]), Depth::Confirmed).await.unwrap().map(drop)
}

fn requests(world: &World, path: &str) -> usize {
    world.fake.calls_to(path).len()
}

#[track_caller]
fn refusal(result: Result<(), MappingProblem>) -> (RefusalClass, String, String) {
    let problem = result.unwrap_err();
    assert_eq!(problem.kind, MappingProblemKind::Refused);
    let refusal = problem.refusal.unwrap();
    (refusal.class, refusal.code, refusal.remedy.en)
}

/// Calls at once, half of them through each of two engines.
const CALLS: usize = 100;

/// The tenant through two engines of two runtimes, as before and after an update of the engine; one cache of tokens.
async fn two_engines(world: &World, gate: &Arc<Gate>, settings: &Settings) -> [Tenant; 2] {
    let services = gate.clone().services(world);
    [world.engine().clone(), load(&Allocation::Pooling).await]
        .map(|engine| engine.with_services(services.clone()))
        .map(|engine| engine.tenant("acme", settings, &Grant::trusting_description(&engine, settings)))
}

fn calls_at_once(tenants: &[Tenant]) -> Vec<JoinHandle<Result<(), MappingProblem>>> {
    let turns = tenants.iter().cycle().take(CALLS).cloned();
    turns.map(|tenant| tokio::spawn(async move { confirm(&tenant).await })).collect()
}

/// D18: all of them ask while the first one is still fetching.
#[tokio::test]
async fn two_engines_with_a_hundred_calls_at_once_fetch_one_token() {
    let world = World::new().await;
    let gate = Arc::new(Gate::at("/gettoken", &world));
    let tenants = two_engines(&world, &gate, &settings()).await;

    let calls = calls_at_once(&tenants);
    until(&gate.asked, CALLS).await;
    gate.open.add_permits(CALLS);
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }

    assert_eq!((requests(&world, "gettoken"), requests(&world, "user/get")), (1, CALLS));
}

/// D17, D18: all of them carry the token that WeCom has revoked, and each finds out by itself.
#[tokio::test]
async fn a_token_revoked_under_a_hundred_calls_is_forgotten_once() {
    let world = World::new().await;
    let gate = Arc::new(Gate::at("/user/get", &world));
    let tenants = two_engines(&world, &gate, &settings()).await;
    let calls = calls_at_once(&tenants);
    until(&gate.arrived, CALLS).await;

    world.fake.revoke_tokens();
    gate.open.add_permits(2 * CALLS);
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }

    assert_eq!((requests(&world, "gettoken"), requests(&world, "user/get")), (2, 2 * CALLS));
}

/// D23: a hundred callers learn the reason from one request.
#[tokio::test]
async fn a_hundred_calls_at_once_try_a_wrong_secret_once() {
    let world = World::new().await;
    let gate = Arc::new(Gate::at("/gettoken", &world));
    let tenants = two_engines(&world, &gate, &settings().with("secret", "not-the-secret")).await;

    let calls = calls_at_once(&tenants);
    until(&gate.asked, CALLS).await;
    gate.open.add_permits(CALLS);
    for call in calls {
        let (class, code, remedy) = refusal(call.await.unwrap());
        assert_eq!((class, code.as_str()), (RefusalClass::Credentials, "40001"));
        assert!(remedy.contains("Secret"), "{remedy}");
    }

    assert_eq!(world.fake.calls().len(), 1);
}

/// D16: the same engine, and two tenants with an app each.
#[tokio::test]
async fn two_tenants_never_share_a_token() {
    let world = World::with(two_apps()).await;
    let acme = world.tenant_with("acme", &settings());
    let globex = world.tenant_with("globex", &other_app());
    for _ in 0..3 {
        confirm(&acme).await.unwrap();
        confirm(&globex).await.unwrap();
    }

    let mut uses = BTreeMap::new();
    for token in world.wire.used() {
        *uses.entry(token).or_insert(0) += 1;
    }
    assert_eq!(uses.into_values().collect::<Vec<_>>(), [3, 3]);
    assert_eq!(requests(&world, "gettoken"), 2);
}

/// D16: equal settings do not make two tenants one.
#[tokio::test]
async fn a_token_of_one_tenant_serves_no_other_with_the_same_settings() {
    let world = World::new().await;
    confirm(&world.tenant_with("acme", &settings())).await.unwrap();
    confirm(&world.tenant_with("globex", &settings())).await.unwrap();
    assert_eq!(requests(&world, "gettoken"), 2);
}

#[tokio::test]
async fn a_token_serves_until_shortly_before_it_expires() {
    let world = World::new().await;
    let tenant = world.tenant();
    confirm(&tenant).await.unwrap();
    world.clock.advance(6_899);
    confirm(&tenant).await.unwrap();
    assert_eq!(requests(&world, "gettoken"), 1);

    world.clock.advance(1);
    confirm(&tenant).await.unwrap();

    assert_eq!(requests(&world, "gettoken"), 2);
    assert_eq!(requests(&world, "user/get"), 3);
}

/// D17: 40014 and 42001.
#[tokio::test]
async fn a_token_that_dies_early_is_renewed_once_and_the_call_repeated_once() {
    for kill in [FakeWeCom::revoke_tokens, FakeWeCom::expire_tokens] {
        let world = World::new().await;
        let tenant = world.tenant();
        confirm(&tenant).await.unwrap();
        kill(&world.fake);

        confirm(&tenant).await.unwrap();

        assert_eq!((requests(&world, "gettoken"), requests(&world, "user/get")), (2, 3));
        let used = world.wire.used();
        assert_eq!(used.len(), 3);
        assert_ne!(used.first(), used.last());
    }
}

/// The same in the middle of a submission: WeCom tests the token before it takes the form.
#[tokio::test]
async fn a_token_that_dies_at_applyevent_makes_one_form() {
    for fault in [CallFault::RevokeTokens, CallFault::ExpireTokens] {
        let world = World::new().await;
        world.fake.set_faults(FaultPlan::none().on_call("oa/applyevent", When::Nth(1), fault.clone()));

        let submitted = world.tenant().submit(&request("REQ-1")).await.unwrap();

        assert!(submitted.is_ok(), "{fault:?}: {submitted:?}");
        assert_eq!((requests(&world, "gettoken"), requests(&world, "oa/applyevent")), (2, 2));
        assert_eq!(world.fake.forms().len(), 1);
    }
}

/// D17: never a loop.
#[tokio::test]
async fn a_token_refused_for_good_costs_one_renewal_in_each_call() {
    for errcode in [40_014, 42_001, 41_001] {
        let world = World::new().await;
        let refused = CallFault::ErrCode(errcode);
        world.fake.set_faults(FaultPlan::none().on_call("user/get", When::Always, refused));

        let (class, code, remedy) = refusal(confirm(&world.tenant()).await);

        assert_eq!((class, code), (RefusalClass::Token, errcode.to_string()));
        assert!(remedy.contains("administrator"), "{remedy}");
        assert_eq!((requests(&world, "gettoken"), requests(&world, "user/get")), (2, 2));
    }
}

#[tokio::test]
async fn applyevent_with_a_token_refused_for_good_is_refused_and_no_form_exists() {
    let world = World::new().await;
    world.fake.set_faults(FaultPlan::none().on_call("oa/applyevent", When::Always, CallFault::RevokeTokens));

    let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();

    let SubmitProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Token, "40014"));
    assert_eq!((requests(&world, "gettoken"), requests(&world, "oa/applyevent")), (2, 2));
    assert_eq!(world.fake.forms(), []);
}

/// D23: WeCom bans an address that keeps trying, here after ten.
#[tokio::test]
async fn a_wrong_secret_is_tried_once_until_the_configuration_changes() {
    let world = World::new().await;
    let wrong = world.tenant_with("acme", &settings().with("secret", "not-the-secret"));
    for _ in 0..30 {
        let (class, code, remedy) = refusal(confirm(&wrong).await);
        assert_eq!((class, code.as_str()), (RefusalClass::Credentials, "40001"));
        assert!(remedy.contains("Secret"), "{remedy}");
    }
    let submitted = wrong.submit(&request("REQ-1")).await.unwrap();
    assert!(matches!(submitted, Err(SubmitProblem::Refused(_))), "{submitted:?}");
    assert_eq!(world.fake.calls().len(), 1);

    let right = world.tenant_with("acme", &settings());
    assert_eq!(confirm(&right).await, Ok(()));
    assert_eq!(requests(&world, "gettoken"), 2);
}

/// D23: a day makes a wrong secret no better.
#[tokio::test]
async fn a_blocked_credential_stays_blocked_as_time_passes() {
    let world = World::new().await;
    let tenant = world.tenant_with("acme", &settings().with("secret", "not-the-secret"));
    refusal(confirm(&tenant).await);
    world.clock.advance(86_400);
    refusal(confirm(&tenant).await);
    assert_eq!(world.fake.calls().len(), 1);
}

/// D23: the settings are what they were, and at WeCom somebody has put right what was wrong there.
#[tokio::test]
async fn a_check_that_finds_no_fault_ends_the_block_of_a_credential() {
    let world = World::new().await;
    let tenant = world.tenant_with("acme", &settings().with("secret", "the-next-secret"));
    let fails = async || {
        let findings = tenant.check(&CheckOptions { now: T0, probe: None }).await.unwrap();
        findings.iter().any(|finding| finding.verdict == CheckVerdict::Fail)
    };
    refusal(confirm(&tenant).await);
    assert!(fails().await);
    let unproven = tenant.without_configure().check(&CheckOptions { now: T0, probe: None }).await.unwrap();
    assert!(unproven.iter().all(|finding| finding.verdict != CheckVerdict::Ok), "{unproven:?}");
    let asked = world.fake.calls().len();
    refusal(confirm(&tenant).await);
    world.fake.reconfigure(|setup| {
        setup.apps.iter_mut().for_each(|app| app.secret = Secret::new("the-next-secret"));
    });
    refusal(confirm(&tenant).await);
    assert_eq!(world.fake.calls().len(), asked);

    assert!(!fails().await);

    assert_eq!(confirm(&tenant).await, Ok(()));
}

/// A shared cache that hangs keeps no verdict back.
#[tokio::test(start_paused = true)]
async fn a_cache_that_hangs_when_a_block_ends_keeps_no_verdict_back() {
    let world = World::new().await;
    let gate = Arc::new(Gate::at("no such path", &world));
    gate.keeps_blocks.store(true, Ordering::SeqCst);
    let engine = world.tenant().engine().with_services(gate.services(&world));
    let tenant = engine.tenant("acme", &settings(), &Grant::trusting_description(&engine, &settings()));
    let findings = tenant.check(&CheckOptions { now: T0, probe: None }).await.unwrap();
    assert!(findings.iter().any(|finding| finding.verdict == CheckVerdict::Ok));
    let told = "host: unblock-timed-out seconds=\"1\"";
    assert!(world.log.lines().iter().any(|line| line.to_string() == told));
}

/// The same test, called by its name; and what others run on it leaves alone.
#[tokio::test]
async fn a_check_by_name_ends_a_block_and_leaves_a_live_token() {
    let world = World::new().await;
    let tenant = world.tenant_with("acme", &settings().with("secret", "the-next-secret"));
    let check = json!({ "options": { "now": T0, "probe": null } });
    refusal(confirm(&tenant).await);
    world.fake.reconfigure(|setup| {
        setup.apps.iter_mut().for_each(|app| app.secret = Secret::new("the-next-secret"));
    });
    tenant.call_json("check", &check).await.unwrap();
    assert_eq!(confirm(&tenant).await, Ok(()));
    let fetched = requests(&world, "gettoken");

    tenant.call_json("check", &check).await.unwrap();

    assert_eq!(confirm(&tenant).await, Ok(()));
    assert_eq!(requests(&world, "gettoken"), fetched + 1, "the one that the check has for itself");
}

#[tokio::test]
async fn the_block_of_one_tenant_leaves_the_other_alone() {
    let world = World::new().await;
    refusal(confirm(&world.tenant_with("globex", &settings().with("secret", "not-the-secret"))).await);
    assert_eq!(confirm(&world.tenant()).await, Ok(()));
}

/// A failure to get a token is no wrong secret: the next call asks again.
#[tokio::test]
async fn a_token_that_cannot_be_fetched_is_asked_for_again_by_the_next_call() {
    let world = World::new().await;
    world.fake.set_faults(FaultPlan::none().on_call("gettoken", When::Nth(1), CallFault::Html));
    let tenant = world.tenant();

    let first = confirm(&tenant).await.unwrap_err();
    let second = confirm(&tenant).await;

    assert_eq!(first.kind, MappingProblemKind::Unavailable);
    assert_eq!(second, Ok(()));
    assert_eq!(requests(&world, "gettoken"), 2);
}

/// D23: the secret goes to gettoken as it is configured, whatever characters it has.
#[tokio::test]
async fn a_secret_of_awkward_characters_arrives_as_it_is() {
    let awkward = "a+b/c=&d%20 e?f#g";
    let mut setup = Setup::example();
    setup.apps.first_mut().unwrap().secret = Secret::new(awkward);
    let world = World::with(setup).await;
    assert_eq!(confirm(&world.tenant_with("acme", &settings().with("secret", awkward))).await, Ok(()));
    assert_ne!(awkward, SECRET);
}

/// Holds requests of one path back, and counts them and who asks the cache for a token.
struct Gate {
    path: &'static str,
    fake: FakeWeCom,
    open: Semaphore,
    arrived: AtomicUsize,
    asked: AtomicUsize,
    /// Whether the cache never answers when a block is to end.
    keeps_blocks: AtomicBool,
    tokens: Arc<dyn TokenCache>,
}

impl Gate {
    fn at(path: &'static str, world: &World) -> Self {
        let tokens = services(&world.fake, &world.clock, &world.log, &world.wire).tokens;
        let (arrived, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let keeps_blocks = AtomicBool::new(false);
        Self { path, fake: world.fake.clone(), open: Semaphore::new(0), arrived, asked, keeps_blocks, tokens }
    }

    /// At a pace that lets all calls go at once.
    fn services(self: Arc<Self>, world: &World) -> Services {
        let quota = Quota { requests_per_minute: 10_000, calls: 1_000 };
        let pace = Arc::new(Pace::new(Arc::new(world.clock.clone()), quota));
        Services { outbound: self.clone(), tokens: self, log: world.log.clone(), pace }
    }
}

async fn until(counter: &AtomicUsize, calls: usize) {
    while counter.load(Ordering::SeqCst) < calls {
        tokio::task::yield_now().await;
    }
}

impl Outbound for Gate {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, SendError>> {
        Box::pin(async move {
            if departure.request.uri().path().ends_with(self.path) {
                self.arrived.fetch_add(1, Ordering::SeqCst);
                self.open.acquire().await.unwrap().forget();
            }
            answer(self.fake.handle(departure.request, conformance::EGRESS))
        })
    }
}

impl TokenCache for Gate {
    fn acquire<'a>(
        &'a self,
        key: &'a Key,
        refused: Option<&'a Token>,
        patience: Duration,
    ) -> BoxFuture<'a, Acquired> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.tokens.acquire(key, refused, patience)
    }

    fn publish<'a>(
        &'a self,
        key: &'a Key,
        lease: Lease,
        token: Token,
        lifetime: Duration,
    ) -> BoxFuture<'a, ()> {
        self.tokens.publish(key, lease, token, lifetime)
    }

    fn block<'a>(&'a self, key: &'a Key, lease: Lease, code: String) -> BoxFuture<'a, ()> {
        self.tokens.block(key, lease, code)
    }

    fn forget(&self, scope: Scope) -> BoxFuture<'_, ()> {
        self.tokens.forget(scope)
    }

    fn unblock(&self, scope: Scope) -> BoxFuture<'_, ()> {
        if self.keeps_blocks.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        self.tokens.unblock(scope)
    }

    fn release(&self, key: &Key, lease: Lease) {
        self.tokens.release(key, lease);
    }
}
