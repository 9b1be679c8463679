//! WeCom counts calls. The host counts them too, waits as long as WeCom asks, and lets tenants take turns.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::sync::{Arc, Mutex};

use conformance::props::{ATTRIBUTE, account, other_app, request, settings, two_apps};
use conformance::{EGRESS, T0, World, answer, services};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, FakeWeCom, FaultPlan, Setup, When};
use host_harness::contract::{Depth, SubmitProblem, TrackingProblem};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Hold, Pace, Quota};
use host_harness::{CallError, CallFailure, Grant, Services, Settings, Tenant};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

fn held<T>(hold: Hold) -> Result<T, CallError> {
    Err(CallError { error: CallFailure::Held(hold), requests_sent: 0 })
}

/// An account, as the contract's JSON.
fn person(user: &str) -> Value {
    let attributes = json!([{ "name": ATTRIBUTE, "values": [user] }]);
    json!({ "id": "u-1", "display-name": "张三", "attributes": attributes })
}

async fn confirm(tenant: &Tenant, user: &str) -> Result<(), CallError> {
    tenant.resolve_user(&account(&[user]), Depth::Confirmed).await.map(drop)
}

/// 45009: WeCom shuts an approval interface for a minute.
#[tokio::test]
async fn one_request_meets_a_shut_window_and_none_follows_until_it_opens() {
    let world = World::with(Setup { rate_limit_per_minute: 1, ..two_apps() }).await;
    let tenant = world.tenant();
    let fetch = || async { tenant.fetch("202601010001").await };
    assert!(matches!(fetch().await, Ok(Err(TrackingProblem::NotFound(_)))));
    assert_eq!(fetch().await, Ok(Err(TrackingProblem::Unavailable(Some(60)))));
    let asked = world.fake.calls().len();

    let same_credential = world.tenant_with("globex", &settings());
    for (passed, seconds) in [(0, 60), (29, 31), (30, 1)] {
        world.clock.advance(passed);
        let closed = Hold::Closed { opens_at: T0 + 60, seconds };
        assert_eq!(fetch().await, held(closed));
        assert_eq!(tenant.submit(&request("REQ-1")).await, held(closed));
        assert_eq!(confirm(&same_credential, member::ZHANG_SAN).await, held(closed));
    }
    assert_eq!(world.fake.calls().len(), asked);

    assert_eq!(confirm(&world.tenant_with("initech", &other_app()), member::ZHANG_SAN).await, Ok(()));
    world.clock.advance(1);
    assert!(matches!(fetch().await, Ok(Err(TrackingProblem::NotFound(_)))));
}

/// A call by name is as much of a call as one by type.
#[tokio::test]
async fn a_verdict_read_as_json_shuts_the_window_too() {
    let asked = |path: &str, code| FaultPlan::none().on_call(path, When::First(1), CallFault::ErrCode(code));
    let number = json!({ "approval-id": "202601010001" });
    let person = json!({ "account": person(member::ZHANG_SAN), "depth": "confirmed" });
    let form = json!({ "request": {
        "idempotency-key": "REQ-1", "applicant": person["account"], "route": "template-flow",
    } });
    for (function, input, path, code, seconds) in [
        ("fetch", &number, "oa/getapprovaldetail", 45_009, 60),
        ("resolve-user", &person, "user/get", 45_033, 5),
        ("submit", &form, "oa/gettemplatedetail", 45_033, 5),
        ("provision", &Value::Null, "oa/gettemplatedetail", 45_009, 60),
        ("submit", &form, "gettoken", 45_009, 60),
    ] {
        let world = World::new().await;
        world.fake.set_faults(asked(path, code));
        let tenant = world.tenant();
        let answer = tenant.call_json(function, input).await.unwrap();
        assert!(answer.get("err").is_some(), "{function}: {answer}");
        let sent = world.fake.calls().len();
        let closed = Hold::Closed { opens_at: T0 + u64::from(seconds), seconds };
        assert_eq!(tenant.call_json(function, input).await, held(closed), "{function}");
        assert_eq!(tenant.fetch("202601010001").await, held(closed), "{function}");
        assert_eq!(world.fake.calls().len(), sent, "{function}");
    }
}

/// 45033: too many at the same time, which passes within seconds.
#[tokio::test]
async fn too_many_at_the_same_time_shut_the_window_for_seconds() {
    let world = World::new().await;
    world.fake.set_faults(FaultPlan::none().on_call("user/get", When::First(1), CallFault::ErrCode(45_033)));
    let tenant = world.tenant();
    confirm(&tenant, member::ZHANG_SAN).await.unwrap();
    let closed = Hold::Closed { opens_at: T0 + 5, seconds: 5 };
    assert_eq!(confirm(&tenant, member::ZHANG_SAN).await, held(closed));
    world.clock.advance(5);
    assert_eq!(confirm(&tenant, member::ZHANG_SAN).await, Ok(()));
    assert_eq!(world.fake.calls_to("user/get").len(), 2);
}

/// WeCom publishes no window for gettoken, and a ban of the address answers like this as well.
#[tokio::test]
async fn a_limit_without_a_known_window_is_left_alone_for_a_minute() {
    let world = World::new().await;
    world.fake.set_faults(FaultPlan::none().on_call("gettoken", When::First(1), CallFault::ErrCode(45_009)));
    let tenant = world.tenant();
    confirm(&tenant, member::ZHANG_SAN).await.unwrap();
    let closed = Hold::Closed { opens_at: T0 + 60, seconds: 60 };
    assert_eq!(confirm(&tenant, member::ZHANG_SAN).await, held(closed));
    assert_eq!(world.fake.calls().len(), 1);
}

#[tokio::test]
async fn a_credential_without_budget_sends_nothing_and_another_goes_on() {
    let world = World::with(two_apps()).await;
    let line = Arc::new(Line::to(&world));
    line.open.add_permits(1_000);
    let quota = Quota { requests_per_minute: 60, ..Quota::default() };
    let [acme, initech] = line.tenants(&world, quota, [&settings(), &other_app()]);

    let mut done = 0;
    let spent = loop {
        match confirm(&acme, member::ZHANG_SAN).await {
            Ok(()) => done += 1,
            Err(spent) => break spent,
        }
    };

    // A quarter is kept for calls under way: of the other 45, one was for the token.
    assert_eq!((done, world.fake.calls().len()), (44, 45));
    assert_eq!(Err::<(), _>(spent), held(Hold::Spent { seconds: 1 }));
    assert_eq!(confirm(&initech, member::ZHANG_SAN).await, Ok(()));
    world.clock.advance(1);
    assert_eq!(confirm(&acme, member::ZHANG_SAN).await, Ok(()));
}

/// Token, member and template have cost all there was: the one request that counts did not leave.
#[tokio::test]
async fn a_submission_whose_budget_ends_half_way_was_certainly_not_sent() {
    let world = World::new().await;
    let line = Arc::new(Line::to(&world));
    line.open.add_permits(1_000);
    let [tenant, _] = line.tenants(&world, Quota { requests_per_minute: 3, calls: 1 }, [&settings(); 2]);

    let problem = tenant.submit(&request("REQ-1")).await.unwrap().unwrap_err();

    assert!(matches!(problem, SubmitProblem::Unavailable(_)), "{problem:?}");
    assert_eq!((world.fake.calls().len(), world.fake.forms()), (3, vec![]));
}

/// Under one credential they take turns: those under way end, and the other's is among the next.
#[tokio::test]
async fn a_thousand_calls_of_one_tenant_delay_the_other_s_by_one_round() {
    let world = World::new().await;
    let line = Arc::new(Line::to(&world));
    let quota = Quota { requests_per_minute: 60_000, calls: 4 };
    let [acme, globex] = line.tenants(&world, quota, [&settings(), &settings()]);
    let flood = flood(&acme, member::ZHANG_SAN);
    line.until(4).await;
    assert_eq!(line.arrived().len(), 4);

    let other = tokio::spawn(async move { confirm(&globex, member::LI_SI).await });
    settled().await;
    // The first four end. Nothing more is let through until four others stand here, so those are the next four
    // however long each computes and whoever has to fetch a token first.
    line.open.add_permits(4);
    line.until(8).await;

    let arrived = line.arrived();
    assert_eq!(arrived.len(), 8);
    let others = arrived.iter().skip(4).filter(|user| *user == member::LI_SI);
    assert_eq!(others.count(), 1, "{arrived:?}");
    line.open.add_permits(4);
    assert_eq!(other.await.unwrap(), Ok(()));
    flood.iter().for_each(JoinHandle::abort);
}

/// Under two credentials the other need not wait for any: the flood cannot take the host's own slots either.
#[tokio::test]
async fn a_thousand_calls_of_one_credential_do_not_delay_another_s() {
    let world = World::with(two_apps()).await;
    let line = Arc::new(Line::to(&world));
    let [acme, initech] = line.tenants(&world, Quota::default(), [&settings(), &other_app()]);
    let flood = flood(&acme, member::ZHANG_SAN);
    let calls = Quota::default().calls as usize;
    line.until(calls).await;

    let other = tokio::spawn(async move { confirm(&initech, member::LI_SI).await });
    line.until(calls + 1).await;

    let arrived = line.arrived();
    assert_eq!(arrived.len(), calls + 1);
    assert_eq!(arrived.last().map(String::as_str), Some(member::LI_SI));
    flood.iter().chain([&other]).for_each(JoinHandle::abort);
}

fn flood(tenant: &Tenant, user: &'static str) -> Vec<JoinHandle<Result<(), CallError>>> {
    let call = |tenant: Tenant| tokio::spawn(async move { confirm(&tenant, user).await });
    (0..1_000).map(|_| call(tenant.clone())).collect()
}

/// Every task of this thread stands in its queue, if it has nothing to compute before it.
async fn settled() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Where questions about members wait until they are let through, one permit each.
struct Line {
    fake: FakeWeCom,
    open: Semaphore,
    users: Mutex<Vec<String>>,
}

impl Line {
    fn to(world: &World) -> Self {
        Self { fake: world.fake.clone(), open: Semaphore::new(0), users: Mutex::default() }
    }

    /// Two tenants of one host.
    fn tenants(self: &Arc<Self>, world: &World, quota: Quota, settings: [&Settings; 2]) -> [Tenant; 2] {
        let services = Services {
            outbound: self.clone(),
            pace: Arc::new(Pace::new(Arc::new(world.clock.clone()), quota)),
            ..services(&world.fake, &world.clock, &world.log, &world.wire)
        };
        let engine = world.engine().with_services(services);
        let [first, second] = settings;
        [("first", first), ("second", second)].map(|(id, settings)| {
            engine.tenant(id, settings, &Grant::trusting_description(&engine, settings))
        })
    }

    /// Lets the tasks of this thread compute until so many stand here. An engine that computes gives way now and then,
    /// so how many turns that takes depends on the machine; a million are enough for any.
    async fn until(&self, count: usize) {
        for _ in 0..1_000_000 {
            if self.arrived().len() >= count {
                break;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Who was asked about, in order.
    fn arrived(&self) -> Vec<String> {
        self.users.lock().unwrap().clone()
    }
}

impl Outbound for Line {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, SendError>> {
        Box::pin(async move {
            let uri = departure.request.uri();
            if uri.path().ends_with("/user/get") {
                let query = uri.query().unwrap_or_default();
                let user = query.split('&').find_map(|pair| pair.strip_prefix("userid=")).unwrap();
                self.users.lock().unwrap().push(user.to_owned());
                self.open.acquire().await.unwrap().forget();
            }
            answer(self.fake.handle(departure.request, EGRESS))
        })
    }
}
