//! Histories that ended badly once, shrunk, act by act: a seed draws another history once weights change.

use crate::act::{Act, History, Job};
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

/// The first attempt waits for a token and sends nothing. It is given up, the second submits, and the store fails before
/// the binding. What the first one reports then made the request one that is submitted again: two forms.
#[test]
fn a_late_report_of_an_older_attempt() {
    let acts = vec![
        Act::Begin { job: Job::Submit(0), node: 0, turns: 2 },
        Act::Pass(660),
        Act::Begin { job: Job::Reconcile, node: 1, turns: TO_THE_END },
        Act::BindingFails,
        Act::GoOn { job: 1, turns: TO_THE_END },
        Act::GoOn { job: 0, turns: TO_THE_END },
        Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END },
    ];
    holds(FINE, acts);
}

/// The host's clock is fast or slow. The search missed the form, and that counted as proof: two forms.
#[test]
fn a_clock_that_differs_and_a_submission_that_is_interrupted() {
    for clock_skew_seconds in [-400, -3_500, 400, 1_100, 3_500] {
        let weather = Weather { clock_skew_seconds, ..FINE };
        holds(weather, INTERRUPTED.to_vec());
        let acts = vec![Act::BindingFails, Act::Begin { job: Job::Submit(0), node: 0, turns: TO_THE_END }];
        holds(weather, acts);
    }
}

/// 200 forms of others in the span that is searched, and the host comes back late: the form was never found, for the
/// span grew and every member's forms counted.
#[test]
fn a_busy_company_and_a_submission_that_is_interrupted() {
    let weather = Weather { company: Company { others: 500, own: 0 }, ..FINE };
    holds(weather, [&INTERRUPTED[..], &[Act::Pass(3_000)]].concat());
}

/// The same, and all the forms are the applicant's own.
#[test]
fn a_busy_applicant_and_a_submission_that_is_interrupted() {
    let weather = Weather { company: Company { others: 0, own: 500 }, ..FINE };
    holds(weather, [&INTERRUPTED[..], &[Act::Pass(3_000)]].concat());
}
