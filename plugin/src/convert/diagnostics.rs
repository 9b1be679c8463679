//! The test of a connection: options in, findings and settings out.

use wecom_protocol::diagnostics::{CheckOptions, CheckVerdict, Finding, ProvisionProblem};
use wecom_protocol::model::UnixSeconds;

use super::list;
use crate::bindings::exports::idaas::approval::approval_engine::{Setting, SettingValue};
use crate::bindings::exports::idaas::approval::engine_diagnostics as wit;

/// The findings of a test.
pub(crate) fn findings(findings: Vec<Finding>) -> Vec<wit::Finding> {
    list(findings)
}

/// What to store.
pub(crate) fn settings(settings: Vec<(&'static str, String)>) -> Vec<Setting> {
    let setting =
        |(key, value): (&str, String)| Setting { key: key.to_owned(), value: SettingValue::Text(value) };
    settings.into_iter().map(setting).collect()
}

impl From<wit::CheckOptions> for CheckOptions {
    fn from(options: wit::CheckOptions) -> Self {
        Self { now: UnixSeconds(options.now), probe: options.probe.map(Into::into) }
    }
}

impl From<Finding> for wit::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            id: finding.id.to_owned(),
            title: finding.title.into(),
            verdict: finding.verdict.into(),
            settings: finding.settings.iter().map(|key| (*key).to_owned()).collect(),
            evidence: finding.evidence.into(),
            remedy: finding.remedy.map(Into::into),
        }
    }
}

impl From<CheckVerdict> for wit::CheckVerdict {
    fn from(verdict: CheckVerdict) -> Self {
        match verdict {
            CheckVerdict::Ok => Self::Ok,
            CheckVerdict::Warn => Self::Warn,
            CheckVerdict::Fail => Self::Fail,
            CheckVerdict::Skipped => Self::Skipped,
        }
    }
}

impl From<ProvisionProblem> for wit::ProvisionProblem {
    fn from(problem: ProvisionProblem) -> Self {
        match problem {
            ProvisionProblem::Refused(refusal) => Self::Refused(refusal.into()),
            ProvisionProblem::Unavailable(seconds) => Self::Unavailable(seconds),
            ProvisionProblem::UnknownOutcome(text) => Self::UnknownOutcome(text.into()),
        }
    }
}
