//! For programs.

use serde_json::{Value, json};

use super::{Report, Verdict};

impl Report {
    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (passed, failed, not_applicable) = self.counts();
        let cases: Vec<Value> = self
            .outcomes
            .iter()
            .map(|outcome| {
                let (verdict, details) = match &outcome.verdict {
                    Verdict::Passed => ("passed", Vec::new()),
                    Verdict::Failed(misfits) => ("failed", misfits.clone()),
                    Verdict::NotApplicable(reason) => ("not-applicable", vec![reason.clone()]),
                };
                let case = &outcome.case;
                json!({
                    "name": case.name,
                    "title": case.title,
                    "promise": case.promise,
                    "answers": case.answers,
                    "verdict": verdict,
                    "details": details,
                })
            })
            .collect();
        json!({
            "engine": self.engine,
            "version": self.version,
            "sha256": self.digest,
            "provider": self.provider,
            "calls": self.calls,
            "passed": passed,
            "failed": failed,
            "not-applicable": not_applicable,
            "cases": cases,
        })
    }
}
