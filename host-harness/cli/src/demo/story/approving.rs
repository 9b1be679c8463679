//! Requests that people decide on.

use fake_wecom::setup::member;
use host_harness::contract::{Event, Operation, Status};

use super::Story;
use crate::error::CliError;

/// Whether the flow holds these words of this member.
fn says(event: &Event, member: &str, words: &str) -> bool {
    let mut members = event.approval.steps.iter().flat_map(|step| &step.members);
    members.any(|one| one.member_id == member && one.comment == words)
}

impl Story {
    pub(super) async fn approve_by_two(&mut self) -> Result<String, CliError> {
        self.timeline.chapter("张三 asks for access; two approvers agree")?;
        let id = self.submit("REQ-2026-0001").await?;
        self.later(|fake| fake.agree(&id, member::LI_SI, "ok for me"))?;
        let first = self.news().await?;
        self.timeline.expect(
            "one of two has agreed: still pending",
            first.operation == Operation::Agreed && first.approval.status == Status::Pending,
        )?;
        self.later(|fake| fake.agree(&id, member::WANG_WU, "同意"))?;
        let second = self.news().await?;
        self.timeline.expect("both have agreed: approved", second.approval.status == Status::Approved)?;
        Ok(id)
    }

    pub(super) async fn reject(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("A second request is rejected")?;
        let id = self.submit("REQ-2026-0002").await?;
        self.later(|fake| fake.reject(&id, member::LI_SI, "too broad"))?;
        let event = self.news().await?;
        self.timeline.expect(
            "rejected, with the approver's words",
            event.approval.status == Status::Rejected && says(&event, member::LI_SI, "too broad"),
        )?;
        Ok(())
    }

    pub(super) async fn withdraw(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The applicant withdraws a third")?;
        let id = self.submit("REQ-2026-0003").await?;
        self.later(|fake| fake.withdraw(&id))?;
        let event = self.news().await?;
        self.timeline.expect("withdrawn", event.approval.status == Status::Withdrawn)?;
        Ok(())
    }

    pub(super) async fn revoke(&mut self, approved: &str) -> Result<(), CliError> {
        self.timeline.chapter("The first is revoked after its approval: the grant must go")?;
        self.later(|fake| fake.revoke(approved))?;
        let event = self.news().await?;
        self.timeline.expect("revoked, which is not rejected", event.approval.status == Status::Revoked)?;
        Ok(())
    }
}
