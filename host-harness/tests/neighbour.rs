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

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use host_harness::contract::{Depth, Member};
use host_harness::egress::Origin;
use host_harness::{Allocation, CallFailure, Grant, Limits, Runtime, Settings, Tenant};
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

/// The times of calls that all have to answer right, in order of length. On the same threads as the neighbours.
async fn measure(tenant: &Tenant) -> Vec<Duration> {
    tokio::spawn(call(tenant.clone())).await.unwrap()
}

async fn call(tenant: Tenant) -> Vec<Duration> {
    let account = stage::account();
    let mut times = Vec::new();
    for _ in 0..calls() {
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

/// Calls without end, until told to stop; how many ended at the limit, as all must. Each is a task of its own, as a host
/// has one for each request.
async fn torment(tenant: Tenant, setting: &'static str, stop: Arc<AtomicBool>) -> usize {
    let mut ended = 0;
    while !stop.load(Ordering::Relaxed) {
        let tenant = tenant.clone();
        let call = tokio::spawn(async move { tenant.submit(&stage::request()).await });
        assert_eq!(call.await.unwrap().unwrap_err().error, CallFailure::Limit { setting });
        ended += 1;
    }
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_neighbour_ends_at_its_limits_and_changes_no_answer() {
    // More time than a call needs, also unoptimised and on a busy machine, and less for those who only want time.
    let runtime = Runtime::new(stage::limits(), &Allocation::Pooling, stage::nowhere()).unwrap();
    let brief = Limits { cpu: Duration::from_millis(200), ..stage::limits() };
    let brief = Runtime::new(brief, &Allocation::Pooling, stage::nowhere()).unwrap();
    let good = stage::tenant(&runtime.load(wecom_component::WECOM_ENGINE).await.unwrap());
    measure(&good).await;
    let alone = measure(&good).await;

    println!("{} calls; beside each neighbour, {EACH} of its calls run all the time", calls());
    println!("{:16} {:>10} {:>10} {:>8}  its calls", "neighbour", "p50", "p99", "p99 ×");
    println!(
        "{:16} {:>10.1?} {:>10.1?} {:>8}",
        "none",
        percentile(&alone, 50),
        percentile(&alone, 99),
        "1.0"
    );
    for (name, body, setting) in HOSTILE {
        let runtime = if setting == "limits.cpu" { &brief } else { &runtime };
        let engine =
            runtime.load(&engines::submitting::engine("https://api.example.com/", body)).await.unwrap();
        let grant = Grant { origins: Some(BTreeSet::<Origin>::new()), ..Grant::default() };
        let stop = Arc::new(AtomicBool::new(false));
        let mut hostile = JoinSet::new();
        for _ in 0..EACH {
            hostile.spawn(torment(engine.tenant("evil", &Settings::new(), &grant), setting, stop.clone()));
        }
        let beside = measure(&good).await;
        stop.store(true, Ordering::Relaxed);
        let ended: usize = hostile.join_all().await.into_iter().sum();
        let p99 = percentile(&beside, 99);
        let ratio = p99.as_secs_f64() / percentile(&alone, 99).as_secs_f64();
        println!(
            "{name:16} {:>10.1?} {p99:>10.1?} {ratio:>8.1}  {ended} ended at `{setting}`",
            percentile(&beside, 50)
        );
    }
}
