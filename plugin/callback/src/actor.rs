//! Who made the change that a callback reports.
//!
//! WeCom does not say. It can be told where the operation is one that only the applicant can do, or where
//! exactly one member did such a thing last. In all other cases nobody is named: an audit line with the wrong
//! name is worse than one without. Nor is anybody named on the word of a list to which a person may have added by what
//! they typed ([`Certain`]).

use crate::message::Certain;
use crate::model::{Approval, Operation, StepMember, UserId, Verdict};

/// A member, and what they wrote with what they did.
pub(super) type Deed = (UserId, String);

/// Finds who did `operation`, given the approval after it, and which of its lists are WeCom's alone.
pub(super) fn find(operation: Operation, approval: &Approval, certain: Certain) -> Option<Deed> {
    let verdict = match operation {
        Operation::Submitted | Operation::Urged | Operation::Withdrawn => {
            return certain.applicant.then(|| (approval.applicant.clone(), String::new()));
        }
        Operation::Commented => return certain.comments.then(|| commenter(approval)).flatten(),
        // An approved form may be taken back by the applicant, or by an administrator.
        Operation::Revoked | Operation::Other => return None,
        Operation::Agreed => Verdict::Agreed,
        Operation::Rejected => Verdict::Rejected,
        Operation::Transferred => Verdict::Transferred,
        Operation::Returned => Verdict::Returned,
        Operation::ApproverAdded => Verdict::ApproverAdded,
        Operation::AgreedAndApproverAdded => Verdict::AgreedAndApproverAdded,
        Operation::Handled => Verdict::Handled,
        Operation::HandedOver => Verdict::HandedOver,
    };
    certain.flow.then(|| member(verdict, approval)).flatten()
}

/// The author of the newest comment, when it is alone in being the newest.
fn commenter(approval: &Approval) -> Option<Deed> {
    let latest = approval.comments.iter().filter_map(|comment| comment.written_at).max()?;
    let mut newest = approval.comments.iter().filter(|comment| comment.written_at == Some(latest));
    match (newest.next(), newest.next()) {
        (Some(comment), None) => Some((comment.member.clone(), comment.text.clone())),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

/// The one member who came to `verdict` last. The same member may have done so in several steps at once, as
/// WeCom lets an approver's one answer count wherever they are asked.
fn member(verdict: Verdict, approval: &Approval) -> Option<Deed> {
    let deeds = || approval.steps.iter().flat_map(|step| &step.members).filter(|m| m.verdict == verdict);
    let latest = deeds().filter_map(|member| member.acted_at).max()?;
    let last = || deeds().filter(|member| member.acted_at == Some(latest));
    let who = &last().next()?.id;
    if !last().all(|member| member.id.same(who)) {
        return None;
    }
    let words = last().map(|StepMember { comment, .. }| comment).find(|comment| !comment.is_empty());
    Some((who.clone(), words.cloned().unwrap_or_default()))
}
