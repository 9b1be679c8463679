//! The program that README shows: it runs, it fits on a page, and README has this text of it.

#[path = "../examples/embed.rs"]
mod embed;

const PROGRAM: &str = include_str!("../examples/embed.rs");
const README: &str = include_str!("../../README.md");

#[test]
fn the_example_runs_to_its_end() {
    embed::main().unwrap();
}

#[test]
fn readme_has_the_example_word_for_word() {
    assert!(README.contains(&format!("```rust\n{PROGRAM}```\n")), "copy examples/embed.rs into README");
}

#[test]
fn the_example_has_at_most_60_lines() {
    assert!(PROGRAM.lines().count() <= 60, "{}", PROGRAM.lines().count());
}
