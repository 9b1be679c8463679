//! How long a call has computed.
//!
//! A call computes while its future is polled: the engine's code, the copies that wasmtime makes for it, and the
//! host's functions until they wait. Counting there finds the time that an engine spends in host calls as well, which
//! the epoch alone does not: it is looked at only when the engine's own code runs again.
//!
//! It is the thread's own time where the system tells it, so that a busy or paused machine ends nobody's call. Asking for
//! it is a call of the kernel, and most calls are over before anybody looks: so a call begins by the wall clock, which
//! never runs slower, and goes on by the thread's from where it is first [checked](CpuMeter::check). Of each turn before
//! that, two ticks count at the most. More may have been computed when the thread that ticks is kept from it, or when
//! wasmtime copies what the first look comes after; so much an engine gets once.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{Exceeded, TICK};

/// What of a turn counts that nobody has looked at.
const UNSEEN: Duration = TICK.saturating_mul(2);

/// Counts the time of one call.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    limit: Duration,
    clocks: Clocks,
    time: Mutex<Time>,
}

#[derive(Debug, Default)]
struct Time {
    spent: Duration,
    since: Since,
    /// Whether somebody has looked.
    seen: bool,
}

/// When a turn began, while it lasts. A poll begins and ends on one thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Since {
    /// Nothing is counted.
    #[default]
    Stopped,
    /// By the wall clock: nobody has looked at this call yet.
    Unseen(Duration),
    /// By the thread's clock.
    Seen(Duration),
}

#[derive(Clone, Copy, Debug)]
struct Clocks {
    wall: fn() -> Duration,
    thread: fn() -> Duration,
}

/// The wall clock: cheap to read.
fn wall_time() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
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
    wall_time()
}

impl CpuMeter {
    pub(crate) fn new(limit: Duration) -> Self {
        Self::with(limit, Clocks { wall: wall_time, thread: thread_time })
    }

    fn with(limit: Duration, clocks: Clocks) -> Self {
        Self { limit, clocks, time: Mutex::default() }
    }

    /// One whose time is spent.
    #[cfg(test)]
    pub(crate) fn spent() -> Self {
        let time = Time { spent: Duration::from_nanos(1), ..Time::default() };
        Self { time: Mutex::new(time), ..Self::new(Duration::ZERO) }
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
        let spent = self.with_time(|time| {
            if time.since != Since::Stopped {
                let now = (self.clocks.thread)();
                time.spent += match time.since {
                    Since::Seen(started) => now.saturating_sub(started),
                    before @ (Since::Unseen(_) | Since::Stopped) => self.lasted(before),
                };
                time.since = Since::Seen(now);
            }
            time.seen = true;
            time.spent
        });
        if spent > self.limit { Err(Exceeded("limits.cpu").into()) } else { Ok(()) }
    }

    fn start(&self) {
        self.with_time(|time| {
            time.since = if time.seen {
                Since::Seen((self.clocks.thread)())
            } else {
                Since::Unseen((self.clocks.wall)())
            };
        });
    }

    fn stop(&self) {
        self.with_time(|time| {
            time.spent += self.lasted(time.since);
            time.since = Since::Stopped;
        });
    }

    /// How long it has been.
    fn lasted(&self, since: Since) -> Duration {
        match since {
            Since::Stopped => Duration::ZERO,
            Since::Unseen(started) => (self.clocks.wall)().saturating_sub(started).min(UNSEEN),
            Since::Seen(started) => (self.clocks.thread)().saturating_sub(started),
        }
    }

    fn with_time<T>(&self, f: impl FnOnce(&mut Time) -> T) -> T {
        // A panic while the lock was held cannot have left a time half written.
        f(&mut self.time.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static WALL: Cell<Duration> = const { Cell::new(Duration::ZERO) };
        static THREAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    const CLOCKS: Clocks = Clocks { wall: || WALL.get(), thread: || THREAD.get() };

    fn milliseconds(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// This thread computes.
    fn compute(time: u64) {
        pause(time);
        THREAD.set(THREAD.get() + milliseconds(time));
    }

    /// Others compute.
    fn pause(time: u64) {
        WALL.set(WALL.get() + milliseconds(time));
    }

    fn meter(limit: u64) -> CpuMeter {
        CpuMeter::with(milliseconds(limit), CLOCKS)
    }

    fn ended(meter: &CpuMeter) -> Option<Exceeded> {
        meter.check().err().and_then(|error| error.downcast_ref().copied())
    }

    fn spent(meter: &CpuMeter) -> Duration {
        meter.with_time(|time| time.spent)
    }

    #[tokio::test]
    async fn computing_counts_also_while_it_goes_on() {
        let meter = meter(5);
        let seen = meter
            .counting(async {
                let before = ended(&meter);
                compute(5);
                let then = ended(&meter);
                compute(1);
                (before, then, ended(&meter))
            })
            .await;
        assert_eq!(seen, (None, None, Some(Exceeded("limits.cpu"))));
        assert_eq!(ended(&meter), Some(Exceeded("limits.cpu")));
        assert_eq!(spent(&meter), milliseconds(6));
    }

    #[tokio::test]
    async fn what_others_compute_and_what_is_waited_for_is_not_counted() {
        let meter = meter(1_000);
        meter
            .counting(async {
                assert_eq!(ended(&meter), None);
                compute(20);
                meter
                    .sparing(async {
                        assert_eq!(meter.with_time(|time| time.since), Since::Stopped);
                        compute(20);
                    })
                    .await;
                tokio::task::yield_now().await;
                pause(500);
                compute(20);
            })
            .await;
        assert_eq!(spent(&meter), milliseconds(40));
        assert_eq!(meter.with_time(|time| time.since), Since::Stopped);
    }

    /// What most calls are.
    #[tokio::test]
    async fn a_turn_that_nobody_looks_at_counts_by_the_wall_clock_and_for_two_ticks_at_most() {
        let meter = meter(1_000);
        meter.counting(async { compute(1) }).await;
        assert_eq!(spent(&meter), milliseconds(1));
        for turns in 1..=2 {
            meter.counting(async { pause(500) }).await;
            assert_eq!(spent(&meter), milliseconds(1) + UNSEEN * turns);
        }
    }

    #[tokio::test]
    async fn a_paused_machine_ends_nobody_s_call() {
        let meter = meter(5);
        let seen = meter
            .counting(async {
                pause(500);
                let early = ended(&meter);
                pause(500);
                compute(2);
                (early, ended(&meter))
            })
            .await;
        assert_eq!(seen, (None, None));
    }

    #[test]
    fn once_looked_at_a_call_goes_by_the_thread_s_clock() {
        let real = CpuMeter::new(Duration::ZERO);
        let earliest = thread_time();
        real.start();
        let _first_look = ended(&real);
        let before = spent(&real);
        // Another thread computes, and this one waits for it.
        let other = std::thread::spawn(|| {
            while thread_time() < milliseconds(2) {
                std::hint::spin_loop();
            }
        });
        other.join().unwrap();
        assert_eq!(ended(&real), Some(Exceeded("limits.cpu")));
        let counted = spent(&real) - before;
        assert!(counted > Duration::ZERO && counted <= thread_time() - earliest, "{counted:?}");
    }
}
