//! What can happen in a history.

use std::fmt;

use proptest::prelude::*;

use crate::faults::{Weather, call_fault, delivery_fault, path, weather};
use crate::plot::plot;
use crate::turns::TO_THE_END;

pub(crate) use fake_wecom::{CallFault, DeliveryFault};

/// Requests of one history.
pub(crate) const REQUESTS: u8 = 3;

/// Nodes of the host, over one store.
pub(crate) const NODES: u8 = 2;

/// What lasts, and then one thing after another.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) weather: Weather,
    pub(crate) acts: Vec<Act>,
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {:?}", self.weather)?;
        self.acts.iter().try_for_each(|act| writeln!(f, "  {act:?}"))
    }
}

/// One thing that happens. Numbers of requests and jobs are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// A node begins with something, and goes on for some turns.
    Begin { job: Job, node: u8, turns: u8 },
    /// Something that is under way goes on.
    GoOn { job: u8, turns: u8 },
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
    /// A sound callback says that a form is approved, whatever it is.
    Rumour(u8),
    /// Seconds pass.
    Pass(u16),
    /// The next call of this path goes wrong.
    Fault(&'static str, CallFault),
    /// The next event goes wrong.
    Lose(DeliveryFault),
    /// The nth step of the store from here fails.
    StoreFails(u8),
    /// The store fails when the next approval is to be bound to its request.
    BindingFails,
    /// A node crashes where it is, and starts again.
    Crash(u8),
}

/// What a node does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    /// The product submits a request, again perhaps.
    Submit(u8),
    /// WeCom delivers what is due, all at once.
    Deliver,
    /// The host confirms what its inbox says.
    Settle,
    /// The host asks about what is silent.
    Reconcile,
}

pub(crate) fn history(crashes: bool) -> impl Strategy<Value = History> {
    let scene = prop_oneof![12 => act(crashes).prop_map(|act| vec![act]), 1 => plot(crashes)];
    (weather(), proptest::collection::vec(scene, 4..20))
        .prop_map(|(weather, scenes)| History { weather, acts: scenes.concat() })
}

fn act(crashes: bool) -> BoxedStrategy<Act> {
    if !crashes {
        return calm().boxed();
    }
    prop_oneof![
        20 => calm(),
        2 => (0..NODES).prop_map(Act::Crash),
        2 => (0_u8..12).prop_map(Act::StoreFails),
        1 => Just(Act::BindingFails),
    ]
    .boxed()
}

/// Everything but a crash.
fn calm() -> impl Strategy<Value = Act> {
    let request = 0..REQUESTS;
    prop_oneof![
        18 => (job(), 0..NODES, turns()).prop_map(|(job, node, turns)| Act::Begin { job, node, turns }),
        5 => (any::<u8>(), turns()).prop_map(|(job, turns)| Act::GoOn { job, turns }),
        7 => (request.clone(), any::<bool>()).prop_map(|(n, first)| Act::Agree(n, first)),
        1 => (request.clone(), any::<bool>()).prop_map(|(n, first)| Act::Reject(n, first)),
        1 => request.clone().prop_map(Act::Withdraw),
        2 => request.clone().prop_map(Act::Revoke),
        1 => request.clone().prop_map(Act::Comment),
        1 => request.prop_map(Act::Rumour),
        4 => (1_u16..900).prop_map(Act::Pass),
        4 => (path(), call_fault()).prop_map(|(path, fault)| Act::Fault(path, fault)),
        2 => delivery_fault().prop_map(Act::Lose),
    ]
}

fn job() -> impl Strategy<Value = Job> {
    prop_oneof![
        6 => (0..REQUESTS).prop_map(Job::Submit),
        5 => Just(Job::Deliver),
        4 => Just(Job::Settle),
        3 => Just(Job::Reconcile),
    ]
}

/// Mostly a job is done before anything else happens.
fn turns() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(TO_THE_END), 2 => 0_u8..12]
}
