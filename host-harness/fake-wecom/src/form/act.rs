//! What people do to a form in the client. Each action either changes the form and names the event, or is
//! refused.

use super::turn::Turn;
use super::{ActionRefused, ChangeEvent, Comment, Form, FormStatus, Node, Step, StepStatus};
use crate::template::{FlowNode, NodeKind, Relation};

type Outcome = Result<ChangeEvent, ActionRefused>;

impl Form {
    /// 同意. The form passes once no node is left.
    pub(crate) fn agree(&mut self, user_id: &str, speech: &str, now: u64) -> Outcome {
        let turn = self.turn_in(NodeKind::Approve, user_id)?;
        self.act(turn, StepStatus::Agreed, speech, now);
        self.finish_if_complete();
        Ok(ChangeEvent::Agreed)
    }

    /// 驳回. One no rejects the form, in a node of any relation.
    pub(crate) fn reject(&mut self, user_id: &str, speech: &str, now: u64) -> Outcome {
        let turn = self.turn_in(NodeKind::Approve, user_id)?;
        self.act(turn, StepStatus::Rejected, speech, now);
        self.status = FormStatus::Rejected;
        Ok(ChangeEvent::Rejected)
    }

    /// 办理: a handler reports the work done.
    pub(crate) fn carry_out(&mut self, user_id: &str, speech: &str, now: u64) -> Outcome {
        let turn = self.turn_in(NodeKind::Handle, user_id)?;
        self.act(turn, StepStatus::Handled, speech, now);
        self.finish_if_complete();
        Ok(ChangeEvent::Handled)
    }

    /// 转审, or 转交 in a node that handles: `to` takes the place of `from`.
    pub(crate) fn transfer(&mut self, from: &str, to: &str, speech: &str, now: u64) -> Outcome {
        let turn = self.turn(from)?;
        let node = self.nodes.get(turn.node);
        if node.is_some_and(|node| node.steps.iter().any(|step| step.is_of(to) && step.status.is_open())) {
            return Err(ActionRefused::AskedAlready { user_id: to.to_owned() });
        }
        let handling = node.is_some_and(|node| node.kind == NodeKind::Handle);
        let (status, event) = if handling {
            (StepStatus::PassedOn, ChangeEvent::PassedOn)
        } else {
            (StepStatus::Transferred, ChangeEvent::Transferred)
        };
        self.act(turn, status, speech, now);
        if let Some(node) = self.nodes.get_mut(turn.node) {
            node.steps.insert(turn.step + 1, Step::open(to));
            node.settle();
        }
        Ok(event)
    }

    /// 加签: `added` is asked too. When `by` agrees at the same time, `added` comes next; otherwise `added`
    /// comes first and `by` is asked again afterwards.
    pub(crate) fn add_approver(&mut self, by: &str, added: &str, agreeing: bool, now: u64) -> Outcome {
        let turn = self.turn_in(NodeKind::Approve, by)?;
        let node = Node::new(&FlowNode::approve(Relation::All, [added]));
        let (status, event, place) = if agreeing {
            (StepStatus::AgreedAndAdded, ChangeEvent::AgreedAndAdded, turn.node + 1)
        } else {
            (StepStatus::ApproverAdded, ChangeEvent::ApproverAdded, turn.node)
        };
        self.act(turn, status, "", now);
        self.nodes.insert(place, node);
        Ok(event)
    }

    /// 退回: everything from the node in which `to` agreed is asked again; `by` keeps the mark 11 until then.
    pub(crate) fn send_back(&mut self, by: &str, to: &str, speech: &str, now: u64) -> Outcome {
        let turn = self.turn_in(NodeKind::Approve, by)?;
        let earlier = self.nodes.iter().take(turn.node).position(|node| {
            node.kind == NodeKind::Approve
                && node.steps.iter().any(|step| step.is_of(to) && step.status.is_done())
        });
        let back_to = earlier.ok_or_else(|| ActionRefused::NothingToReturnTo { user_id: to.to_owned() })?;
        let reopened = (turn.node + 1).saturating_sub(back_to);
        for node in self.nodes.iter_mut().skip(back_to).take(reopened) {
            node.reopen();
        }
        self.act(turn, StepStatus::Returned, speech, now);
        Ok(ChangeEvent::Returned)
    }

    /// 添加备注, by anybody the form names.
    pub(crate) fn comment(&mut self, user_id: &str, text: &str, id: String, now: u64) -> Outcome {
        let named = self.nodes.iter().flat_map(|node| &node.steps).any(|step| step.is_of(user_id));
        if !named && !self.applicant.eq_ignore_ascii_case(user_id) {
            return Err(ActionRefused::NotInvolved { user_id: user_id.to_owned() });
        }
        if self.status == FormStatus::Deleted {
            return Err(ActionRefused::WrongState { status: self.status });
        }
        self.comments.push(Comment { user_id: user_id.to_owned(), at: now, text: text.to_owned(), id });
        Ok(ChangeEvent::Commented)
    }

    /// 催办, by the applicant.
    pub(crate) fn urge(&self) -> Outcome {
        self.only_in(&[FormStatus::Pending])?;
        Ok(ChangeEvent::Urged)
    }

    /// 撤销, by the applicant before a decision. The nodes keep the state they had.
    pub(crate) fn withdraw(&mut self) -> Outcome {
        self.only_in(&[FormStatus::Pending])?;
        self.status = FormStatus::Withdrawn;
        Ok(ChangeEvent::Withdrawn)
    }

    /// 通过后撤销.
    pub(crate) fn revoke(&mut self) -> Outcome {
        self.only_in(&[FormStatus::Approved, FormStatus::Paid])?;
        self.status = FormStatus::Revoked;
        Ok(ChangeEvent::Revoked)
    }

    /// 删除, by an administrator, of a form that nobody is asked about any more.
    pub(crate) fn delete(&mut self) -> Outcome {
        if matches!(self.status, FormStatus::Pending | FormStatus::Deleted) {
            return Err(ActionRefused::WrongState { status: self.status });
        }
        self.status = FormStatus::Deleted;
        Ok(ChangeEvent::Unassigned)
    }

    /// 支付.
    pub(crate) fn mark_paid(&mut self) -> Outcome {
        self.only_in(&[FormStatus::Approved])?;
        self.status = FormStatus::Paid;
        Ok(ChangeEvent::Unassigned)
    }

    fn turn_in(&self, kind: NodeKind, user_id: &str) -> Result<Turn, ActionRefused> {
        let turn = self.turn(user_id)?;
        if self.nodes.get(turn.node).is_some_and(|node| node.kind == kind) {
            Ok(turn)
        } else {
            Err(ActionRefused::WrongNode { user_id: user_id.to_owned() })
        }
    }

    fn act(&mut self, turn: Turn, status: StepStatus, speech: &str, now: u64) {
        let Some(node) = self.nodes.get_mut(turn.node) else { return };
        let Some(step) = node.steps.get_mut(turn.step) else { return };
        step.status = status;
        speech.clone_into(&mut step.speech);
        step.acted_at = Some(now);
        node.settle();
    }

    fn finish_if_complete(&mut self) {
        if self.current_node().is_none() {
            self.status = FormStatus::Approved;
        }
    }

    fn only_in(&self, allowed: &[FormStatus]) -> Result<(), ActionRefused> {
        if allowed.contains(&self.status) {
            Ok(())
        } else {
            Err(ActionRefused::WrongState { status: self.status })
        }
    }
}
