//! What goes wrong in a history.

use fake_wecom::{CallFault, DeliveryFault, FaultPlan};
use proptest::prelude::*;

/// What lasts for a whole history, within what [`Policy`](approval_tracker::Policy) allows for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) list_lag_seconds: u64,
    pub(crate) detail_lag_seconds: u64,
    pub(crate) clock_skew_seconds: i64,
    pub(crate) company: Company,
}

/// Forms of the template that people submit by hand, evenly over [`Company::HOURS`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Company {
    /// By others than the applicant of the requests.
    pub(crate) others: u16,
    /// By that applicant.
    pub(crate) own: u16,
}

impl Company {
    /// No person submits anything by hand.
    pub(crate) const QUIET: Self = Self { others: 0, own: 0 };

    /// Before and after the beginning of a history.
    pub(crate) const HOURS: std::ops::Range<i64> = -2..3;
}

impl Weather {
    /// A plan in which nothing else goes wrong.
    pub(crate) fn plan(self) -> FaultPlan {
        FaultPlan::none()
            .list_lags(self.list_lag_seconds)
            .detail_lags(self.detail_lag_seconds)
            .clock_skew(self.clock_skew_seconds)
    }
}

pub(crate) fn weather() -> impl Strategy<Value = Weather> {
    let list_lag = prop_oneof![Just(0), 1_u64..=600];
    let detail_lag = prop_oneof![Just(0), 1_u64..=60];
    // Up to what WeCom's callbacks are taken for fresh with.
    let skew = prop_oneof![2 => Just(0), 2 => -240_i64..=240, 1 => 240_i64..=3_500, 1 => -3_500_i64..=-240];
    (list_lag, detail_lag, skew, company()).prop_map(
        |(list_lag_seconds, detail_lag_seconds, clock_skew_seconds, company)| Weather {
            list_lag_seconds,
            detail_lag_seconds,
            clock_skew_seconds,
            company,
        },
    )
}

fn company() -> impl Strategy<Value = Company> {
    prop_oneof![
        5 => Just(Company::QUIET),
        2 => (100_u16..=400).prop_map(|others| Company { others, own: 0 }),
        1 => (0_u16..=100, 1_u16..=120).prop_map(|(others, own)| Company { others, own }),
    ]
}

pub(crate) fn path() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("oa/applyevent"),
        2 => Just("oa/getapprovaldetail"),
        2 => Just("oa/getapprovalinfo"),
        1 => Just("oa/gettemplatedetail"),
        1 => Just("user/get"),
        1 => Just("gettoken"),
    ]
}

pub(crate) fn call_fault() -> impl Strategy<Value = CallFault> {
    prop_oneof![
        Just(CallFault::RefuseConnection),
        Just(CallFault::CutBeforeEffect),
        (0_usize..400).prop_map(CallFault::CutRequest),
        Just(CallFault::CutAfterEffect),
        (0_usize..400).prop_map(CallFault::CutAnswer),
        Just(CallFault::Status(502, String::from("<html>Bad Gateway</html>"))),
        Just(CallFault::StatusAfterEffect(504, String::new())),
        Just(CallFault::Html),
        Just(CallFault::ContentType("text/html")),
        (1_u64..60).prop_map(CallFault::Delay),
        (1_u64..60).prop_map(CallFault::SlowBody),
        Just(CallFault::ErrCode(-1)),
        Just(CallFault::ErrCode(45_009)),
        Just(CallFault::ErrCode(301_057)),
        // A little more than a host reads.
        Just(CallFault::OversizedBody(4 << 20)),
        Just(CallFault::ExpireTokens),
        Just(CallFault::RevokeTokens),
    ]
}

pub(crate) fn delivery_fault() -> impl Strategy<Value = DeliveryFault> {
    prop_oneof![
        Just(DeliveryFault::Drop),
        Just(DeliveryFault::Duplicate),
        (1_u64..600).prop_map(DeliveryFault::Delay),
        Just(DeliveryFault::Reorder),
    ]
}
