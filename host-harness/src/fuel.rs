//! What engines compute, counted in WebAssembly's instructions: on every machine the same, however busy it is.

use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Store;

use crate::state::CallState;

/// Counts for all engines of a [runtime](crate::Runtime::with_fuel_gauge). Counting makes them about a fifth slower.
#[derive(Debug, Default)]
pub struct FuelGauge(AtomicU64);

impl FuelGauge {
    /// What calls have used since this was last asked. A call counts when it ends, and not at all when it is given up:
    /// timed out, or dropped.
    #[must_use]
    pub fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }

    /// Gives a call as much as there is: nothing ends for want of it.
    pub(crate) fn fill(store: &mut Store<CallState>) -> wasmtime::Result<()> {
        store.set_fuel(u64::MAX)
    }

    /// Counts what a call has used of that.
    pub(crate) fn read(&self, store: &Store<CallState>) -> wasmtime::Result<()> {
        let used = u64::MAX - store.get_fuel()?;
        self.0.fetch_add(used, Ordering::Relaxed);
        Ok(())
    }
}
