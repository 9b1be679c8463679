//! How often the provider may be asked for one tenant.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Questions a tenant may ask in a minute. WeCom allows 600 a minute for one interface (D90312); half of that leaves
/// room for other programs that use the app.
///
/// A budget keeps the names of those tenants only that asked in the current minute.
#[derive(Debug)]
pub struct Budget {
    per_minute: u32,
    current: Mutex<Minute>,
}

/// What was spent in one minute.
#[derive(Debug, Default)]
struct Minute {
    number: u64,
    spent: BTreeMap<String, u32>,
}

impl Budget {
    /// A budget of so many questions a minute for each tenant.
    #[must_use]
    pub const fn per_minute(per_minute: u32) -> Self {
        Self { per_minute, current: Mutex::new(Minute { number: 0, spent: BTreeMap::new() }) }
    }

    /// Takes one question from a tenant's budget; `false` when the tenant has spent it in this minute.
    pub fn take(&self, tenant: &str, now: u64) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now / 60;
        if current.number != number {
            *current = Minute { number, spent: BTreeMap::new() };
        }
        let spent = current.spent.entry(tenant.to_owned()).or_default();
        let left = *spent < self.per_minute;
        *spent += u32::from(left);
        left
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::per_minute(300)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_cannot_spend_another_s_budget_and_gets_a_new_one_each_minute() {
        let budget = Budget::per_minute(2);
        assert!(budget.take("acme", 0) && budget.take("acme", 59));
        assert!(!budget.take("acme", 59));
        assert!(budget.take("globex", 59));
        assert!(budget.take("acme", 60));
    }

    #[test]
    fn a_clock_that_is_put_back_gives_a_new_budget() {
        let budget = Budget::per_minute(1);
        assert!(budget.take("acme", 600));
        assert!(budget.take("acme", 0));
    }

    #[test]
    fn tenants_of_earlier_minutes_are_forgotten() {
        let budget = Budget::per_minute(2);
        for n in 0..1_000 {
            budget.take(&format!("tenant-{n}"), n);
        }
        let kept = budget.current.lock().unwrap().spent.len();
        assert_eq!(kept, 1_000 % 60, "those of the last minute");
    }
}
