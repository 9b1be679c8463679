//! How patient the host is. All in seconds.

/// Waiting times and limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a submission may be on its way: twice the wall clock of a `submit` call at least, for storing the intent
    /// may take the first half. Until then no other node touches it.
    pub submission_seconds: u64,
    /// How long the provider's list may lag behind a submission. Only after it does "not found" mean "not there".
    pub list_lag_seconds: u64,
    /// How far the provider's clock may be from the host's: as far as callbacks are taken for fresh with. The search for
    /// a submission begins so long before its intent and ends so long after it. While the clocks are further apart,
    /// "not found" never means "not there".
    pub clock_skew_seconds: u64,
    /// Whether "not found" means "not there" also while it is unknown how far the clocks are apart, because the provider
    /// sends no `Date`.
    pub trusts_unseen_clock: bool,
    /// Between two searches for one submission, at least. Also after a look that had no answer; doubles each time.
    pub search_interval_seconds: u64,
    /// How long an event may be ahead of what a fetch shows.
    pub detail_lag_seconds: u64,
    /// Between two looks while an event is ahead. Doubles each time that there is no answer.
    pub expecting_interval_seconds: u64,
    /// First look at a silent request; doubles each time.
    pub first_look_seconds: u64,
    /// Longest time between two looks.
    pub longest_look_seconds: u64,
    /// How long an approved request is still looked at for a revocation.
    pub revocable_seconds: u64,
    /// How long a pending request is waited for; `None` for ever.
    pub expiry_seconds: Option<u64>,
    /// Tenants that are asked about at the same time, each with one question at a time.
    pub tenants_at_once: usize,
    /// How long a settled notice stays known. Longer than news can be taken for fresh, which is a day and some minutes at
    /// most, if the engine looks at the event's own time as well as at the request's: what comes again later is then
    /// refused. What gets here all the same costs a question and decides nothing.
    pub settled_seconds: u64,
    /// How long an ended request stays known after it was last heard of. Longer than the product may repeat a number: what
    /// is forgotten is submitted anew. Never shorter than `revocable_seconds`.
    pub ended_seconds: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            submission_seconds: 60,
            list_lag_seconds: 600,
            clock_skew_seconds: 3_600,
            trusts_unseen_clock: false,
            search_interval_seconds: 60,
            detail_lag_seconds: 300,
            expecting_interval_seconds: 10,
            first_look_seconds: 120,
            longest_look_seconds: 3_600,
            revocable_seconds: 30 * 86_400,
            expiry_seconds: None,
            tenants_at_once: 32,
            settled_seconds: 7 * 86_400,
            ended_seconds: 365 * 86_400,
        }
    }
}

impl Policy {
    /// When to look at a request that has been looked at `silent_looks` times in vain.
    #[must_use]
    pub fn next_look(&self, now: u64, silent_looks: u32) -> u64 {
        now + self.doubled(self.first_look_seconds, silent_looks)
    }

    /// The longest time that a request waits to be asked about again. A due time further away than this was set by a
    /// clock that was ahead.
    #[must_use]
    pub fn longest_wait_seconds(&self) -> u64 {
        [
            self.submission_seconds,
            self.search_interval_seconds,
            self.expecting_interval_seconds,
            self.first_look_seconds,
            self.longest_look_seconds,
        ]
        .into_iter()
        .fold(0, u64::max)
    }

    /// `seconds`, doubled so many times.
    pub(crate) fn doubled(&self, seconds: u64, times: u32) -> u64 {
        seconds.saturating_mul(1 << times.min(16)).min(self.longest_look_seconds)
    }
}
