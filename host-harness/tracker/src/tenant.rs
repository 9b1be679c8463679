//! A tenant of the harness as the tracker's engine.

use host_harness::contract::{
    Depth, MappingProblem, MappingProblemKind, Refusal, Status, SubmissionQuery, SubmissionRequest,
    SubmitProblem, Text, TrackingProblem, Window,
};
use host_harness::{CallError, CallFailure, Tenant};

use crate::engine::{Approvals, Later, Looked, Submitted};
use crate::failure::{Cause, Failure};
use crate::request::Pin;

/// Codes by which an engine says that a key finds what it must not find. Contract 0.1 has no case of its own for it.
const CONFLICTS: [&str; 2] = ["two-forms", "other-template"];

const NOT_CONFIGURED: &str =
    "the engine is not configured, although it was asked to be: a defect of the engine";

/// Contract 0.1 has no room for a reason there.
const UNAVAILABLE: &str = "the provider gave no answer; the engine's log line `no-answer` says why";

/// Requests after which a search that ran out of time had answers. Before them there are a token and a list.
const ANSWERED_REQUESTS: u32 = 3;

const LATE_DETAIL: &str = "the provider lists the approval and does not show it yet";

impl Approvals for Tenant {
    fn pin(&self) -> Pin {
        Pin { engine: self.engine().digest(), configuration: self.revision() }
    }

    fn connection(&self) -> String {
        self.engine().description().id.clone()
    }

    fn clock_skew(&self) -> Option<i64> {
        Self::clock_skew(self)
    }

    async fn applicant(&self, request: &SubmissionRequest) -> Option<String> {
        // Without a member, the submission tells why.
        let mapped = self.resolve_user(&request.applicant, Depth::Mapping).await;
        Some(mapped.ok()?.ok()?.id)
    }

    async fn submit(&self, request: &SubmissionRequest) -> Submitted {
        match Self::submit(self, request).await {
            Ok(Ok(submission)) => {
                Submitted::As { approval_id: submission.approval_id, applicant: submission.applicant.id }
            }
            Ok(Err(problem)) => not_submitted(problem),
            // The engine gave no verdict after something had left the host: nobody knows what.
            Err(call) if call.requests_sent > 0 => Submitted::Unknown { applicant: None },
            Err(call) if passes(&call) => {
                let retry_after_seconds = retry_after(&call);
                Submitted::NotNow(Failure { retry_after_seconds, ..Failure::of_call(&call) })
            }
            Err(call) => Submitted::Never(Failure::of_call(&call)),
        }
    }

    async fn status(&self, approval_id: &str) -> Looked<Status> {
        match self.fetch(approval_id).await {
            Ok(Ok(approval)) => Looked::Found(approval.status),
            Ok(Err(problem)) => not_found(problem),
            Err(call) => no_verdict(&call),
        }
    }

    async fn find(
        &self,
        idempotency_key: &str,
        applicant: Option<&str>,
        starts_at: u64,
        ends_at: u64,
    ) -> Looked<String> {
        let query = SubmissionQuery {
            idempotency_key: idempotency_key.to_owned(),
            window: Window { starts_at, ends_at },
            applicant: applicant.map(str::to_owned),
        };
        let approval_id = match self.find_submission(&query).await {
            Ok(Ok(Some(approval_id))) => approval_id,
            Ok(Ok(None)) => return Looked::Nothing,
            // Key, span and applicant are sound: there is too much in the span.
            Ok(Err(TrackingProblem::Invalid(text))) => return Looked::TooMuch(text.en),
            Ok(Err(TrackingProblem::Refused(refusal))) if CONFLICTS.contains(&refusal.code.as_str()) => {
                return Looked::Conflict(refused(&refusal));
            }
            Ok(Err(problem)) => return not_found(problem),
            Err(call) if read_too_long(&call) => return Looked::TooMuch(call.to_string()),
            Err(call) => return no_verdict(&call),
        };
        let Some(applicant) = applicant else { return Looked::Found(approval_id) };
        match self.fetch(&approval_id).await {
            // Providers do not tell members by the case of their ids.
            Ok(Ok(approval)) if approval.applicant.eq_ignore_ascii_case(applicant) => {
                Looked::Found(approval_id)
            }
            Ok(Ok(_)) => Looked::Conflict(format!(
                "approval {approval_id} carries the idempotency key of this request, and another member applied: the \
                 provider's administrator looks at it, and the request is cancelled in the product"
            )),
            // A list that is ahead of the approval itself.
            Ok(Err(TrackingProblem::NotFound(_))) => {
                Looked::NotNow(Later { reason: String::from(LATE_DETAIL), ..Later::default() })
            }
            Ok(Err(problem)) => not_found(problem),
            Err(call) => no_verdict(&call),
        }
    }
}

fn not_submitted(problem: SubmitProblem) -> Submitted {
    match problem {
        SubmitProblem::Unavailable(unavailability) => {
            Submitted::NotNow(Failure::of_unavailability(unavailability))
        }
        SubmitProblem::UnknownOutcome(uncertainty) => {
            Submitted::Unknown { applicant: Some(uncertainty.applicant.id) }
        }
        SubmitProblem::NotConfigured => {
            Submitted::Never(Failure::of_host(Cause::Host, "not-configured", NOT_CONFIGURED))
        }
        SubmitProblem::Refused(refusal) => Submitted::Never(Failure::of_refusal(refusal)),
        SubmitProblem::Mapping(problems) => {
            // The directory's answer may be there later; a missing member is not.
            let waits = |problem: &MappingProblem| problem.kind == MappingProblemKind::Unavailable;
            let retry_after_seconds = problems.iter().filter_map(|problem| problem.retry_after_seconds).max();
            if problems.iter().all(waits) {
                Submitted::NotNow(Failure { retry_after_seconds, ..Failure::of_mapping(problems) })
            } else {
                Submitted::Never(Failure::of_mapping(problems))
            }
        }
        SubmitProblem::Invalid(problems) => Submitted::Never(Failure::of_fields(Cause::Request, problems)),
        SubmitProblem::TemplateDrift(problems) => {
            Submitted::Never(Failure::of_fields(Cause::Template, problems))
        }
    }
}

fn not_found<T>(problem: TrackingProblem) -> Looked<T> {
    match problem {
        TrackingProblem::NotFound(_) => Looked::Nothing,
        TrackingProblem::Unavailable(retry_after_seconds) => {
            Looked::NotNow(Later { retry_after_seconds, reason: String::from(UNAVAILABLE) })
        }
        TrackingProblem::NotConfigured => Looked::Never(String::from(NOT_CONFIGURED)),
        TrackingProblem::Invalid(text) => Looked::Never(text.en),
        TrackingProblem::Refused(refusal) => Looked::Never(refused(&refusal)),
    }
}

fn no_verdict<T>(call: &CallError) -> Looked<T> {
    let reason = call.to_string();
    if passes(call) {
        Looked::NotNow(Later { retry_after_seconds: retry_after(call), reason })
    } else {
        Looked::Never(reason)
    }
}

/// Whether a search was reading forms when its time was over: it would end there each time, and one of a shorter span
/// reads fewer. A provider that answers nothing is not asked again at once.
const fn read_too_long(call: &CallError) -> bool {
    matches!(call.error, CallFailure::TimedOut { .. }) && call.requests_sent >= ANSWERED_REQUESTS
}

/// Whether the same call may have a verdict later.
const fn passes(call: &CallError) -> bool {
    match call.error {
        CallFailure::TimedOut { .. } | CallFailure::Held(_) | CallFailure::Overloaded { .. } => true,
        CallFailure::Configuration(_)
        | CallFailure::Input(_)
        | CallFailure::Unsupported { .. }
        | CallFailure::Trapped { .. }
        | CallFailure::Limit { .. }
        | CallFailure::Host { .. } => false,
    }
}

/// When it may, where the host knows.
const fn retry_after(call: &CallError) -> Option<u32> {
    match call.error {
        CallFailure::Held(hold) => hold.retry_after_seconds(),
        CallFailure::TimedOut { .. }
        | CallFailure::Overloaded { .. }
        | CallFailure::Configuration(_)
        | CallFailure::Input(_)
        | CallFailure::Unsupported { .. }
        | CallFailure::Trapped { .. }
        | CallFailure::Limit { .. }
        | CallFailure::Host { .. } => None,
    }
}

fn refused(refusal: &Refusal) -> String {
    told(&refusal.code, &refusal.sentence, &refusal.remedy)
}

fn told(what: &str, sentence: &Text, remedy: &Text) -> String {
    format!("{what}: {}: {}", sentence.en, remedy.en)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_search_that_ran_out_of_time_among_the_forms_asks_too_much_and_one_without_an_answer_waits() {
        let timed_out = |requests_sent| CallError {
            error: CallFailure::TimedOut { setting: "limits.outbound_call", limit: Duration::from_secs(30) },
            requests_sent,
        };
        assert!(read_too_long(&timed_out(3)));
        assert!(!read_too_long(&timed_out(2)), "a token and a list");
        assert!(matches!(no_verdict::<String>(&timed_out(2)), Looked::NotNow(_)));
        let crowded =
            CallError { error: CallFailure::Held(host_harness::pace::Hold::Crowded), requests_sent: 9 };
        assert!(!read_too_long(&crowded));
    }
}
