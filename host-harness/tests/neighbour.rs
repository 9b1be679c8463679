//! D36: what a hostile neighbour costs the others, measured in one run.
//!
//! Prints the times; only what the calls answer is asserted. `NEIGHBOUR_CALLS` sets how many calls are measured:
//!
//!     NEIGHBOUR_CALLS=2000 cargo test --release -p host-harness --test neighbour -- --nocapture
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a scenario that cannot go on ends here, and this one reports"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use host_harness::contract::{Depth, Member};
use host_harness::{Allocation, CallFailure, Grant, Limits, Runtime, Settings, Tenant};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

/// Calls of each hostile engine at the same time.
const EACH: usize = 2;

/// What they do, and how each of their calls ends.
const HOSTILE: [(&str, &str, &str); 5] = [
    ("loops", engines::LOOP, "limits.cpu"),
    ("eats memory", engines::BOMB, "limits.memory_bytes"),
    ("grows tables", engines::TABLE_BOMB, "limits.table_elements"),
    ("recurses", "call $deep", "limits.stack_bytes"),
    ("floods the log", "loop (call $say) br 0 end", "limits.cpu"),
];

fn calls() -> usize {
    std::env::var("NEIGHBOUR_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(100)
}

/// Counts the calls of a neighbour that have ended.
type Ended = watch::Receiver<usize>;

/// The times of calls that all have to answer right, in order of length. On the same threads as the neighbours. Beside
/// one, they go on until a call of its has ended meanwhile, up to a hundred times as many.
async fn measure(tenant: &Tenant, neighbour: Option<&Ended>) -> Vec<Duration> {
    tokio::spawn(call(tenant.clone(), neighbour.cloned())).await.unwrap()
}

async fn call(tenant: Tenant, neighbour: Option<Ended>) -> Vec<Duration> {
    let account = stage::account();
    let idle = || neighbour.as_ref().is_some_and(|ended| !ended.has_changed().unwrap());
    let mut times = Vec::new();
    while times.len() < calls() || (times.len() < 100 * calls() && idle()) {
        let started = Instant::now();
        let member = tenant.resolve_user(&account, Depth::Mapping).await.unwrap().unwrap();
        times.push(started.elapsed());
        assert_eq!(member, Member { id: String::from("zhang.san"), confirmed: false });
    }
    times.sort_unstable();
    times
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    *times.get((times.len() * percent / 100).min(times.len() - 1)).unwrap()
}

/// Calls without end, until told to stop, and counts those that ended at the limit, as all must. Each is a task of its
/// own, as a host has one for each request.
async fn torment(
    tenant: Tenant,
    setting: &'static str,
    stop: Arc<AtomicBool>,
    ended: Arc<watch::Sender<usize>>,
) {
    while !stop.load(Ordering::Relaxed) {
        let tenant = tenant.clone();
        let call = tokio::spawn(async move { tenant.submit(&stage::request()).await });
        assert_eq!(call.await.unwrap().unwrap_err().error, CallFailure::Limit { setting });
        ended.send_modify(|ended| *ended += 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_neighbour_ends_at_its_limits_and_changes_no_answer() {
    // More time than a call needs, also unoptimised and on a busy machine.
    let limits = Limits { cpu: Duration::from_millis(500), ..stage::limits() };
    let runtime = Runtime::new(limits, &Allocation::Pooling, stage::nowhere()).unwrap();
    let good = stage::tenant(&runtime.load(wecom_component::WECOM_ENGINE).await.unwrap());
    measure(&good, None).await;
    let alone = measure(&good, None).await;

    println!("at least {} calls; beside each neighbour, {EACH} of its calls run all the time", calls());
    println!("{:16} {:>10} {:>10} {:>8}  its calls", "neighbour", "p50", "p99", "p99 ×");
    println!(
        "{:16} {:>10.1?} {:>10.1?} {:>8}",
        "none",
        percentile(&alone, 50),
        percentile(&alone, 99),
        "1.0"
    );
    for (name, body, setting) in HOSTILE {
        let engine =
            runtime.load(&engines::submitting::engine("https://api.example.com/", body)).await.unwrap();
        let grant = Grant::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (count, mut ended) = watch::channel(0);
        let count = Arc::new(count);
        let mut hostile = JoinSet::new();
        for _ in 0..EACH {
            let evil = engine.tenant("evil", &Settings::new(), &grant);
            hostile.spawn(torment(evil, setting, stop.clone(), count.clone()));
        }
        drop(count);
        ended.wait_for(|ended| *ended > 0).await.unwrap();
        let before = *ended.borrow_and_update();
        let beside = measure(&good, Some(&ended)).await;
        let meanwhile = *ended.borrow() - before;
        assert!(meanwhile > 0, "{name}: no call ended while {} others did", beside.len());
        stop.store(true, Ordering::Relaxed);
        hostile.join_all().await;
        let p99 = percentile(&beside, 99);
        let ratio = p99.as_secs_f64() / percentile(&alone, 99).as_secs_f64();
        println!(
            "{name:16} {:>10.1?} {p99:>10.1?} {ratio:>8.1}  {meanwhile} ended at `{setting}`",
            percentile(&beside, 50)
        );
    }
}
