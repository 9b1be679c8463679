//! For people.

use std::fmt;

use host_harness::redact;

use super::{Report, Verdict};

/// How much of an engine's own words stands in a line.
const LINE: usize = 700;

/// One line a case; below a failure, what was seen, why it matters and what promised otherwise.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |text: &str| redact::line(text, LINE);
        let name = format!("{} {}", self.engine, self.version);
        writeln!(f, "{} with the provider {}, sha256 {}\n", plain(&name), self.provider, self.digest)?;
        let width = self.outcomes.iter().map(|outcome| outcome.case.name.len()).max().unwrap_or_default();
        for outcome in &self.outcomes {
            let case = &outcome.case;
            let sign = match outcome.verdict {
                Verdict::Passed => "✓",
                Verdict::Failed(_) => "✗",
                Verdict::NotApplicable(_) => "–",
            };
            writeln!(f, "{sign} {:width$}  {}", case.name, case.title)?;
            match &outcome.verdict {
                Verdict::Passed => {}
                Verdict::Failed(misfits) => {
                    misfits.iter().try_for_each(|misfit| writeln!(f, "      {}", plain(misfit)))?;
                    writeln!(
                        f,
                        "      why it matters: {}\n      promised by: {}",
                        case.reason, case.promise
                    )?;
                }
                Verdict::NotApplicable(reason) => writeln!(f, "      not applicable: {reason}")?,
            }
        }
        let (passed, failed, not_applicable) = self.counts();
        let calls = self.calls;
        writeln!(f, "\n{passed} passed, {failed} failed, {not_applicable} not applicable; {calls} calls")
    }
}
