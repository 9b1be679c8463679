//! The cases as data: all of them are read, and the README's table is theirs.

use std::collections::BTreeSet;

use conformance_kit::cases;

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
    let readme = include_str!("../README.md");
    for defect in DEFECTS {
        let answering: Vec<String> = cases
            .iter()
            .filter(|case| case.answers.iter().any(|one| one == defect))
            .map(|case| format!("`{}`", case.name))
            .collect();
        assert_ne!(answering, Vec::<String>::new(), "{defect}");
        let row = readme.lines().find(|line| line.starts_with(&format!("| {defect} |"))).unwrap();
        assert!(row.ends_with(&format!("| {} |", answering.join(", "))), "{row}");
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
