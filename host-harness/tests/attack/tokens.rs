//! An engine that fills its scope of the token cache stands in its own way only as long as its tokens live.

use std::sync::Arc;

use host_harness::clock::ManualClock;
use host_harness::log::Level;
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, Grant, Runtime, Services, Settings};
use stage::Lines;

use crate::{engines, stage};

#[tokio::test]
async fn keys_whose_tokens_are_spent_do_not_make_a_scope_busy_for_ever() {
    let (clock, log) = (Arc::new(ManualClock::at(stage::T0)), Arc::<Lines>::default());
    let services = Services {
        outbound: Arc::new(stage::Nowhere),
        tokens: Arc::new(MemoryTokens::new(clock.clone())),
        log: log.clone(),
        pace: Arc::new(Pace::new(clock.clone(), Quota::default())),
    };
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, services).unwrap();
    let take = |keys: std::ops::Range<u32>| {
        keys.map(|key| format!("(call $take (i32.const {key}))")).collect::<String>()
    };
    // The same settings are the same scope, whatever version of the engine has them.
    let mut said = Vec::new();
    for (keys, later) in [(0..17, 0), (17..33, 600)] {
        clock.advance(later);
        let component = engines::submitting::engine("https://a.example/", &take(keys));
        let engine = runtime.load(&component).await.unwrap();
        let tenant = engine.tenant("acme", &Settings::new(), &Grant::default());
        tenant.submit(&stage::request()).await.unwrap().unwrap();
        let before = said.len();
        let lines = log.all().into_iter().filter(|line| line.level > Level::Debug);
        said = lines.map(|line| line.to_string()).collect::<Vec<_>>();
        let new = said.get(before..).unwrap();
        let leased = new.iter().filter(|line| *line == "engine: leased").count();
        assert_eq!((leased, new.len() - leased), (16, usize::from(later == 0)), "{new:?}");
    }
}
