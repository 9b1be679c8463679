//! Why a request was not submitted, as both readers need it.

use std::fmt;

use host_harness::contract::{FieldProblem, MappingProblem, Refusal, Text, Unavailability};
use host_harness::{CallError, CallFailure};
use serde::{Deserialize, Serialize};

/// Why an attempt to submit a request created no approval. Kept with the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// Who can remove the cause.
    pub cause: Cause,
    /// When another attempt may do better, where that is known.
    pub retry_after_seconds: Option<u32>,
    /// What is wrong: at least one.
    pub problems: Vec<Problem>,
}

/// Who can remove the cause of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The host's own developer or its user: the request is wrong.
    Request,
    /// The administrator of the directory: an account has no usable member.
    Mapping,
    /// The administrator: the settings have problems.
    Settings,
    /// The administrator: settings and template no longer fit.
    Template,
    /// The administrator, mostly: the provider said no.
    Refused,
    /// A wait: the provider has no answer at this time.
    Unavailable,
    /// The operator: the host or the engine failed, or a limit was hit.
    Host,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// The engine's or the provider's code, such as `wrong-option` or `60020`; the host's own where neither spoke.
    pub code: String,
    /// What it is about: a field, an account, a setting. Empty when it is about the whole request.
    pub subject: String,
    /// What is wrong, and what the administrator or operator has to do.
    pub for_administrator: Words,
    /// What the applicant can do, where the engine says so.
    pub for_applicant: Option<Words>,
}

/// A text in both languages. A text of the host's own is English in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh_cn: String,
}

impl Failure {
    /// A failure with one problem, in the host's own words.
    #[must_use]
    pub fn of_host(cause: Cause, code: &str, sentence: &str) -> Self {
        let problem = Problem {
            code: code.to_owned(),
            subject: String::new(),
            for_administrator: Words { en: sentence.to_owned(), zh_cn: sentence.to_owned() },
            for_applicant: None,
        };
        Self { cause, retry_after_seconds: None, problems: vec![problem] }
    }

    pub(crate) fn of_call(call: &CallError) -> Self {
        let (cause, code) = match &call.error {
            CallFailure::Configuration(_) => (Cause::Settings, "settings"),
            CallFailure::Input(_) => (Cause::Request, "input"),
            CallFailure::Unsupported { .. } => (Cause::Host, "unsupported"),
            CallFailure::Trapped { .. } => (Cause::Host, "trapped"),
            CallFailure::Limit { .. } => (Cause::Host, "limit"),
            CallFailure::TimedOut { .. } => (Cause::Unavailable, "timed-out"),
            CallFailure::Held(_) => (Cause::Unavailable, "held"),
            CallFailure::Overloaded { .. } => (Cause::Unavailable, "overloaded"),
            CallFailure::Host { .. } => (Cause::Host, "host"),
        };
        Self::of_host(cause, code, &call.to_string())
    }

    pub(crate) fn of_mapping(problems: Vec<MappingProblem>) -> Self {
        let problems = problems.into_iter().map(|problem| Problem {
            code: problem.refusal.map_or_else(|| String::from("mapping"), |refusal| refusal.code),
            subject: problem.account_id,
            for_administrator: problem.for_administrator.into(),
            for_applicant: Some(problem.for_applicant.into()),
        });
        Self { cause: Cause::Mapping, retry_after_seconds: None, problems: problems.collect() }
    }

    pub(crate) fn of_fields(cause: Cause, problems: Vec<FieldProblem>) -> Self {
        let problems = problems.into_iter().map(|problem| Problem {
            code: problem.code,
            subject: problem.name,
            for_administrator: Words::of(&problem.sentence, &problem.remedy),
            for_applicant: None,
        });
        Self { cause, retry_after_seconds: None, problems: problems.collect() }
    }

    pub(crate) fn of_refusal(refusal: Refusal) -> Self {
        Self { cause: Cause::Refused, retry_after_seconds: None, problems: vec![refused(refusal)] }
    }

    pub(crate) fn of_unavailability(unavailability: Unavailability) -> Self {
        let Unavailability { retry_after_seconds, sentence, remedy, refusal } = unavailability;
        let code = refusal.map_or_else(|| String::from("unavailable"), |refusal| refusal.code);
        let for_administrator = Words::of(&sentence, &remedy);
        let problem = Problem { code, subject: String::new(), for_administrator, for_applicant: None };
        Self { cause: Cause::Unavailable, retry_after_seconds, problems: vec![problem] }
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem {
        for_administrator: Words::of(&refusal.sentence, &refusal.remedy),
        code: refusal.code,
        subject: String::new(),
        for_applicant: None,
    }
}

impl Words {
    /// What is wrong, and then what to do.
    fn of(sentence: &Text, remedy: &Text) -> Self {
        Self {
            en: format!("{}: {}", sentence.en, remedy.en),
            zh_cn: format!("{}；{}", sentence.zh_cn, remedy.zh_cn),
        }
    }
}

impl From<Text> for Words {
    fn from(Text { en, zh_cn }: Text) -> Self {
        Self { en, zh_cn }
    }
}

/// For an operator: codes, what they are about, and the English texts.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let between = if n == 0 { "" } else { "; " };
            write!(f, "{between}{}", problem.code)?;
            if !problem.subject.is_empty() {
                write!(f, " ({})", problem.subject)?;
            }
            write!(f, ": {}", problem.for_administrator.en)?;
        }
        Ok(())
    }
}
