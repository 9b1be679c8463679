//! Requests a minute, as a token bucket kept in a single time (the generic cell rate algorithm).

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// How much of the minute is kept for calls under way, so that they end rather than stop half way: otherwise a flood
/// would spend every budget on first requests and no call would ever be done.
const RESERVE: Duration = Duration::from_secs(15);

/// Each request takes its share of a minute. The requests made may run a minute ahead of the clock.
#[derive(Debug)]
pub(super) struct Budget {
    share: Duration,
    /// The end of what has been taken. Behind the clock when all of the budget is there.
    taken_until: Duration,
}

impl Budget {
    pub(super) fn per_minute(requests: u32) -> Self {
        Self { share: MINUTE / requests.clamp(1, 60_000), taken_until: Duration::ZERO }
    }

    /// Takes one request; otherwise how long until there is one.
    pub(super) fn spend(&mut self, now: Duration) -> Result<(), Duration> {
        let taken_until = self.after_one_more(now);
        room(taken_until, now + MINUTE)?;
        self.taken_until = taken_until;
        Ok(())
    }

    /// Whether more than the reserve is left; otherwise how long until there is.
    pub(super) fn has_room_for_a_call(&mut self, now: Duration) -> Result<(), Duration> {
        room(self.after_one_more(now), now + (MINUTE - RESERVE))
    }

    pub(super) fn is_whole(&self, now: Duration) -> bool {
        self.taken_until <= now
    }

    /// Bounded from above too: a clock that was put back must not stop a credential for longer than a minute.
    fn after_one_more(&mut self, now: Duration) -> Duration {
        self.taken_until = self.taken_until.clamp(now, now + MINUTE);
        self.taken_until + self.share
    }
}

fn room(taken_until: Duration, limit: Duration) -> Result<(), Duration> {
    match taken_until.checked_sub(limit) {
        Some(wait) if !wait.is_zero() => Err(wait),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Duration = Duration::from_secs(1_767_225_600);

    fn spend_all(budget: &mut Budget, now: Duration) -> u32 {
        (0..).take_while(|_| budget.spend(now).is_ok()).count().try_into().unwrap()
    }

    #[test]
    fn a_minute_s_requests_may_come_at_once_and_then_as_they_are_earned() {
        let mut budget = Budget::per_minute(300);
        assert_eq!(spend_all(&mut budget, T0), 300);
        assert_eq!(spend_all(&mut budget, T0 + Duration::from_secs(2)), 10);
        assert_eq!(spend_all(&mut budget, T0 + Duration::from_secs(120)), 300);
    }

    #[test]
    fn calls_under_way_have_a_quarter_that_no_new_call_may_take() {
        let mut budget = Budget::per_minute(300);
        let begun = (0..).take_while(|_| budget.has_room_for_a_call(T0).is_ok() && budget.spend(T0).is_ok());
        assert_eq!(begun.count(), 225);
        assert_eq!(budget.has_room_for_a_call(T0), Err(Duration::from_millis(200)));
        assert_eq!(spend_all(&mut budget, T0), 75);
    }

    #[test]
    fn a_clock_that_is_put_back_costs_a_minute_at_most() {
        let mut budget = Budget::per_minute(60);
        spend_all(&mut budget, T0);
        let earlier = T0 - Duration::from_secs(86_400);
        assert_eq!(budget.spend(earlier), Err(Duration::from_secs(1)));
        assert_eq!(spend_all(&mut budget, earlier + Duration::from_secs(60)), 60);
    }
}
