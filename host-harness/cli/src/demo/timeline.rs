//! What is printed: who did what, and whether it came out as expected.

use std::fmt::{Debug, Display};
use std::io::{self, Write as _};
use std::time::Duration;

/// Prints the story and counts what came out otherwise.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    chapters: u32,
    held: u32,
    failed: u32,
}

impl Timeline {
    /// Begins a chapter.
    pub(super) fn chapter(&mut self, title: &str) -> io::Result<()> {
        self.chapters += 1;
        writeln!(io::stdout(), "\n{:>2}  {title}", self.chapters)
    }

    /// Tells what somebody did.
    pub(super) fn tell(&self, who: &str, what: impl Display) -> io::Result<()> {
        writeln!(io::stdout(), "    {who:<14} {what}")
    }

    /// Tells what the engine answered, and how long it took.
    pub(super) fn engine(&self, function: &str, took: Duration, answer: impl Display) -> io::Result<()> {
        self.tell("engine", format_args!("{answer}  [{function}, {:.1} ms]", took.as_secs_f64() * 1_000.0))
    }

    /// Says whether a step had the expected outcome.
    pub(super) fn expect(&mut self, what: &str, holds: bool) -> io::Result<()> {
        if holds {
            self.held += 1;
            writeln!(io::stdout(), "    ✓ {what}")
        } else {
            self.failed += 1;
            writeln!(io::stdout(), "    ✗ NOT AS EXPECTED: {what}")
        }
    }

    /// Sums up; `true` when everything came out as expected.
    pub(super) fn finish(&self) -> io::Result<bool> {
        let (held, failed) = (self.held, self.failed);
        writeln!(io::stdout(), "\n{held} steps as expected, {failed} not.")?;
        Ok(failed == 0 && held > 0)
    }
}

/// The name of an enum's case, as people read it.
pub(super) fn word(case: &impl Debug) -> String {
    let name = format!("{case:?}");
    name.rsplit("::").next().unwrap_or(&name).to_lowercase()
}
