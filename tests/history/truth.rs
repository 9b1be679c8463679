//! What has to hold at the end.

use approval_tracker::{Outcome, State};
use fake_wecom::FormStatus;

/// The state of a request whose form is in this one.
pub(crate) const fn expected(status: FormStatus) -> State {
    match status {
        FormStatus::Pending => State::Pending,
        FormStatus::Approved | FormStatus::Paid => State::Approved,
        FormStatus::Rejected => State::Rejected,
        FormStatus::Withdrawn => State::Withdrawn,
        FormStatus::Revoked => State::Revoked,
        FormStatus::Deleted => State::Deleted,
    }
}

/// Which decisions end at this truth. A form that was revoked before anybody looked was never granted.
pub(crate) fn fits(status: FormStatus, decisions: &[Outcome]) -> bool {
    match status {
        FormStatus::Pending => decisions.is_empty(),
        FormStatus::Approved | FormStatus::Paid => decisions == [Outcome::Approved],
        FormStatus::Rejected => decisions == [Outcome::Rejected],
        FormStatus::Withdrawn => decisions == [Outcome::Withdrawn],
        FormStatus::Revoked => {
            decisions == [Outcome::Approved, Outcome::Revoked] || decisions == [Outcome::Withdrawn]
        }
        FormStatus::Deleted => decisions == [Outcome::Deleted],
    }
}
