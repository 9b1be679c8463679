//! What can happen in a history.

use fake_wecom::{CallFault, DeliveryFault};
use proptest::prelude::*;

/// Requests of one history.
pub(crate) const REQUESTS: u8 = 3;

/// One thing that happens. Numbers of requests and approvers are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// The product submits a request, again perhaps.
    Submit(u8),
    /// An approver agrees.
    Agree(u8, bool),
    /// An approver rejects.
    Reject(u8, bool),
    /// The applicant withdraws.
    Withdraw(u8),
    /// An approval is revoked.
    Revoke(u8),
    /// Somebody comments.
    Comment(u8),
    /// WeCom delivers what is due.
    Deliver,
    /// The host confirms what its inbox says.
    Settle,
    /// The host asks about what is silent.
    Reconcile,
    /// Seconds pass.
    Pass(u16),
    /// The next call of this path goes wrong.
    Fault(&'static str, CallFault),
    /// The next event goes wrong.
    Lose(DeliveryFault),
    /// The host crashes at its nth step from here, and starts again.
    Crash(u8),
}

pub(crate) fn act(crashes: bool) -> BoxedStrategy<Act> {
    if crashes {
        prop_oneof![12 => calm(), 1 => (0_u8..6).prop_map(Act::Crash)].boxed()
    } else {
        calm().boxed()
    }
}

/// Everything but a crash.
fn calm() -> impl Strategy<Value = Act> {
    let request = 0..REQUESTS;
    prop_oneof![
        6 => request.clone().prop_map(Act::Submit),
        6 => (request.clone(), any::<bool>()).prop_map(|(n, first)| Act::Agree(n, first)),
        1 => (request.clone(), any::<bool>()).prop_map(|(n, first)| Act::Reject(n, first)),
        1 => request.clone().prop_map(Act::Withdraw),
        2 => request.clone().prop_map(Act::Revoke),
        1 => request.prop_map(Act::Comment),
        5 => Just(Act::Deliver),
        5 => Just(Act::Settle),
        3 => Just(Act::Reconcile),
        5 => (1_u16..900).prop_map(Act::Pass),
        4 => (path(), call_fault()).prop_map(|(path, fault)| Act::Fault(path, fault)),
        2 => delivery_fault().prop_map(Act::Lose),
    ]
}

fn path() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("oa/applyevent"),
        2 => Just("oa/getapprovaldetail"),
        2 => Just("oa/getapprovalinfo"),
        1 => Just("oa/gettemplatedetail"),
        1 => Just("user/get"),
        1 => Just("gettoken"),
    ]
}

fn call_fault() -> impl Strategy<Value = CallFault> {
    prop_oneof![
        Just(CallFault::RefuseConnection),
        Just(CallFault::CutBeforeEffect),
        Just(CallFault::CutAfterEffect),
        Just(CallFault::Status(502, String::from("<html>Bad Gateway</html>"))),
        Just(CallFault::StatusAfterEffect(504, String::new())),
        Just(CallFault::Html),
        Just(CallFault::Delay(60)),
        Just(CallFault::ErrCode(-1)),
        Just(CallFault::ErrCode(45_009)),
        Just(CallFault::ErrCode(301_057)),
        Just(CallFault::OversizedBody(8 << 20)),
        Just(CallFault::ExpireTokens),
        Just(CallFault::RevokeTokens),
    ]
}

fn delivery_fault() -> impl Strategy<Value = DeliveryFault> {
    prop_oneof![
        Just(DeliveryFault::Drop),
        Just(DeliveryFault::Duplicate),
        (1_u64..600).prop_map(DeliveryFault::Delay),
        Just(DeliveryFault::Reorder),
    ]
}
