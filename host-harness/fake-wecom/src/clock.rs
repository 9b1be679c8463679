//! Time as an argument: the fake asks a [`Clock`], never the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the fake what time it is.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01 00:00 UTC.
    fn now(&self) -> u64;
}

/// The machine's clock, for a fake that a person clicks through.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}

/// A clock that stands still until it is told otherwise. Clones share one time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    seconds: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that shows `now`, in unix seconds.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { seconds: Arc::new(AtomicU64::new(now)) }
    }

    /// Moves the clock to `now`, in unix seconds; backwards too, as real clocks do.
    pub fn set(&self, now: u64) {
        self.seconds.store(now, Ordering::SeqCst);
    }

    /// Moves the clock `seconds` ahead.
    pub fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_show_the_same_time() {
        let clock = ManualClock::new(1_767_225_600);
        let other = clock.clone();

        clock.advance(60);
        assert_eq!(other.now(), 1_767_225_660);

        other.set(5);
        assert_eq!(clock.now(), 5);
    }
}
