//! `ApprovalInfo` of `open_approval_change`: the flow engine, for forms kept outside WeCom (D90240, D90269).
//!
//! It does not say what happened, only what has come of it. So the operation is [`Operation::Other`] with no
//! number and nobody is named as the actor: the status says what there is to say, and anything more would be
//! a guess. It names the applicant's department and gives no id of it, so there is no department either.

use wecom_xml::Fault;

use super::super::codes;
use super::super::error::Unreadable;
use super::draft::{Form, Part, Stage};
use super::field::{MEMBERS, NOTIFIED, Reading, STEPS, each, fill, keep, number, optional, required, time};
use crate::model::{Operation, StepKind};

/// Reads `ApprovalInfo`, which the reading is in, and goes out of it. Demands nothing but the template's id; what else
/// is wrong is noted.
pub(super) fn form<'a>(reading: &mut Reading<'a>) -> Result<Form<'a>, Unreadable> {
    let (mut id, mut template_id, mut title, mut status) = (None, None, None, None);
    let (mut applicant, mut submitted_at) = (None, None);
    let (mut stages, mut notified) = (Vec::new(), Vec::new());
    while let Some(element) = reading.child()? {
        match element.name() {
            "ThirdNo" => reading.number(&mut id, "ThirdNo")?,
            "OpenSpName" => reading.title(&mut title, "OpenSpName")?,
            "OpenTemplateId" => reading.template(&mut template_id, "OpenTemplateId")?,
            "OpenSpStatus" => reading.fact(&mut status, "OpenSpStatus")?,
            "ApplyTime" => reading.fact(&mut submitted_at, "ApplyTime")?,
            "ApprovalNodes" => {
                reading.list();
                each(reading, "ApprovalNode", &mut |reading| {
                    let node = node(reading)?;
                    keep(&mut stages, STEPS, node, reading);
                    Ok(())
                })?;
            }
            // Its members have names, which are typed.
            "NotifyNodes" => {
                reading.list();
                each(reading, "NotifyNode", &mut |reading| {
                    let member = part(reading)?.map(|part| part.member);
                    keep(&mut notified, NOTIFIED, member, reading);
                    Ok(())
                })?;
            }
            // WeCom spells it in two ways.
            _ if element.is("ApplyUserId") => reading.fact(&mut applicant, "ApplyUserId")?,
            _ => reading.pass(&element)?,
        }
    }
    let template_id = required(template_id, "OpenTemplateId")?;
    let raw_status = reading.demand(status, "OpenSpStatus");
    Ok(Form {
        id: reading.demand(id, "ThirdNo"),
        template_id,
        title: title.unwrap_or_default(),
        status: codes::open_status(&raw_status),
        raw_status,
        operation: Operation::Other,
        raw_operation: Default::default(),
        applicant: number(applicant),
        department: None,
        submitted_at: time(submitted_at),
        stages,
        notified,
        remarks: Vec::new(),
    })
}

/// `ApprovalNode`: one step. Its `NodeType` says how the approvers were chosen, and not what the step is for.
fn node<'a>(reading: &mut Reading<'a>) -> Result<Stage<'a>, Fault> {
    let (mut verdict, mut mode, mut parts) = (None, None, Vec::new());
    while let Some(element) = reading.child()? {
        match element.name() {
            "NodeStatus" => fill(&mut verdict, "NodeStatus", reading)?,
            "NodeAttr" => fill(&mut mode, "NodeAttr", reading)?,
            "Items" => each(reading, "Item", &mut |reading| {
                let part = part(reading)?;
                keep(&mut parts, MEMBERS, part, reading);
                Ok(())
            })?,
            _ => reading.skip()?,
        }
    }
    Ok(Stage {
        kind: StepKind::Approval,
        mode: codes::approver_attribute(&number(mode)),
        verdict: number(verdict),
        parts,
    })
}

/// `Item` or `NotifyNode`: a member's part. `None` for a place that nobody holds.
fn part<'a>(reading: &mut Reading<'a>) -> Result<Option<Part<'a>>, Fault> {
    let (mut member, mut verdict, mut words, mut acted_at) = (None, None, None, None);
    while let Some(element) = reading.child()? {
        match element.name() {
            "ItemStatus" => fill(&mut verdict, "ItemStatus", reading)?,
            "ItemSpeech" => fill(&mut words, "ItemSpeech", reading)?,
            "ItemOpTime" => fill(&mut acted_at, "ItemOpTime", reading)?,
            _ if element.is("ItemUserId") => fill(&mut member, "ItemUserId", reading)?,
            _ => reading.skip()?,
        }
    }
    Ok(optional(member).map(|member| Part {
        member,
        verdict: number(verdict),
        words: words.unwrap_or_default(),
        acted_at: time(acted_at),
        attachments: Vec::new(),
    }))
}
