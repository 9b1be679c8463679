//! What goes wrong in a history.

use fake_wecom::{CallFault, DeliveryFault, FaultPlan};
use proptest::prelude::*;

/// What lasts for a whole history, within what [`Policy`](approval_tracker::Policy) allows for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) list_lag_seconds: u64,
    pub(crate) detail_lag_seconds: u64,
    pub(crate) clock_skew_seconds: i64,
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
    let skew = prop_oneof![Just(0), -240_i64..=240];
    (list_lag, detail_lag, skew).prop_map(|(list_lag_seconds, detail_lag_seconds, clock_skew_seconds)| {
        Weather { list_lag_seconds, detail_lag_seconds, clock_skew_seconds }
    })
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
