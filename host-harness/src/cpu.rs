//! How long a call has computed.
//!
//! A call computes while its future is polled: the engine's code, the copies that wasmtime makes for it, and the
//! host's functions until they wait. Counting there finds the time that an engine spends in host calls as well, which
//! the epoch alone does not: it is looked at only when the engine's own code runs again.
//!
//! It is the thread's own time where the system tells it, so that a busy or paused machine ends nobody's call.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::limits::Exceeded;

/// Counts the time of one call.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    limit: Duration,
    time: Mutex<Time>,
}

#[derive(Debug, Default)]
struct Time {
    spent: Duration,
    /// When it was last set going, while it runs. A poll begins and ends on one thread.
    since: Option<Duration>,
}

/// How long this thread has computed.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The wall clock, where the system has no clock of one thread that is safe to call. It counts what others compute on
/// a busy machine as well.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn thread_time() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

impl CpuMeter {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, time: Mutex::default() }
    }

    /// One whose time is spent.
    #[cfg(test)]
    pub(crate) fn spent() -> Self {
        let time = Time { spent: Duration::from_nanos(1), since: None };
        Self { limit: Duration::ZERO, time: Mutex::new(time) }
    }

    /// Counts the time in which `work` is polled.
    pub(crate) async fn counting<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.start();
            let poll = work.as_mut().poll(context);
            self.stop();
            poll
        })
        .await
    }

    /// Does not count `work`, which is somebody else's, inside what is counted.
    pub(crate) async fn sparing<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.stop();
            let poll = work.as_mut().poll(context);
            self.start();
            poll
        })
        .await
    }

    /// Ends the call once the time is spent.
    ///
    /// # Errors
    /// - [`Exceeded`], naming `limits.cpu`.
    pub(crate) fn check(&self) -> wasmtime::Result<()> {
        let spent = self.with_time(|time| time.spent + time.since.map_or(Duration::ZERO, since));
        if spent > self.limit { Err(Exceeded("limits.cpu").into()) } else { Ok(()) }
    }

    fn start(&self) {
        self.with_time(|time| time.since = Some(thread_time()));
    }

    fn stop(&self) {
        self.with_time(|time| {
            if let Some(started) = time.since.take() {
                time.spent += since(started);
            }
        });
    }

    fn with_time<T>(&self, f: impl FnOnce(&mut Time) -> T) -> T {
        // A panic while the lock was held cannot have left a time half written.
        f(&mut self.time.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn since(started: Duration) -> Duration {
    thread_time().saturating_sub(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computes for longer than `duration`, by the clock that the meter reads.
    fn compute(duration: Duration) {
        let started = thread_time();
        while since(started) <= duration {
            std::hint::spin_loop();
        }
    }

    fn ended(meter: &CpuMeter) -> Option<Exceeded> {
        meter.check().err().and_then(|error| error.downcast_ref().copied())
    }

    #[tokio::test]
    async fn computing_counts_also_while_it_goes_on() {
        let meter = CpuMeter::new(Duration::from_millis(5));
        let seen = meter
            .counting(async {
                let before = ended(&meter);
                compute(Duration::from_millis(5));
                (before, ended(&meter))
            })
            .await;
        assert_eq!(seen, (None, Some(Exceeded("limits.cpu"))));
        assert_eq!(ended(&meter), Some(Exceeded("limits.cpu")));
    }

    #[tokio::test]
    async fn what_others_compute_and_what_is_waited_for_is_not_counted() {
        let meter = CpuMeter::new(Duration::from_secs(1));
        meter
            .counting(async {
                compute(Duration::from_millis(20));
                meter
                    .sparing(async {
                        assert_eq!(meter.with_time(|time| time.since), None);
                        compute(Duration::from_millis(20));
                    })
                    .await;
                tokio::task::yield_now().await;
                compute(Duration::from_millis(20));
            })
            .await;
        let spent = meter.with_time(|time| time.spent);
        assert!(spent >= Duration::from_millis(40), "{spent:?}");
        assert_eq!(meter.with_time(|time| time.since), None);
    }
}
