//! WeCom's numbers, and what they mean (D91815; D90269 for the flow engine).
//!
//! A number is a text here: `2` has a meaning, `02` and a number from the future have none, and neither is an
//! error.

use crate::model::{Operation, Status, StepKind, StepMode, Verdict};

/// `SpStatus` of a form. 10 (paid) follows an approval, which it stays.
pub fn status(number: &str) -> Status {
    match number {
        "1" => Status::Pending,
        "2" | "10" => Status::Approved,
        "3" => Status::Rejected,
        "4" => Status::Withdrawn,
        "6" => Status::Revoked,
        "7" => Status::Deleted,
        _ => Status::Unknown,
    }
}

/// `OpenSpStatus` of a form of the flow engine.
pub fn open_status(number: &str) -> Status {
    match number {
        "1" => Status::Pending,
        "2" => Status::Approved,
        "3" => Status::Rejected,
        "4" => Status::Withdrawn,
        _ => Status::Unknown,
    }
}

/// `StatuChangeEvent`. 7 and 9 mean nothing in any edition of the documentation.
pub fn operation(number: &str) -> Operation {
    match number {
        "1" => Operation::Submitted,
        "2" => Operation::Agreed,
        "3" => Operation::Rejected,
        "4" => Operation::Transferred,
        "5" => Operation::Urged,
        "6" => Operation::Withdrawn,
        "8" => Operation::Revoked,
        "10" => Operation::Commented,
        "11" => Operation::Returned,
        "12" => Operation::ApproverAdded,
        "13" => Operation::AgreedAndApproverAdded,
        "14" => Operation::Handled,
        "15" => Operation::HandedOver,
        _ => Operation::Other,
    }
}

/// `SpStatus` of a record, `SpYj`, `NodeStatus`, `ItemStatus`: one numbering for all.
pub fn verdict(number: &str) -> Verdict {
    match number {
        "" => Verdict::Unspecified,
        "1" => Verdict::Pending,
        "2" => Verdict::Agreed,
        "3" => Verdict::Rejected,
        "4" => Verdict::Transferred,
        "11" => Verdict::Returned,
        "12" => Verdict::ApproverAdded,
        "13" => Verdict::AgreedAndApproverAdded,
        "14" => Verdict::Handled,
        "15" => Verdict::HandedOver,
        _ => Verdict::Other,
    }
}

/// `NodeType` of a node in `ProcessList`. (The flow engine's `NodeType` is something else.)
pub fn step_kind(number: &str) -> StepKind {
    match number {
        "1" => StepKind::Approval,
        "2" => StepKind::Notification,
        "3" => StepKind::Handling,
        _ => StepKind::Other,
    }
}

/// `ApproverAttr` and `NodeAttr`: 1 any, 2 all.
pub fn approver_attribute(number: &str) -> StepMode {
    match number {
        "" => StepMode::Unspecified,
        "1" => StepMode::Any,
        "2" => StepMode::All,
        _ => StepMode::Other,
    }
}

/// `ApvRel`: 1 all, 2 any. The other way round than [`approver_attribute`].
pub fn approval_relation(number: &str) -> StepMode {
    match number {
        "" => StepMode::Unspecified,
        "1" => StepMode::All,
        "2" => StepMode::Any,
        "3" => StepMode::Sequential,
        _ => StepMode::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_numberings_of_any_and_all_are_inverted() {
        assert_eq!((approver_attribute("1"), approval_relation("2")), (StepMode::Any, StepMode::Any));
        assert_eq!((approver_attribute("2"), approval_relation("1")), (StepMode::All, StepMode::All));
    }

    #[test]
    fn a_number_that_means_nothing_is_never_a_decision() {
        for number in ["", "0", "02", "5", "8", "9", "11", "-2", " 2", "２", "two", "99999999999999999999"] {
            assert_eq!(status(number), Status::Unknown, "{number}");
            assert_eq!(open_status(number), Status::Unknown, "{number}");
        }
        for number in ["6", "7", "10"] {
            assert_eq!(open_status(number), Status::Unknown, "{number}");
        }
    }
}
