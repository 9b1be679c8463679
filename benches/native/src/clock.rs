//! The time in which a thread computes.

use std::time::Duration;

/// How long this thread has computed. While somebody else has the processor it stands still, so a turn that was
/// interrupted counts as if it had not been.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
#[must_use]
pub fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The wall clock, where the system has no clock of one thread that is safe to call.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
#[must_use]
pub fn thread_time() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
