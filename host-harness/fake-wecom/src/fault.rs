//! What goes wrong on purpose, and when.

use crate::random::Random;

/// A list of faults for calls and deliveries. The same plan and seed give the same run.
///
/// For each call the rules are asked in order, and the first whose time has come decides. Every rule counts
/// the calls that match its path, whether or not it decides.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    calls: Vec<Rule<CallFault>>,
    deliveries: Vec<Rule<DeliveryFault>>,
    pub(crate) conditions: Conditions,
}

/// What holds for as long as the plan does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Conditions {
    pub(crate) list_lag_seconds: u64,
    pub(crate) detail_lag_seconds: u64,
    pub(crate) clock_skew_seconds: i64,
    pub(crate) sections_undivided: bool,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a fault for calls of `path`, written as behind `/cgi-bin/`: `oa/applyevent`; `*` for every path.
    #[must_use]
    pub fn on_call(mut self, path: &str, when: When, fault: CallFault) -> Self {
        self.calls.push(Rule { path: path.to_owned(), when, fault, seen: 0 });
        self
    }

    /// Adds a fault for events, counted as they arise; a retry is not an event of its own.
    #[must_use]
    pub fn on_delivery(mut self, when: When, fault: DeliveryFault) -> Self {
        self.deliveries.push(Rule { path: "*".to_owned(), when, fault, seen: 0 });
        self
    }

    /// The list, getapprovalinfo, knows nothing of a form until it is this old.
    #[must_use]
    pub const fn list_lags(mut self, seconds: u64) -> Self {
        self.conditions.list_lag_seconds = seconds;
        self
    }

    /// getapprovaldetail tells of a form as it was this long ago, while its events go out at once. A form that is
    /// younger is told as it was submitted.
    #[must_use]
    pub const fn detail_lags(mut self, seconds: u64) -> Self {
        self.conditions.detail_lag_seconds = seconds;
        self
    }

    /// WeCom's clock is ahead of everybody else's by this much, or behind.
    #[must_use]
    pub const fn clock_skew(mut self, seconds: i64) -> Self {
        self.conditions.clock_skew_seconds = seconds;
        self
    }

    /// Texts go into the CDATA sections of events as they are: one that holds `]]>` ends its section, and what follows in
    /// it is markup. Reported of other messages of the same company; of approvals not proven.
    #[must_use]
    pub const fn sections_undivided(mut self) -> Self {
        self.conditions.sections_undivided = true;
        self
    }

    pub(crate) fn for_call(&mut self, path: &str, random: &mut Random) -> Option<CallFault> {
        decide(&mut self.calls, path, random)
    }

    pub(crate) fn for_delivery(&mut self, random: &mut Random) -> Option<DeliveryFault> {
        decide(&mut self.deliveries, "*", random)
    }
}

/// When a rule applies, among the calls that match its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Each time.
    Always,
    /// The nth time only, counted from 1.
    Nth(u32),
    /// The first n times.
    First(u32),
    /// With this probability in percent, drawn from the seed.
    Percent(u8),
}

/// What goes wrong with a call of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFault {
    /// The connection is refused; nothing happens.
    RefuseConnection,
    /// The connection is cut before the call takes effect.
    CutBeforeEffect,
    /// The connection is cut before more than this many bytes of the request's body have been read; nothing happens.
    CutRequest(usize),
    /// The call takes effect, then the connection is cut.
    CutAfterEffect,
    /// The call takes effect, and the connection is cut after this many bytes of its answer, the head among them.
    CutAnswer(usize),
    /// Another HTTP status and body, without effect.
    Status(u16, String),
    /// The call takes effect, and is answered with another HTTP status and body.
    StatusAfterEffect(u16, String),
    /// A page for people with status 200, as from a captive portal; without effect.
    Html,
    /// The call takes effect, and its answer comes this many seconds late.
    Delay(u64),
    /// The call takes effect. The head of its answer comes at once, the last byte of the body this many seconds
    /// late.
    SlowBody(u64),
    /// The call takes effect, and its answer says that it is something else than JSON.
    ContentType(&'static str),
    /// The call takes effect, and is answered with status 200 and these bytes.
    Bytes(Vec<u8>),
    /// The call takes effect, and each of the first texts in its answer is replaced by the second, which may be any bytes.
    Replace(&'static str, &'static [u8]),
    /// The call takes effect, and a proxy codes the answer with gzip, although the request did not ask for it.
    Gzip,
    /// The call takes effect, and its answer says that it is coded with this; the bytes make no sense.
    Coded(&'static str),
    /// Another `errcode` with HTTP 200, without effect.
    ErrCode(i64),
    /// Status 200 and JSON of this many bytes at least, without effect.
    OversizedBody(usize),
    /// All tokens expire first (42001).
    ExpireTokens,
    /// All tokens are revoked first (40014).
    RevokeTokens,
}

/// What goes wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFault {
    /// It is never sent (D90930: "目前无法保证100%回调成功").
    Drop,
    /// It is sent twice.
    Duplicate,
    /// It is sent this many seconds late.
    Delay(u64),
    /// It is sent after the event that follows it, or a minute late when none does.
    Reorder,
}

#[derive(Debug, Clone)]
struct Rule<Fault> {
    path: String,
    when: When,
    fault: Fault,
    seen: u32,
}

fn decide<Fault: Clone>(rules: &mut [Rule<Fault>], path: &str, random: &mut Random) -> Option<Fault> {
    let mut decided = None;
    for rule in rules.iter_mut().filter(|rule| rule.path == "*" || rule.path == path) {
        rule.seen = rule.seen.saturating_add(1);
        let applies = match rule.when {
            When::Always => true,
            When::Nth(n) => rule.seen == n,
            When::First(n) => rule.seen <= n,
            When::Percent(percent) => random.below(100) < u64::from(percent),
        };
        if applies && decided.is_none() {
            decided = Some(rule.fault.clone());
        }
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64) -> Vec<bool> {
        let mut plan = FaultPlan::none().on_call("gettoken", When::Percent(50), CallFault::Html);
        let mut random = Random::new(seed);
        (0..64).map(|_| plan.for_call("gettoken", &mut random).is_some()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_seed_others() {
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn a_rule_counts_the_calls_of_its_own_path_only() {
        let mut plan = FaultPlan::none().on_call("oa/applyevent", When::Nth(2), CallFault::Html);
        let mut random = Random::new(1);
        let paths = ["oa/applyevent", "gettoken", "oa/applyevent", "oa/applyevent"];
        let faults = paths.map(|path| plan.for_call(path, &mut random).is_some());
        assert_eq!(faults, [false, false, true, false]);
    }
}
