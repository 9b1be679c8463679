//! Calls a minute, and addresses that guessed too often (D90312, D90313).

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::refusal::Refusal;

const MINUTE_SECONDS: u64 = 60;

/// How long an address stays banned, and how long a wrong secret is remembered.
pub(crate) const BAN_SECONDS: u64 = 3_600;

/// Calls with `debug=1` that one API takes within a minute.
const DEBUG_CALLS_PER_MINUTE: u32 = 5;

/// Counters of calls and of wrong secrets.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    windows: BTreeMap<(String, Counted), Window>,
    wrong_secrets: BTreeMap<IpAddr, Vec<u64>>,
    banned_until: BTreeMap<IpAddr, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    All,
    Debug,
}

#[derive(Debug, Default)]
struct Window {
    started_at: u64,
    calls: u32,
    blocked_until: u64,
}

impl Limits {
    /// Counts a call of `path`.
    ///
    /// # Errors
    /// 45009 beyond the limit, and then for a minute: the block lasts as long as the window it guards.
    pub(crate) fn count(&mut self, path: &str, per_minute: u32, now: u64) -> Result<(), Refusal> {
        self.count_in((path.to_owned(), Counted::All), per_minute, now)
    }

    /// Counts a call with `debug=1`.
    ///
    /// # Errors
    /// 45009 beyond five a minute.
    pub(crate) fn count_debug(&mut self, path: &str, now: u64) -> Result<(), Refusal> {
        self.count_in((path.to_owned(), Counted::Debug), DEBUG_CALLS_PER_MINUTE, now)
    }

    fn count_in(&mut self, key: (String, Counted), per_minute: u32, now: u64) -> Result<(), Refusal> {
        let window = self.windows.entry(key).or_default();
        if now < window.blocked_until {
            return Err(too_often());
        }
        if window.calls == 0 || now >= window.started_at.saturating_add(MINUTE_SECONDS) {
            *window = Window { started_at: now, ..Window::default() };
        }
        window.calls = window.calls.saturating_add(1);
        if window.calls > per_minute {
            window.blocked_until = now.saturating_add(MINUTE_SECONDS);
            window.calls = 0;
            return Err(too_often());
        }
        Ok(())
    }

    /// Remembers a wrong secret, and bans its address after `threshold` of them within the hour.
    pub(crate) fn wrong_secret(&mut self, peer: IpAddr, threshold: u32, now: u64) {
        let times = self.wrong_secrets.entry(peer).or_default();
        times.retain(|at| at.saturating_add(BAN_SECONDS) > now);
        times.push(now);
        if u32::try_from(times.len()).unwrap_or(u32::MAX) >= threshold {
            times.clear();
            self.banned_until.insert(peer, now.saturating_add(BAN_SECONDS));
        }
    }

    /// Whether the address may call at all.
    ///
    /// # Errors
    /// 45009 while it is banned. The ban hits everybody behind the address, whichever API they call.
    pub(crate) fn check_ban(&self, peer: IpAddr, now: u64) -> Result<(), Refusal> {
        match self.banned_until.get(&peer) {
            Some(until) if now < *until => Err(too_often()),
            Some(_) | None => Ok(()),
        }
    }
}

fn too_often() -> Refusal {
    Refusal::new(45009, "api freq out of limit")
}
