//! Actions that the client would not offer.

use super::FormStatus;

/// Why an action on a form was refused. Nothing changed, and no event was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionRefused {
    /// No form has this number.
    #[error("no form has the number {sp_no}")]
    UnknownForm {
        /// The number asked for.
        sp_no: String,
    },
    /// No template has this id.
    #[error("no template has the id {template_id}")]
    UnknownTemplate {
        /// The id asked for.
        template_id: String,
    },
    /// The template has no flow, so the client cannot submit its form.
    #[error("the template {template_id} has no flow: set one in the set-up")]
    NoFlow {
        /// The id asked for.
        template_id: String,
    },
    /// No member who can take part has this id.
    #[error("no active member has the user id {user_id}")]
    UnknownMember {
        /// The id asked for.
        user_id: String,
    },
    /// The form is not in a state that allows the action.
    #[error("a form in the state {status:?} does not allow this")]
    WrongState {
        /// The state the form is in.
        status: FormStatus,
    },
    /// The flow does not name the member.
    #[error("{user_id} is not an approver of this form")]
    NotAnApprover {
        /// Who tried.
        user_id: String,
    },
    /// The flow names the member, but waits for somebody else, or the member has acted already.
    #[error("it is not the turn of {user_id}")]
    NotTheirTurn {
        /// Who tried.
        user_id: String,
    },
    /// Approving in a node that handles, or handling in a node that approves.
    #[error("the node of {user_id} is of another kind: approvers agree, handlers handle")]
    WrongNode {
        /// Who tried.
        user_id: String,
    },
    /// The other member has an open step in this node already.
    #[error("{user_id} is asked in this node already")]
    AskedAlready {
        /// The other member.
        user_id: String,
    },
    /// The other member has not agreed in an earlier node, so the form cannot go back there.
    #[error("{user_id} agreed in no earlier node: nothing to return to")]
    NothingToReturnTo {
        /// The other member.
        user_id: String,
    },
    /// Only those whom the form names may comment on it.
    #[error("{user_id} has nothing to do with this form")]
    NotInvolved {
        /// Who tried.
        user_id: String,
    },
}
