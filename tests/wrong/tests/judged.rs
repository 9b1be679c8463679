//! What a trial of the kit makes of cases that have lost their bite, in the three forms of its report.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance_kit::Report;
use conformance_kit::report::{Outcome, Verdict};
use wrong_engines::{Mistake, Trial, Tried};

fn sound(verdict: Verdict) -> Report {
    let case =
        conformance_kit::cases::all().unwrap().into_iter().find(|case| case.name == "submit-lost").unwrap();
    Report {
        engine: String::from("sample"),
        version: String::from("0.1.0"),
        digest: String::from("00"),
        provider: String::from("sample"),
        calls: 1,
        outcomes: vec![Outcome { case, verdict }],
    }
}

fn caught(mistake: Mistake, caught_by: &[&str]) -> Tried {
    Tried { mistake, caught_by: caught_by.iter().map(|case| (*case).to_owned()).collect() }
}

/// Nothing wrong with the kit: an engine caught by the case meant for it and by another one.
fn good() -> Trial {
    Trial {
        sound: sound(Verdict::Passed),
        tried: vec![caught(Mistake::NeverRenews, &["token-dies", "token-refused"])],
        toothless: Some(Vec::new()),
    }
}

#[test]
fn a_trial_is_passed_when_nothing_is_wrong() {
    assert!(good().passed());
    assert!(Trial { toothless: None, ..good() }.passed());
}

#[test]
fn each_thing_that_is_wrong_fails_the_trial() {
    let resends = Mistake::ResendsOnDoubt;
    for (what, trial) in [
        ("caught by nothing", Trial { tried: vec![caught(resends, &[])], ..good() }),
        (
            "caught by two of three",
            Trial { tried: vec![caught(resends, &["submit-lost", "submit-busy"])], ..good() },
        ),
        (
            "caught by others alone",
            Trial { tried: vec![caught(Mistake::NeverRenews, &["token-refused"])], ..good() },
        ),
        ("a case without a bite", Trial { toothless: Some(vec![String::from("submit-lost")]), ..good() }),
        (
            "a right engine that fails",
            Trial { sound: sound(Verdict::Failed(vec![String::from("why")])), ..good() },
        ),
        ("a case left out", Trial { sound: sound(Verdict::NotApplicable(String::from("why"))), ..good() }),
    ] {
        assert!(!trial.passed(), "{what}");
    }
}

#[test]
fn all_that_is_wrong_is_told() {
    let trial = Trial {
        sound: sound(Verdict::Failed(vec![String::from("why")])),
        tried: vec![
            caught(Mistake::NeverRenews, &["token-dies", "token-refused"]),
            caught(Mistake::ResendsOnDoubt, &["submit-lost"]),
            caught(Mistake::DropsTheCode, &[]),
        ],
        toothless: Some(vec![String::from("submit-busy")]),
    };
    insta::assert_snapshot!("for_people", trial);
    insta::assert_snapshot!("for_build_servers", trial.to_junit().unwrap());
    let mut json = trial.to_json();
    json["without-a-mistake"] = json["without-a-mistake"]["failed"].take();
    insta::assert_snapshot!("for_programs", format!("{json:#}"));
}
