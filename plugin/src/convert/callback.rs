//! Callbacks: the request in, the outcome out.

use wecom_protocol::callback::{Answer, Disposition, Error, Outcome, Request};
use wecom_protocol::model::UnixSeconds;

use super::list;
use crate::bindings::exports::idaas::approval::approval_engine as wit;

/// A request, borrowed: the body is not copied again.
pub(crate) fn request(request: &wit::CallbackRequest) -> Request<'_> {
    Request {
        method: &request.method,
        query: &request.query,
        body: &request.body,
        received_at: UnixSeconds(request.received_at),
    }
}

/// The outcome of a call that came before `configure`. Not 200, so that the provider sends it again.
pub(crate) fn not_configured() -> wit::CallbackOutcome {
    wit::CallbackOutcome {
        response: wit::CallbackResponse { status: 503, headers: Vec::new(), body: Vec::new() },
        disposition: wit::Disposition::Refused(wit::CallbackRefusal {
            reason: wit::RefusalReason::NotConfigured,
            detail: String::from("the engine is not configured: call configure first"),
        }),
    }
}

impl From<Outcome> for wit::CallbackOutcome {
    fn from(outcome: Outcome) -> Self {
        Self { response: outcome.answer.into(), disposition: outcome.disposition.into() }
    }
}

impl From<Answer> for wit::CallbackResponse {
    fn from(answer: Answer) -> Self {
        let content_type = answer
            .content_type
            .map(|value| wit::Header { name: String::from("content-type"), value: value.to_owned() });
        Self { status: answer.status, headers: content_type.into_iter().collect(), body: answer.body }
    }
}

impl From<Disposition> for wit::Disposition {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::VerifiedAddress => Self::VerifiedAddress,
            Disposition::Accepted(events) => Self::Accepted(list(events)),
            Disposition::Foreign => Self::Foreign,
            Disposition::Ignored(kind) => Self::Ignored(kind),
            Disposition::Refused(error) => Self::Refused(error.into()),
        }
    }
}

impl From<Error> for wit::CallbackRefusal {
    fn from(error: Error) -> Self {
        let reason = match error {
            Error::Method => wit::RefusalReason::Method,
            Error::TooLarge { .. } => wit::RefusalReason::TooLarge,
            Error::Malformed(_) => wit::RefusalReason::Malformed,
            Error::Stale { .. } | Error::Outdated { .. } => wit::RefusalReason::Stale,
            Error::Forged => wit::RefusalReason::Forged,
            Error::Undecryptable => wit::RefusalReason::Undecryptable,
            Error::WrongReceiver { .. } => wit::RefusalReason::WrongReceiver,
            Error::Unreadable(_) => wit::RefusalReason::Unreadable,
        };
        Self { reason, detail: error.to_string() }
    }
}
