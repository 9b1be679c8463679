//! Whose turn it is, and what a node amounts to.

use super::{ActionRefused, Form, FormStatus, Node, Step, StepStatus};
use crate::template::{NodeKind, Relation};

/// Place of a step that may be acted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) node: usize,
    pub(super) step: usize,
}

impl Form {
    /// User ids of those the form waits for. Empty once it is decided.
    #[must_use]
    pub fn waiting_for(&self) -> Vec<&str> {
        let steps = self.current().into_iter().flat_map(Node::steps_to_act);
        steps.map(|step| step.user_id.as_str()).collect()
    }

    /// The node the form waits in; none once it is decided.
    #[must_use]
    pub fn current(&self) -> Option<&Node> {
        let current = self.current_node().and_then(|index| self.nodes.get(index));
        current.filter(|_| self.status == FormStatus::Pending)
    }

    /// The node the form waits in: the first that is not complete. None once all are.
    pub(super) fn current_node(&self) -> Option<usize> {
        self.nodes.iter().position(|node| node.kind != NodeKind::Notify && !node.is_complete())
    }

    /// The step that `user_id` may act in.
    ///
    /// # Errors
    /// [`ActionRefused`]: the form is decided, waits for others, or does not name the member.
    pub(super) fn turn(&self, user_id: &str) -> Result<Turn, ActionRefused> {
        if self.status != FormStatus::Pending {
            return Err(ActionRefused::WrongState { status: self.status });
        }
        let found = self.current_node().and_then(|index| {
            let node = self.nodes.get(index)?;
            let first_open = node.steps.iter().position(|step| step.status.is_open());
            let step = node.steps.iter().position(|step| step.is_of(user_id) && step.status.is_open())?;
            let allowed = node.relation != Relation::InOrder || first_open == Some(step);
            allowed.then_some(Turn { node: index, step })
        });
        found.ok_or_else(|| self.why_not(user_id))
    }

    fn why_not(&self, user_id: &str) -> ActionRefused {
        let acting = self.nodes.iter().filter(|node| node.kind != NodeKind::Notify);
        let named = acting.flat_map(|node| &node.steps).any(|step| step.is_of(user_id));
        let user_id = user_id.to_owned();
        if named { ActionRefused::NotTheirTurn { user_id } } else { ActionRefused::NotAnApprover { user_id } }
    }
}

impl Node {
    /// Whether the node has what it wants. People who gave the say away do not count.
    pub(super) fn is_complete(&self) -> bool {
        let mut live = self.steps.iter().filter(|step| !step.status.is_given_away());
        match self.relation {
            Relation::Any => live.any(|step| step.status.is_done()),
            Relation::All | Relation::InOrder => live.all(|step| step.status.is_done()),
        }
    }

    /// Sets the state of the node after one of its steps changed.
    pub(super) fn settle(&mut self) {
        let has = |status| self.steps.iter().any(|step| step.status == status);
        self.status = if has(StepStatus::Rejected) {
            StepStatus::Rejected
        } else if self.is_complete() {
            if self.kind == NodeKind::Handle { StepStatus::Handled } else { StepStatus::Agreed }
        } else if has(StepStatus::Returned) {
            StepStatus::Returned
        } else {
            StepStatus::Pending
        };
    }

    /// Asks everybody again who has not given the say away.
    pub(super) fn reopen(&mut self) {
        for step in self.steps.iter_mut().filter(|step| !step.status.is_given_away()) {
            *step = Step::open(&step.user_id);
        }
        self.status = StepStatus::Pending;
    }

    fn steps_to_act(&self) -> impl Iterator<Item = &Step> {
        let limit = if self.relation == Relation::InOrder { 1 } else { usize::MAX };
        self.steps.iter().filter(|step| step.status.is_open()).take(limit)
    }
}

impl Step {
    pub(super) fn is_of(&self, user_id: &str) -> bool {
        self.user_id.eq_ignore_ascii_case(user_id)
    }
}
