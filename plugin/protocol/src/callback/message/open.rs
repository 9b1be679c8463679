//! `ApprovalInfo` of `open_approval_change`: the flow engine, for forms kept outside WeCom (D90240, D90269).
//!
//! It does not say what happened, only what has come of it. So the operation is [`Operation::Other`] with no
//! number and nobody is named as the actor: the status says what there is to say, and anything more would be
//! a guess. It names the applicant's department and gives no id of it, so there is no department either.

use super::super::codes;
use super::super::error::Unreadable;
use super::super::xml::Cursor;
use super::draft::{Form, Part, Stage};
use super::field::{MEMBERS, NOTIFIED, STEPS, each, fill, keep, number, optional, required, skip, time};
use crate::model::{Operation, StepKind};

/// Reads `ApprovalInfo`, which the cursor is in, and goes out of it.
pub(super) fn form<'a>(cursor: &mut Cursor<'a>) -> Result<Form<'a>, Unreadable> {
    let (mut id, mut template_id, mut title, mut status) = (None, None, None, None);
    let (mut applicant, mut submitted_at) = (None, None);
    let (mut stages, mut notified) = (Vec::new(), Vec::new());
    while let Some(element) = cursor.child()? {
        match element.name() {
            "ThirdNo" => fill(&mut id, "ThirdNo", cursor),
            "OpenSpName" => fill(&mut title, "OpenSpName", cursor),
            "OpenTemplateId" => fill(&mut template_id, "OpenTemplateId", cursor),
            "OpenSpStatus" => fill(&mut status, "OpenSpStatus", cursor),
            "ApplyTime" => fill(&mut submitted_at, "ApplyTime", cursor),
            "ApplyUserId" => fill(&mut applicant, "ApplyUserId", cursor),
            "ApprovalNodes" => each(cursor, "ApprovalNode", &mut |cursor| {
                keep(&mut stages, STEPS, "ApprovalNode", node(cursor)?)
            }),
            "NotifyNodes" => each(cursor, "NotifyNode", &mut |cursor| {
                keep(&mut notified, NOTIFIED, "NotifyNode", part(cursor)?.map(|part| part.member))
            }),
            _ => skip(cursor),
        }?;
    }
    let raw_status = required(status, "OpenSpStatus")?;
    Ok(Form {
        id: required(id, "ThirdNo")?,
        template_id: required(template_id, "OpenTemplateId")?,
        title: title.unwrap_or_default(),
        status: codes::open_status(&raw_status),
        raw_status,
        operation: Operation::Other,
        raw_operation: Default::default(),
        applicant: required(applicant, "ApplyUserId")?,
        department: None,
        submitted_at: time(submitted_at),
        stages,
        notified,
        remarks: Vec::new(),
    })
}

/// `ApprovalNode`: one step. Its `NodeType` says how the approvers were chosen, and not what the step is for.
fn node<'a>(cursor: &mut Cursor<'a>) -> Result<Stage<'a>, Unreadable> {
    let (mut verdict, mut mode, mut parts) = (None, None, Vec::new());
    while let Some(element) = cursor.child()? {
        match element.name() {
            "NodeStatus" => fill(&mut verdict, "NodeStatus", cursor),
            "NodeAttr" => fill(&mut mode, "NodeAttr", cursor),
            "Items" => each(cursor, "Item", &mut |cursor| keep(&mut parts, MEMBERS, "Item", part(cursor)?)),
            _ => skip(cursor),
        }?;
    }
    Ok(Stage {
        kind: StepKind::Approval,
        mode: codes::approver_attribute(&number(mode)),
        verdict: number(verdict),
        parts,
    })
}

/// `Item` or `NotifyNode`: a member's part. `None` for a place that nobody holds.
fn part<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Part<'a>>, Unreadable> {
    let (mut member, mut verdict, mut words, mut acted_at) = (None, None, None, None);
    while let Some(element) = cursor.child()? {
        match element.name() {
            "ItemStatus" => fill(&mut verdict, "ItemStatus", cursor),
            "ItemSpeech" => fill(&mut words, "ItemSpeech", cursor),
            "ItemOpTime" => fill(&mut acted_at, "ItemOpTime", cursor),
            _ if element.is("ItemUserId") => fill(&mut member, "ItemUserId", cursor),
            _ => skip(cursor),
        }?;
    }
    Ok(optional(member).map(|member| Part {
        member,
        verdict: number(verdict),
        words: words.unwrap_or_default(),
        acted_at: time(acted_at),
        attachments: Vec::new(),
    }))
}
