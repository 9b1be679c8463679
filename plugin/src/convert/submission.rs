//! Submissions: the request in, the submission or its problem out.

use wecom_protocol::api::Unavailability;
use wecom_protocol::form::{
    Cell, Content, Department, FieldContent, FieldProblem, FormField, Interval, Leave, Location, PhoneNumber,
    Row, SubmissionWarning,
};
use wecom_protocol::model::UnixSeconds;
use wecom_protocol::submit::{Route, RouteStep, Submission, SubmissionRequest, SubmitProblem, Uncertainty};
use wecom_protocol::template::IntervalUnit;

use super::list;
use crate::bindings::exports::idaas::approval::approval_engine as wit;

impl From<wit::SubmissionRequest> for SubmissionRequest {
    fn from(request: wit::SubmissionRequest) -> Self {
        Self {
            idempotency_key: request.idempotency_key,
            applicant: request.applicant.into(),
            department: request.department,
            summary: list(request.summary),
            fields: list(request.fields),
            route: match request.route {
                wit::Route::TemplateFlow => Route::TemplateFlow,
                wit::Route::Steps(steps) => Route::Steps(list(steps)),
            },
        }
    }
}

impl From<wit::RouteStep> for RouteStep {
    fn from(step: wit::RouteStep) -> Self {
        Self { kind: step.kind.into(), mode: step.mode.into(), accounts: list(step.accounts) }
    }
}

impl From<wit::FormField> for FormField {
    fn from(field: wit::FormField) -> Self {
        Self {
            name: field.name,
            content: match field.content {
                wit::FieldContent::Single(content) => FieldContent::Single(content.into()),
                wit::FieldContent::Rows(rows) => FieldContent::Rows(list(rows)),
            },
        }
    }
}

impl From<wit::Row> for Row {
    fn from(row: wit::Row) -> Self {
        Self { cells: list(row.cells) }
    }
}

impl From<wit::Cell> for Cell {
    fn from(cell: wit::Cell) -> Self {
        Self { name: cell.name, content: cell.content.into() }
    }
}

impl From<wit::Content> for Content {
    fn from(content: wit::Content) -> Self {
        match content {
            wit::Content::Text(text) => Self::Text(text),
            wit::Content::Number(number) => Self::Number(number),
            wit::Content::Money(amount) => Self::Money(amount),
            wit::Content::Time(at) => Self::Time(UnixSeconds(at)),
            wit::Content::Choices(choices) => Self::Choices(choices),
            wit::Content::Accounts(accounts) => Self::Accounts(list(accounts)),
            wit::Content::Departments(departments) => Self::Departments(list(departments)),
            wit::Content::Attachments(media_ids) => Self::Attachments(media_ids),
            wit::Content::Interval(interval) => Self::Interval(interval.into()),
            wit::Content::Leave(leave) => {
                Self::Leave(Leave { kind: leave.kind, interval: leave.interval.into() })
            }
            wit::Content::Location(location) => Self::Location(Location {
                latitude: location.latitude,
                longitude: location.longitude,
                title: location.title,
                address: location.address,
                at: UnixSeconds(location.at),
            }),
            wit::Content::Approvals(ids) => Self::Approvals(ids),
            wit::Content::Phone(phone) => Self::Phone(PhoneNumber { area: phone.area, number: phone.number }),
            wit::Content::ProviderJson(json) => Self::ProviderJson(json),
        }
    }
}

impl From<wit::Department> for Department {
    fn from(department: wit::Department) -> Self {
        Self { id: department.id, name: department.name }
    }
}

impl From<wit::Interval> for Interval {
    fn from(interval: wit::Interval) -> Self {
        Self {
            unit: match interval.unit {
                wit::IntervalUnit::HalfDay => IntervalUnit::HalfDay,
                wit::IntervalUnit::Hour => IntervalUnit::Hour,
            },
            starts_at: UnixSeconds(interval.starts_at),
            ends_at: UnixSeconds(interval.ends_at),
            duration_seconds: interval.duration_seconds,
        }
    }
}

impl From<Submission> for wit::Submission {
    fn from(submission: Submission) -> Self {
        Self {
            approval_id: submission.approval_id.0,
            applicant: submission.applicant.into(),
            warnings: list(submission.warnings),
        }
    }
}

impl From<SubmissionWarning> for wit::SubmissionWarning {
    fn from(warning: SubmissionWarning) -> Self {
        Self { name: warning.name, code: warning.code.to_owned(), sentence: warning.sentence.into() }
    }
}

impl From<SubmitProblem> for wit::SubmitProblem {
    fn from(problem: SubmitProblem) -> Self {
        match problem {
            SubmitProblem::Invalid(problems) => Self::Invalid(list(problems)),
            SubmitProblem::Mapping(problems) => Self::Mapping(list(problems)),
            SubmitProblem::Refused(refusal) => Self::Refused(refusal.into()),
            SubmitProblem::TemplateDrift(problems) => Self::TemplateDrift(list(problems)),
            SubmitProblem::Unavailable(unavailability) => Self::Unavailable(unavailability.into()),
            SubmitProblem::UnknownOutcome(uncertainty) => Self::UnknownOutcome(uncertainty.into()),
        }
    }
}

impl From<FieldProblem> for wit::FieldProblem {
    fn from(problem: FieldProblem) -> Self {
        Self {
            name: problem.name,
            code: problem.code.to_owned(),
            sentence: problem.sentence.into(),
            remedy: problem.remedy.into(),
        }
    }
}

impl From<Unavailability> for wit::Unavailability {
    fn from(unavailability: Unavailability) -> Self {
        Self {
            retry_after_seconds: unavailability.retry_after_seconds,
            sentence: unavailability.sentence.into(),
            remedy: unavailability.remedy.into(),
            refusal: unavailability.refusal.map(Into::into),
        }
    }
}

impl From<Uncertainty> for wit::Uncertainty {
    fn from(uncertainty: Uncertainty) -> Self {
        Self {
            idempotency_key: uncertainty.idempotency_key,
            applicant: uncertainty.applicant.into(),
            sentence: uncertainty.sentence.into(),
            remedy: uncertainty.remedy.into(),
        }
    }
}
