//! Whose turn it is: how many calls run at once, of all tenants together and of each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Semaphore;

use crate::limits::{Limits, TotalMemory};
use crate::state::Purity;

/// Places for calls. The two kinds never wait for each other: a provider that hangs holds the calls that wait for it,
/// and delays no callback.
#[derive(Debug)]
pub(crate) struct Slots {
    pure: Semaphore,
    outbound: Semaphore,
    /// What calls in these places may have of memory.
    pub(crate) memory: Arc<TotalMemory>,
}

impl Slots {
    /// The host's own: a quarter is for calls that make no requests.
    pub(crate) fn of_the_host(limits: &Limits) -> Self {
        let calls = limits.concurrent_calls;
        let pure = (calls / 4).max(1);
        Self::new(pure, calls.saturating_sub(pure).max(1), TotalMemory::new(limits))
    }

    fn new(pure: u32, outbound: u32, memory: TotalMemory) -> Self {
        Self {
            pure: Semaphore::new(pure as usize),
            outbound: Semaphore::new(outbound as usize),
            memory: Arc::new(memory),
        }
    }

    /// The places that calls of this kind wait for.
    pub(crate) const fn of(&self, purity: Purity) -> &Semaphore {
        match purity {
            Purity::Pure => &self.pure,
            Purity::Outbound => &self.outbound,
        }
    }
}

/// The places of every tenant that is in use. All who make the same tenant of the same engine share them.
#[derive(Debug)]
pub(crate) struct TenantSlots {
    limits: Arc<Limits>,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    slots: HashMap<(String, String), Weak<Slots>>,
    /// Those that nobody holds any more are dropped when there are this many.
    sweep_at: usize,
}

impl TenantSlots {
    /// `limits.tenant_calls` of each kind for each tenant, and its share of memory.
    pub(crate) fn new(limits: Arc<Limits>) -> Self {
        Self { limits, used: Mutex::default() }
    }

    pub(crate) fn of(&self, engine: &str, tenant: &str) -> Arc<Slots> {
        // A panic while the lock was held cannot have left more than an entry too many.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (engine.to_owned(), tenant.to_owned());
        if let Some(slots) = used.slots.get(&key).and_then(Weak::upgrade) {
            return slots;
        }
        if used.slots.len() >= used.sweep_at {
            used.slots.retain(|_, slots| slots.strong_count() > 0);
            used.sweep_at = used.slots.len().saturating_mul(2).max(64);
        }
        let calls = self.limits.tenant_calls.max(1);
        let slots = Arc::new(Slots::new(calls, calls, TotalMemory::share(&self.limits)));
        used.slots.insert(key, Arc::downgrade(&slots));
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenants(tenant_calls: u32) -> TenantSlots {
        TenantSlots::new(Arc::new(Limits { tenant_calls, ..Limits::default() }))
    }

    #[test]
    fn a_tenant_made_twice_has_one_set_of_places_and_another_tenant_its_own() {
        let tenants = tenants(3);
        let first = tenants.of("wecom", "acme");
        assert!(Arc::ptr_eq(&first, &tenants.of("wecom", "acme")));
        assert!(!Arc::ptr_eq(&first, &tenants.of("wecom", "other")));
        assert!(!Arc::ptr_eq(&first, &tenants.of("other", "acme")));
        assert_eq!(first.of(Purity::Outbound).available_permits(), 3);
    }

    #[test]
    fn tenants_that_are_gone_are_forgotten() {
        let tenants = tenants(1);
        let kept = tenants.of("wecom", "kept");
        for tenant in 0..10_000 {
            drop(tenants.of("wecom", &tenant.to_string()));
        }
        assert!(tenants.used.lock().unwrap().slots.len() <= 64);
        assert!(Arc::ptr_eq(&kept, &tenants.of("wecom", "kept")));
    }
}
