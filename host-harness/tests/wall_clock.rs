//! Calls that wait for somebody who never answers. Time is virtual: it jumps when everybody waits.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use fake_wecom::{FakeWeCom, ManualClock, Setup};
use host_harness::contract::{Depth, MappingProblemKind, SubmitProblem};
use host_harness::log::Level;
use host_harness::{Allocation, ApprovalEngine, CallError, CallFailure, Grant, Limits, Runtime};
use stage::{Lines, Silent};
use wecom_provider::props;

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

async fn engine(limits: Limits) -> ApprovalEngine {
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    runtime.load(wecom_component::WECOM_ENGINE).await.unwrap()
}

fn silent(path: &'static str, obeys_its_timeout: bool) -> Silent {
    Silent { fake: FakeWeCom::new(Setup::example(), ManualClock::new(stage::T0), 1), path, obeys_its_timeout }
}

/// D22: the request's own time is over, and the engine still has time to say what that means.
#[tokio::test(start_paused = true)]
async fn applyevent_without_an_answer_is_an_unknown_outcome() {
    let engine = engine(stage::limits()).await;
    let tenant =
        stage::tenant(&engine.with_services(stage::services(silent("applyevent", true), &Arc::default())));

    let submitted = tenant.submit(&stage::request()).await.unwrap();

    let Err(SubmitProblem::UnknownOutcome(uncertainty)) = submitted else { panic!("{submitted:?}") };
    assert_eq!(uncertainty.idempotency_key, "REQ-1");
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_is_unavailable() {
    let engine = engine(stage::limits()).await;
    let tenant =
        stage::tenant(&engine.with_services(stage::services(silent("user/get", true), &Arc::default())));

    let problem = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap().unwrap_err();

    assert_eq!(problem.kind, MappingProblemKind::Unavailable);
}

/// Even a client that never gives up ends with the call, and the host learns that something was sent.
#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_wall_clock_and_counts_what_was_sent() {
    let limit = Duration::from_secs(20);
    let engine = engine(Limits { outbound_call: limit, ..stage::limits() }).await;
    let tenant =
        stage::tenant(&engine.with_services(stage::services(silent("applyevent", false), &Arc::default())));

    let error = tenant.submit(&stage::request()).await.unwrap_err();

    let timed_out = CallFailure::TimedOut { setting: "limits.outbound_call", limit };
    assert_eq!(error, CallError { error: timed_out, requests_sent: 4 });
    tenant.configure().await.unwrap().unwrap();
}

/// The lease goes with the call, so the next one asks at once.
#[tokio::test(start_paused = true)]
async fn a_call_that_ends_while_it_fetches_a_token_keeps_nobody_waiting() {
    let engine = engine(stage::limits()).await;
    let log = Arc::<Lines>::default();
    let stuck = stage::services(silent("gettoken", false), &log);
    let tokens = stuck.tokens.clone();
    let tenant = stage::tenant(&engine.with_services(stuck));
    let error = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap_err();
    assert_eq!((error.requests_sent, log.all().len()), (1, 0));

    let mut working = stage::services(silent("no such path", false), &log);
    working.tokens = tokens;
    let tenant = stage::tenant(&engine.with_services(working));
    let member = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap().unwrap();

    assert!(member.confirmed);
    assert!(log.all().iter().all(|line| line.level <= Level::Debug), "{:?}", log.all());
}

/// A call more than allowed waits, and is not refused for it.
#[tokio::test(start_paused = true)]
async fn a_call_more_than_the_pool_holds_waits_for_its_turn() {
    let engine = engine(Limits { concurrent_calls: 2, ..stage::limits() }).await;
    let services = stage::services(silent("gettoken", true), &Arc::default());
    let waiting = stage::tenant(&engine.with_services(services));
    let first = tokio::spawn(async move { waiting.resolve_user(&stage::account(), Depth::Confirmed).await });
    tokio::task::yield_now().await;
    assert!(!first.is_finished());

    let services = stage::services(silent("no such path", false), &Arc::default());
    let second = stage::tenant(&engine.with_services(services));
    let member = second.resolve_user(&stage::account(), Depth::Confirmed).await;

    assert!(member.unwrap().unwrap().confirmed);
    assert!(first.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_gets_its_turn_did_nothing_and_delays_no_callback() {
    let engine = engine(Limits { concurrent_calls: 2, ..stage::limits() }).await;
    let services = stage::services(silent("gettoken", false), &Arc::default());
    let stuck = stage::tenant(&engine.with_services(services));
    let account = stage::account();
    // Begun, and never looked at again: it keeps its place.
    let mut first = Box::pin(stuck.resolve_user(&account, Depth::Confirmed));
    poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_ready())).await;

    let second = stuck.resolve_user(&account, Depth::Confirmed).await;
    let pure = stuck.configure().await;

    let busy = CallFailure::Overloaded { setting: "limits.concurrent_calls" };
    assert_eq!(second.unwrap_err(), CallError { error: busy, requests_sent: 0 });
    pure.unwrap().unwrap();
}

/// D36: a tenant whose provider hangs waits for itself alone.
#[tokio::test(start_paused = true)]
async fn a_tenant_that_has_all_of_its_own_places_takes_none_of_the_others() {
    let engine = engine(Limits { tenant_calls: 1, ..stage::limits() }).await;
    let stuck = engine.with_services(stage::services(silent("gettoken", false), &Arc::default()));
    let account = stage::account();
    let tenant = stage::tenant(&stuck);
    let mut first = Box::pin(tenant.resolve_user(&account, Depth::Confirmed));
    poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_ready())).await;

    // Made again, it is the same tenant.
    let second = stage::tenant(&stuck).resolve_user(&account, Depth::Confirmed).await;
    let pure = stage::tenant(&stuck).configure().await;
    let working = engine.with_services(stage::services(silent("no such path", false), &Arc::default()));
    let grant = Grant::trusting_description(&working, &props::settings());
    let other = working.tenant("other", &props::settings(), &grant);
    let member = other.resolve_user(&account, Depth::Confirmed).await;

    let busy = CallFailure::Overloaded { setting: "limits.tenant_calls" };
    assert_eq!(second.unwrap_err(), CallError { error: busy, requests_sent: 0 });
    pure.unwrap().unwrap();
    assert!(member.unwrap().unwrap().confirmed);
}

/// A runaway engine cannot call out for ever either.
#[tokio::test]
async fn a_call_makes_no_more_requests_than_allowed() {
    let engine = engine(Limits { requests: 3, ..stage::limits() }).await;
    let log = Arc::<Lines>::default();
    let tenant = stage::tenant(&engine.with_services(stage::services(silent("no such path", false), &log)));

    let submitted = tenant.submit(&stage::request()).await.unwrap();

    let Err(SubmitProblem::Refused(refusal)) = submitted else { panic!("{submitted:?}") };
    assert_eq!(refusal.code, "egress-denied");
    assert!(refusal.remedy.en.contains("limits.requests"), "{}", refusal.remedy.en);
    let denied = log.all().into_iter().find(|line| line.event == "request-denied").unwrap();
    assert_eq!(denied.level, Level::Warn);
}
