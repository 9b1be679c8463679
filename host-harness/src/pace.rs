//! How fast one credential goes at its provider: a budget of requests, a window that the provider has shut, and turns.
//!
//! A provider counts by credential, so the host does as well, for all tenants and engines that share one. What the
//! provider asks for is in the engine's verdict, `unavailable` with a time: until then nothing leaves for that
//! credential, and a call ends at once with a [`Hold`] that says when to come back. Other credentials notice nothing.
//!
//! One process has one `Pace`. Several nodes divide the numbers of their [`Quota`] among themselves.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::clock::Clock;
use crate::tokens::Scope;

use budget::Budget;

mod budget;
pub(crate) mod verdict;

/// The longest window that a verdict can shut. Then one call finds out.
const LONGEST_WINDOW: Duration = Duration::from_secs(3_600);

/// Seconds by which a difference of clocks has to change before it is told again. Answers take some seconds themselves.
const NOTABLE_SKEW: u64 = 60;

/// A larger difference of clocks is none: an answer with a wrong `Date`, from a proxy perhaps, would have a search reach
/// over years.
const LARGEST_SKEW: u64 = 86_400;

/// What one credential may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests a minute, and as many at once after a rest: twice this in the worst minute. WeCom allows 600 a minute
    /// for one interface (D90312). `pace.requests_per_minute`
    pub requests_per_minute: u32,
    /// Calls that may be under way; more wait for their turn, tenants one after another. `pace.calls`
    pub calls: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self { requests_per_minute: 300, calls: 16 }
    }
}

/// Why nothing is sent for a credential. Nothing was done; each case says when it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hold {
    /// The provider asked to wait.
    #[error(
        "the provider takes no calls for this credential before unix second {opens_at}: try again in {seconds} s"
    )]
    Closed {
        /// When it does again.
        opens_at: u64,
        /// From now.
        seconds: u32,
    },
    /// The credential's budget is spent.
    #[error(
        "the credential has spent `pace.requests_per_minute`: try again in {seconds} s, or raise it if the \
         provider allows more"
    )]
    Spent {
        /// Until a call may begin.
        seconds: u32,
    },
    /// The turn did not come before the call's own wall clock ended.
    #[error("`pace.calls` calls of this credential are under way: try again later")]
    Crowded,
}

impl Hold {
    /// When to try again, where that is known.
    #[must_use]
    pub const fn retry_after_seconds(self) -> Option<u32> {
        match self {
            Self::Closed { seconds, .. } | Self::Spent { seconds } => Some(seconds),
            Self::Crowded => None,
        }
    }
}

/// Keeps the pace of every credential.
pub struct Pace {
    clock: Arc<dyn Clock>,
    quota: Quota,
    lanes: Mutex<Lanes>,
}

#[derive(Default)]
struct Lanes {
    by_credential: HashMap<Scope, Lane>,
    sweep_at: usize,
}

/// One credential.
struct Lane {
    budget: Budget,
    closed_until: Duration,
    provider_clock: Option<ProviderClock>,
    /// How many seconds the provider's clock was ahead when that was told last.
    told_skew: Option<i64>,
    /// A permit for each call under way.
    places: Arc<Semaphore>,
    /// One permit for each tenant: of a tenant's calls, one waits for a place and the others wait for that one. The
    /// places are given in the order of asking, so tenants take turns however many calls one of them has.
    fronts: HashMap<String, Arc<Semaphore>>,
}

/// What a provider's clock showed, and when that was heard by a clock that no operator sets.
#[derive(Clone, Copy)]
struct ProviderClock {
    showed: Duration,
    heard: Instant,
}

impl ProviderClock {
    /// How many seconds it is ahead of a host's clock that shows `now`.
    fn ahead_of(self, now: Duration) -> Option<i64> {
        let shows = i64::try_from(self.showed.checked_add(self.heard.elapsed())?.as_secs()).ok()?;
        shows.checked_sub(i64::try_from(now.as_secs()).ok()?)
    }
}

/// A call's place among those under way. Dropping it gives the turn to the next.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Pace {
    /// A pace at which every credential has the same quota.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, quota: Quota) -> Self {
        Self { clock, quota, lanes: Mutex::default() }
    }

    /// Waits until a call of `tenant` may begin.
    ///
    /// # Errors
    /// - [`Hold::Closed`], [`Hold::Spent`]: not now, without waiting.
    /// - [`Hold::Crowded`]: the turn has not come by `ends_at`.
    pub async fn turn(&self, credential: Scope, tenant: &str, ends_at: Instant) -> Result<Turn, Hold> {
        let (places, front) = self.with(credential, |lane, now| {
            lane.may_begin(now)?;
            Ok((lane.places.clone(), lane.front(tenant)))
        })?;
        let Ok(Ok(front)) = timeout_at(ends_at, front.acquire_owned()).await else {
            return Err(Hold::Crowded);
        };
        let Ok(Ok(place)) = timeout_at(ends_at, places.acquire_owned()).await else {
            return Err(Hold::Crowded);
        };
        drop(front);
        // Those who went before may have closed the window or spent the budget.
        self.with(credential, |lane, now| lane.may_begin(now))?;
        Ok(Turn(place))
    }

    /// Takes one request of a call under way out of the budget.
    ///
    /// # Errors
    /// - [`Hold::Closed`], [`Hold::Spent`]: the request may not leave.
    pub fn spend(&self, credential: Scope) -> Result<(), Hold> {
        self.with(credential, |lane, now| {
            lane.is_open(now)?;
            lane.budget.spend(now).map_err(spent)
        })
    }

    /// The provider asked to wait. A longer wait stands.
    pub fn close(&self, credential: Scope, window: Duration) {
        self.with(credential, |lane, now| {
            lane.closed_until = lane.closed_until.max(now + window.min(LONGEST_WINDOW));
        });
    }

    /// An answer of the provider's says what its clock shows. Gives how many seconds that is ahead of the host's, if that
    /// is news: the first answer, or another difference than the last one told.
    pub(crate) fn hear_time(&self, credential: Scope, shows: Duration) -> Option<i64> {
        self.with(credential, |lane, now| {
            let heard = ProviderClock { showed: shows, heard: Instant::now() };
            lane.provider_clock = Some(heard);
            let skew = heard.ahead_of(now)?;
            let told = lane.told_skew.unwrap_or(0);
            if told.abs_diff(skew) < NOTABLE_SKEW {
                return None;
            }
            lane.told_skew = Some(skew);
            Some(skew)
        })
    }

    /// How many seconds the provider's clock is ahead of the host's, by its last answer and the time that has passed since:
    /// a host's clock that was set meanwhile is noticed. `None` when no answer told, or long ago, and when it told a
    /// difference of more than a day, which no clock that is kept has.
    #[must_use]
    pub fn skew(&self, credential: Scope) -> Option<i64> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let skew = lanes.by_credential.get(&credential)?.provider_clock?.ahead_of(self.clock.now())?;
        (skew.unsigned_abs() <= LARGEST_SKEW).then_some(skew)
    }

    fn with<T>(&self, credential: Scope, f: impl FnOnce(&mut Lane, Duration) -> T) -> T {
        let now = self.clock.now();
        // A panic while the lock was held cannot have left a lane half written: each write is one assignment.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.by_credential.len() > lanes.sweep_at {
            lanes.by_credential.retain(|_, lane| !lane.is_idle(now));
            lanes.sweep_at = 2 * lanes.by_credential.len() + 64;
        }
        f(lanes.by_credential.entry(credential).or_insert_with(|| Lane::new(self.quota)), now)
    }
}

impl Lane {
    fn new(quota: Quota) -> Self {
        Self {
            budget: Budget::per_minute(quota.requests_per_minute),
            closed_until: Duration::ZERO,
            provider_clock: None,
            told_skew: None,
            places: Arc::new(Semaphore::new(quota.calls.max(1) as usize)),
            fronts: HashMap::new(),
        }
    }

    fn front(&mut self, tenant: &str) -> Arc<Semaphore> {
        if let Some(front) = self.fronts.get(tenant) {
            return front.clone();
        }
        self.fronts.retain(|_, front| Arc::strong_count(front) > 1);
        self.fronts.entry(tenant.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1))).clone()
    }

    fn may_begin(&mut self, now: Duration) -> Result<(), Hold> {
        self.is_open(now)?;
        self.budget.has_room_for_a_call(now).map_err(spent)
    }

    fn is_open(&mut self, now: Duration) -> Result<(), Hold> {
        // A clock that was put back must not shut the window for longer than anybody asked.
        self.closed_until = self.closed_until.min(now + LONGEST_WINDOW);
        match self.closed_until.checked_sub(now) {
            Some(wait) if !wait.is_zero() => Err(Hold::Closed {
                opens_at: whole_seconds(self.closed_until),
                seconds: u32::try_from(whole_seconds(wait)).unwrap_or(u32::MAX),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a new lane would be the same.
    fn is_idle(&self, now: Duration) -> bool {
        self.closed_until <= now
            && self.budget.is_whole(now)
            && Arc::strong_count(&self.places) == 1
            && self.fronts.values().all(|front| Arc::strong_count(front) == 1)
    }
}

fn spent(wait: Duration) -> Hold {
    Hold::Spent { seconds: u32::try_from(whole_seconds(wait)).unwrap_or(u32::MAX) }
}

/// Rounded up: whoever waits that long does not come too early.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("quota", &self.quota).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const T0: u64 = 1_767_225_600;

    struct Fixture {
        clock: Arc<ManualClock>,
        pace: Arc<Pace>,
        credential: Scope,
    }

    fn fixture(quota: Quota) -> Fixture {
        let clock = Arc::new(ManualClock::at(T0));
        let pace = Arc::new(Pace::new(clock.clone(), quota));
        Fixture { clock, pace, credential: Scope::of(["wecom", "secret"]) }
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    impl Fixture {
        async fn begins(&self, credential: Scope) -> Result<(), Hold> {
            self.pace.turn(credential, "acme", later()).await.map(drop)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_window_holds_its_credential_until_it_opens_and_no_other() {
        let f = fixture(Quota::default());
        f.pace.close(f.credential, Duration::from_secs(60));
        f.pace.close(f.credential, Duration::from_secs(5));
        let closed = |seconds| Err(Hold::Closed { opens_at: T0 + 60, seconds });

        assert_eq!(f.begins(f.credential).await, closed(60));
        assert_eq!(f.pace.spend(f.credential), closed(60));
        assert_eq!(f.begins(Scope::of(["wecom", "another"])).await, Ok(()));
        f.clock.advance(59);
        assert_eq!(f.begins(f.credential).await, closed(1));
        f.clock.advance(1);
        assert_eq!(f.begins(f.credential).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_difference_of_clocks_is_kept_for_its_credential_and_told_when_it_changes() {
        let f = fixture(Quota::default());
        let hears = |shows| f.pace.hear_time(f.credential, Duration::from_secs(shows));
        assert_eq!(f.pace.skew(f.credential), None);
        assert_eq!(hears(T0 + 2), None);
        assert_eq!(f.pace.skew(f.credential), Some(2));
        assert_eq!(hears(T0 - 400), Some(-400));
        assert_eq!(hears(T0 - 401), None);
        assert_eq!(f.pace.skew(f.credential), Some(-401));
        assert_eq!(f.pace.skew(Scope::of(["wecom", "another"])), None);
        assert_eq!(hears(T0), Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_after_the_last_answer_is_noticed() {
        let f = fixture(Quota::default());
        f.pace.hear_time(f.credential, Duration::from_secs(T0 + 2));
        f.clock.advance(500);
        tokio::time::advance(Duration::from_secs(500)).await;
        assert_eq!(f.pace.skew(f.credential), Some(2), "time has passed");
        f.clock.advance(1_000);
        assert_eq!(f.pace.skew(f.credential), Some(-998), "the host's clock was put forward");
    }

    #[tokio::test(start_paused = true)]
    async fn a_date_that_no_clock_shows_is_told_and_counts_as_none() {
        let f = fixture(Quota::default());
        for (date, skew, known) in [
            (86_400, -1_767_139_200, None),
            (T0 - 86_401, -86_401, None),
            (T0 - 86_400, -86_400, Some(-86_400)),
        ] {
            let told = f.pace.hear_time(f.credential, Duration::from_secs(date));
            assert_eq!(
                (told, f.pace.skew(f.credential)),
                (if known.is_some() { None } else { Some(skew) }, known)
            );
        }
    }

    /// Each answer differs by less than a minute from the one before.
    #[tokio::test(start_paused = true)]
    async fn a_clock_that_drifts_is_told_as_one_that_jumps() {
        let f = fixture(Quota::default());
        let told: Vec<i64> = (1..=8)
            .filter_map(|n| f.pace.hear_time(f.credential, Duration::from_secs(T0 + 20 * n)))
            .collect();
        assert_eq!(told, [60, 120]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_verdict_shuts_a_window_for_longer_than_an_hour() {
        let f = fixture(Quota::default());
        f.pace.close(f.credential, Duration::from_secs(u64::from(u32::MAX)));
        f.clock.advance(LONGEST_WINDOW.as_secs());
        assert_eq!(f.begins(f.credential).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_spent_budget_names_the_wait_and_leaves_other_credentials_alone() {
        let f = fixture(Quota { requests_per_minute: 60, calls: 1 });
        for _ in 0..60 {
            f.pace.spend(f.credential).unwrap();
        }
        assert_eq!(f.pace.spend(f.credential), Err(Hold::Spent { seconds: 1 }));
        assert_eq!(f.begins(f.credential).await, Err(Hold::Spent { seconds: 16 }));
        assert_eq!(f.begins(Scope::of(["wecom", "another"])).await, Ok(()));
        f.clock.advance(16);
        assert_eq!(f.begins(f.credential).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_does_not_come_in_time_is_told_from_a_wait_that_is_known() {
        let f = fixture(Quota { calls: 1, ..Quota::default() });
        let held = f.pace.turn(f.credential, "acme", later()).await.unwrap();
        assert_eq!(f.begins(f.credential).await, Err(Hold::Crowded));
        drop(held);
        assert_eq!(f.begins(f.credential).await, Ok(()));
    }

    /// A thousand wait before another tenant's first call comes; of them, one goes ahead of it.
    #[tokio::test(start_paused = true)]
    async fn a_tenant_with_a_thousand_calls_delays_another_by_one_turn() {
        let f = fixture(Quota { calls: 1, ..Quota::default() });
        let turns = Arc::new(Mutex::new(Vec::new()));
        let held = f.pace.turn(f.credential, "acme", later()).await.unwrap();
        let mut calls = Vec::new();
        for tenant in std::iter::repeat_n("acme", 1_000).chain(["globex", "globex"]) {
            let (pace, turns, credential) = (f.pace.clone(), turns.clone(), f.credential);
            calls.push(tokio::spawn(async move {
                let turn = pace.turn(credential, tenant, later()).await.unwrap();
                turns.lock().unwrap().push(tenant);
                tokio::task::yield_now().await;
                drop(turn);
            }));
            tokio::task::yield_now().await;
        }

        drop(held);
        for call in calls {
            call.await.unwrap();
        }

        let turns = turns.lock().unwrap();
        assert_eq!(turns[..5], ["acme", "globex", "acme", "globex", "acme"]);
        assert_eq!(turns.len(), 1_002);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_who_gives_up_waiting_gives_its_turn_to_the_next() {
        let f = fixture(Quota { calls: 1, ..Quota::default() });
        let held = f.pace.turn(f.credential, "acme", later()).await.unwrap();
        let pace = f.pace.clone();
        let credential = f.credential;
        let waiting = tokio::spawn(async move { pace.turn(credential, "acme", later()).await.map(drop) });
        tokio::task::yield_now().await;
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        drop(held);
        assert_eq!(f.begins(f.credential).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_rest_are_forgotten_and_those_in_use_are_not() {
        let f = fixture(Quota::default());
        let credential = |n: usize| Scope::of(["wecom", &n.to_string()]);
        let held = f.pace.turn(credential(0), "acme", later()).await.unwrap();
        f.pace.close(credential(1), Duration::from_secs(60));
        f.pace.spend(credential(2)).unwrap();
        for n in 3..1_000 {
            f.begins(credential(n)).await.unwrap();
        }
        let known = |n: usize| f.pace.lanes.lock().unwrap().by_credential.contains_key(&credential(n));
        assert!(known(0) && known(1) && known(2));
        assert!(f.pace.lanes.lock().unwrap().by_credential.len() < 200);
        drop(held);
    }
}
