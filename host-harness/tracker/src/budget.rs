//! How often the provider may be asked for one tenant.

use std::collections::BTreeMap;

/// Questions a tenant may ask in a minute. WeCom allows 600 a minute for one interface (D90312); half of that leaves
/// room for whoever else uses the app.
#[derive(Debug)]
pub struct Budget {
    per_minute: u32,
    spent: BTreeMap<String, (u64, u32)>,
}

impl Budget {
    /// A budget of so many questions a minute for each tenant.
    #[must_use]
    pub const fn per_minute(per_minute: u32) -> Self {
        Self { per_minute, spent: BTreeMap::new() }
    }

    /// Takes one question from a tenant's budget; `false` when there is none left in this minute.
    pub fn take(&mut self, tenant: &str, now: u64) -> bool {
        let minute = now / 60;
        let (since, spent) = self.spent.entry(tenant.to_owned()).or_insert((minute, 0));
        if *since != minute {
            (*since, *spent) = (minute, 0);
        }
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
        let mut budget = Budget::per_minute(2);
        assert!(budget.take("acme", 0) && budget.take("acme", 59));
        assert!(!budget.take("acme", 59));
        assert!(budget.take("globex", 59));
        assert!(budget.take("acme", 60));
    }
}
