//! Several acts that belong together. Drawn one by one they would hardly ever meet.

use proptest::prelude::*;

use crate::act::{Act, CallFault, Job, NODES, REQUESTS};
use crate::turns::TO_THE_END;

pub(crate) fn plot(crashes: bool) -> BoxedStrategy<Vec<Act>> {
    if crashes {
        prop_oneof![3 => overtaken(true), 2 => interrupted()].boxed()
    } else {
        prop_oneof![3 => overtaken(false), 2 => unanswered()].boxed()
    }
}

/// A submission waits, for a token perhaps. Another node gives it up and begins anew, and only then it goes on.
fn overtaken(crashes: bool) -> impl Strategy<Value = Vec<Act>> {
    (0..REQUESTS, 0..NODES, 1_u8..9, 600_u16..1_000, 0_u8..20, any::<[bool; 3]>()).prop_map(
        move |(n, node, waits_at, seconds, turns, [binding_fails, again, go_on])| {
            let other = (node + 1) % NODES;
            let mut acts = vec![
                Act::Begin { job: Job::Submit(n), node, turns: waits_at },
                Act::Pass(seconds),
                Act::Begin { job: Job::Reconcile, node: other, turns: TO_THE_END },
            ];
            acts.extend((crashes && binding_fails).then_some(Act::BindingFails));
            acts.extend(again.then_some(Act::Begin { job: Job::Submit(n), node: other, turns }));
            acts.extend(go_on.then_some(Act::GoOn { job: 1, turns: TO_THE_END }));
            acts.push(Act::GoOn { job: 0, turns: TO_THE_END });
            acts
        },
    )
}

/// A node dies while it submits, and another looks for what has become of it.
fn interrupted() -> impl Strategy<Value = Vec<Act>> {
    (0..REQUESTS, 0..NODES, 4_u8..24, 60_u16..1_000).prop_map(|(n, node, turns, seconds)| {
        vec![
            Act::Begin { job: Job::Submit(n), node, turns },
            Act::Crash(node),
            Act::Pass(seconds),
            Act::Begin { job: Job::Reconcile, node: (node + 1) % NODES, turns: TO_THE_END },
        ]
    })
}

/// WeCom takes a form, and its answer is lost.
fn unanswered() -> impl Strategy<Value = Vec<Act>> {
    (0..REQUESTS, 0..NODES, 60_u16..1_000).prop_map(|(n, node, seconds)| {
        vec![
            Act::Fault("oa/applyevent", CallFault::CutAfterEffect),
            Act::Begin { job: Job::Submit(n), node, turns: TO_THE_END },
            Act::Pass(seconds),
            Act::Begin { job: Job::Reconcile, node, turns: TO_THE_END },
        ]
    })
}
