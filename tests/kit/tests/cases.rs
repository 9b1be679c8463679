//! The cases as data: all of them are read, the README's table is theirs, and no class of problem is forgotten.

use std::collections::BTreeSet;

use conformance_kit::case::Act;
use conformance_kit::cases;
use conformance_kit::expect::Expected;
use wit_parser::{Resolve, TypeDefKind};

/// The defects that any engine could have.
const DEFECTS: [&str; 19] = [
    "D1", "D2", "D5", "D7", "D8", "D9", "D10", "D12", "D13", "D14", "D16", "D17", "D19", "D20", "D21", "D22",
    "D23", "D26", "D27",
];

#[test]
fn every_file_of_the_folder_is_a_case() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let read: BTreeSet<String> = cases::all().unwrap().into_iter().map(|case| case.name).collect();
    assert_eq!(read, files);
}

#[test]
fn the_table_of_defects_names_the_cases_that_answer_them() {
    let cases = cases::all().unwrap();
    let (readme, scenarios) = (include_str!("../README.md"), include_str!("../../README.md"));
    for defect in DEFECTS {
        let answering: Vec<String> = cases
            .iter()
            .filter(|case| case.answers.iter().any(|one| one == defect))
            .map(|case| format!("`{}`", case.name))
            .collect();
        assert_ne!(answering, Vec::<String>::new(), "{defect}");
        let row = readme.lines().find(|line| line.starts_with(&format!("| {defect} |"))).unwrap();
        assert!(row.ends_with(&format!("| {} |", answering.join(", "))), "{row}");
        let row = scenarios.lines().find(|line| line.starts_with(&format!("| {defect} K |"))).unwrap();
        assert!(row.ends_with(&format!("; cases {} |", answering.join(", "))), "{row}");
    }
}

#[test]
fn every_case_says_what_why_and_who_promised_it() {
    for case in cases::all().unwrap() {
        for text in [&case.title, &case.reason, &case.promise] {
            assert!(!text.trim().is_empty(), "{}", case.name);
        }
    }
}

/// Read from the contract itself, so that a class that is added has to be shown as well.
#[test]
fn every_class_of_submit_problem_is_shown_by_a_case() {
    let mut resolve = Resolve::default();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).unwrap();
    let named = |name: &str| resolve.types.iter().find(|(_, kind)| kind.name.as_deref() == Some(name));
    let Some(TypeDefKind::Variant(problem)) = named("submit-problem").map(|(_, kind)| &kind.kind) else {
        panic!("the contract has no variant submit-problem");
    };
    let shown: BTreeSet<String> = cases::all()
        .unwrap()
        .iter()
        .flat_map(|case| &case.steps)
        .filter(|step| matches!(step.act, Act::Submit(_)))
        .flat_map(|step| &step.expect)
        .filter_map(|(at, expected)| match (at.strip_prefix("/err"), expected) {
            (Some(""), Expected::Text(class)) => Some(class.clone()),
            (Some(below), _) => below.split('/').nth(1).map(str::to_owned),
            (None, _) => None,
        })
        .collect();
    let classes: BTreeSet<String> = problem.cases.iter().map(|case| case.name.clone()).collect();
    assert_eq!(shown, classes);
}
