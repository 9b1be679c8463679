//! The state of approvals: questions in, pages and problems out.

use wecom_protocol::model::{UnixSeconds, UserId};
use wecom_protocol::tracking::{Page, SubmissionQuery, TrackingProblem, Window};

use crate::bindings::exports::idaas::approval::approval_tracking as wit;

impl From<wit::Window> for Window {
    fn from(window: wit::Window) -> Self {
        Self { starts_at: UnixSeconds(window.starts_at), ends_at: UnixSeconds(window.ends_at) }
    }
}

impl From<wit::SubmissionQuery> for SubmissionQuery {
    fn from(query: wit::SubmissionQuery) -> Self {
        Self {
            idempotency_key: query.idempotency_key,
            window: query.window.into(),
            applicant: query.applicant.map(UserId),
        }
    }
}

impl From<Page> for wit::Page {
    fn from(page: Page) -> Self {
        Self { approval_ids: page.ids.into_iter().map(|id| id.0).collect(), cursor: page.cursor }
    }
}

impl From<TrackingProblem> for wit::TrackingProblem {
    fn from(problem: TrackingProblem) -> Self {
        match problem {
            TrackingProblem::Invalid(text) => Self::Invalid(text.into()),
            TrackingProblem::NotFound(text) => Self::NotFound(text.into()),
            TrackingProblem::Refused(refusal) => Self::Refused(refusal.into()),
            TrackingProblem::Unavailable(seconds) => Self::Unavailable(seconds),
        }
    }
}
