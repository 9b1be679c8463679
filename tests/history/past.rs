//! Histories that ended badly once, shrunk, act by act: a seed draws another history once weights change.

use crate::act::{Act, CallFault, History, Job};
use crate::faults::{Company, Weather};
use crate::live;
use crate::turns::TO_THE_END;

const FINE: Weather =
    Weather { list_lag_seconds: 0, detail_lag_seconds: 0, clock_skew_seconds: 0, company: Company::QUIET };

/// A node that dies after WeCom has taken the form, and before it has heard of it.
const INTERRUPTED: [Act; 2] = [Act::Begin { job: Job::Submit(0), node: 0, turns: 9 }, Act::Crash(0)];

fn holds(weather: Weather, acts: Vec<Act>) {
    let history = History { weather, acts };
    if let Err(why) = live(&history) {
        panic!("{why}, at the end of\n{history}");
    }
}

fn company(others: u16, own: u16) -> Weather {
    Weather { company: Company { others, own }, ..FINE }
}

/// The first attempt waits for a token and sends nothing. It is given up, and the second submits. What the first one
/// reports then made the request one that is submitted again while the second was under way: two forms.
#[test]
fn a_late_report_of_an_older_attempt() {
    let acts = vec![
        Act::Begin { job: Job::Submit(1), node: 0, turns: 2 },
        Act::Begin { job: Job::Submit(0), node: 0, turns: 2 },
        Act::Pass(660),
        Act::Begin { job: Job::Reconcile, node: 1, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(0), node: 1, turns: 9 },
        Act::GoOn { job: 0, turns: TO_THE_END },
        Act::StoreFails(0),
        Act::Pass(10),
    ];
    holds(FINE, acts);
}

/// The clocks differ by more than five minutes. The search missed the form of the first request's second attempt, and that
/// counted as proof: two forms.
#[test]
fn clocks_that_differ() {
    let acts = vec![
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(1), node: 0, turns: 7 },
        Act::Begin { job: Job::Submit(0), node: 0, turns: 1 },
        Act::Pass(600),
        Act::Begin { job: Job::Reconcile, node: 1, turns: TO_THE_END },
        Act::GoOn { job: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
    ];
    holds(Weather { clock_skew_seconds: 360, ..FINE }, acts);
}

/// The host's clock is 400 s and 3,500 s fast or slow, and the host dies between sending and the answer, or cannot keep
/// the answer.
#[test]
fn clocks_that_differ_and_a_submission_that_is_interrupted() {
    for clock_skew_seconds in [-400, -3_500, 400, 1_100, 3_500] {
        let weather = Weather { clock_skew_seconds, ..FINE };
        holds(weather, INTERRUPTED.to_vec());
        let acts = vec![Act::BindingFails, Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END }];
        holds(weather, acts);
    }
}

/// A request that was never sent, among so many forms of others that no search came to its end.
#[test]
fn a_busy_company() {
    let acts = vec![
        Act::Fault("oa/getapprovaldetail", CallFault::RefuseConnection),
        Act::Begin { job: Job::Submit(0), node: 0, turns: 2 },
        Act::Pass(784),
        Act::Begin { job: Job::Reconcile, node: 1, turns: TO_THE_END },
        Act::GoOn { job: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
    ];
    holds(company(194, 0), acts);
}

/// 200 forms of others in the span that is searched, and the host comes back late: the form was never found, for the
/// span grew and every member's forms counted.
#[test]
fn a_busy_company_and_a_submission_that_is_interrupted() {
    holds(company(500, 0), [&INTERRUPTED[..], &[Act::Pass(3_000)]].concat());
}

/// The same, and all the forms are the applicant's own.
#[test]
fn a_busy_applicant_and_a_submission_that_is_interrupted() {
    holds(company(0, 500), [&INTERRUPTED[..], &[Act::Pass(3_000)]].concat());
}

/// The clocks are almost as far apart as is allowed, and the applicant has submitted many forms: each minute's search for
/// what was never sent read them all, until the clocks could not matter any more.
#[test]
fn a_busy_applicant_and_clocks_that_differ() {
    let acts = vec![
        Act::Fault("oa/applyevent", CallFault::Html),
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(2), node: 0, turns: TO_THE_END },
    ];
    holds(Weather { clock_skew_seconds: 3_195, ..company(16, 98) }, acts);
}
