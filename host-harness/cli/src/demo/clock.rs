//! The demo's time: the machine's, with the minutes in which people think skipped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use host_harness::clock::{Clock, SystemClock};

/// One clock for everybody in the demo.
#[derive(Clone, Debug, Default)]
pub(super) struct DemoClock(Arc<AtomicU64>);

impl DemoClock {
    /// Lets time pass that nobody waits for.
    pub(super) fn skip(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Duration {
        SystemClock.now() + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl fake_wecom::Clock for DemoClock {
    fn now(&self) -> u64 {
        Clock::now(self).as_secs()
    }
}
