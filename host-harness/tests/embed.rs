//! The program that README shows: it runs, it fits on a page, and README has this text of it.

use std::process::ExitCode;

#[path = "../examples/embed.rs"]
mod embed;

const PROGRAM: &str = include_str!("../examples/embed.rs");
const README: &str = include_str!("../../README.md");

#[test]
fn the_example_runs_to_its_end() {
    assert_eq!(embed::main(), ExitCode::SUCCESS);
}

#[test]
fn readme_has_the_example_word_for_word() {
    assert!(README.contains(&format!("```rust\n{PROGRAM}```\n")), "copy examples/embed.rs into README");
}

#[test]
fn the_example_has_at_most_75_lines() {
    assert!(PROGRAM.lines().count() <= 75, "{}", PROGRAM.lines().count());
}
