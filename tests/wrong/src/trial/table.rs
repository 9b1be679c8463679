//! For people.

use std::fmt;

use super::{Trial, Tried};

/// One line an engine, and below it the cases that caught it.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.tried.iter().map(|tried| tried.mistake.name().len()).max().unwrap_or_default();
        for tried in &self.tried {
            row(f, tried, width)?;
        }
        for case in self.toothless.iter().flatten() {
            writeln!(f, "✗ {case} catches no wrong engine")?;
        }
        for case in self.sound.failed() {
            writeln!(f, "✗ {case} fails the engine without a mistake")?;
        }
        for case in self.sound.not_applicable() {
            writeln!(f, "✗ {case} does not apply to the engine without a mistake")?;
        }
        let caught = self.tried.iter().filter(|tried| tried.caught()).count();
        write!(f, "\n{caught} of {} wrong engines caught", self.tried.len())?;
        if let Some(toothless) = &self.toothless {
            let cases = self.sound.outcomes.len();
            write!(f, ", by {} of {cases} cases", cases.saturating_sub(toothless.len()))?;
        }
        let (passed, failed, not_applicable) = self.sound.counts();
        let outcome = format_args!("{passed} passed, {failed} failed, {not_applicable} not applicable");
        writeln!(f, "; without a mistake {outcome}")
    }
}

fn row(f: &mut fmt::Formatter<'_>, tried: &Tried, width: usize) -> fmt::Result {
    let sign = if tried.caught() { "✓" } else { "✗" };
    writeln!(f, "{sign} {:width$}  {}", tried.mistake.name(), tried.mistake.about())?;
    writeln!(f, "      caught by: {}", list(tried.caught_by.iter().map(String::as_str)))?;
    if !tried.caught() {
        writeln!(f, "      not caught by: {}", list(tried.missed()))?;
    }
    Ok(())
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { String::from("no case") } else { names.join(", ") }
}
