//! A call needs tokio's timers, which panic where there are none.

use std::panic::catch_unwind;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::error::CallFailure;

/// Refuses a call that no timer could end.
///
/// # Errors
/// - [`CallFailure::Host`]: the caller runs outside of a tokio runtime, or in one without timers.
pub(crate) fn require() -> Result<(), CallFailure> {
    let refused = |reason: &str| CallFailure::Host { reason: String::from(reason) };
    if Handle::try_current().is_err() {
        return Err(refused("there is no tokio runtime here: the host calls the engine from within one"));
    }
    // tokio does not say whether timers are on: it panics when one is made.
    catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).map_err(|_panic| {
        refused("this tokio runtime has no timers: the host builds it with `enable_time` or `enable_all`")
    })
}
