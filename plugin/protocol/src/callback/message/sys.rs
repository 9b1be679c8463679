//! `ApprovalInfo` of `sys_approval_change`: the approval app (D91815, D96508).
//!
//! A flow has two layouts, and a message has one of them or both: `SpRecord`, the older, and `ProcessList`,
//! which alone tells handlers and sequence. Lists are repeated siblings, so one is no different from many.

use std::borrow::Cow;

use super::super::codes;
use super::super::error::Unreadable;
use super::super::xml::{Cursor, Element};
use super::draft::{Form, Part, Remark, Stage};
use super::field::{
    ATTACHMENTS, COMMENTS, Field, MEMBERS, NOTIFIED, STEPS, each, fill, keep, number, once, optional,
    required, skip, time,
};
use crate::model::StepKind;

/// Reads `ApprovalInfo`, which the cursor is in, and goes out of it.
pub(super) fn form<'a>(cursor: &mut Cursor<'a>) -> Result<Form<'a>, Unreadable> {
    let (mut text_id, mut number_id, mut template_id, mut title) = (None, None, None, None);
    let (mut status, mut operation, mut submitted_at, mut applyer) = (None, None, None, None);
    let (mut records, mut nodes) = (Vec::new(), Vec::new());
    let (mut notified, mut remarks) = (Vec::new(), Vec::new());
    while let Some(element) = cursor.child()? {
        match element.name() {
            "SpNoStr" => fill(&mut text_id, "SpNoStr", cursor),
            "SpNo" => fill(&mut number_id, "SpNo", cursor),
            "SpName" => fill(&mut title, "SpName", cursor),
            "SpStatus" => fill(&mut status, "SpStatus", cursor),
            "TemplateId" => fill(&mut template_id, "TemplateId", cursor),
            "ApplyTime" => fill(&mut submitted_at, "ApplyTime", cursor),
            "Applyer" => once(&mut applyer, "Applyer", applicant(cursor)?),
            "StatuChangeEvent" => fill(&mut operation, "StatuChangeEvent", cursor),
            "SpRecord" => keep(&mut records, STEPS, "SpRecord", record(cursor)?),
            "ProcessList" => {
                each(cursor, "NodeList", &mut |cursor| keep(&mut nodes, STEPS, "NodeList", node(cursor)?))
            }
            "Notifyer" => keep(&mut notified, NOTIFIED, "Notifyer", user_id(cursor)?),
            "Comments" => keep(&mut remarks, COMMENTS, "Comments", remark(cursor)?),
            _ => skip(cursor),
        }?;
    }
    let (applicant, department) = applyer.ok_or(Unreadable::Missing("Applyer"))?;
    let raw_status = required(status, "SpStatus")?;
    let raw_operation = number(operation);
    Ok(Form {
        id: required(optional(text_id).or(number_id), "SpNo")?,
        template_id: required(template_id, "TemplateId")?,
        title: title.unwrap_or_default(),
        status: codes::status(&raw_status),
        raw_status,
        operation: codes::operation(&raw_operation),
        raw_operation,
        applicant: required(applicant, "UserId")?,
        department: optional(department),
        submitted_at: time(submitted_at),
        stages: if nodes.is_empty() { records } else { nodes },
        notified,
        remarks,
    })
}

/// `Applyer`: who, and for which department.
fn applicant<'a>(cursor: &mut Cursor<'a>) -> Result<(Field<'a>, Field<'a>), Unreadable> {
    let (mut member, mut department) = (None, None);
    while let Some(element) = cursor.child()? {
        match element.name() {
            "UserId" => fill(&mut member, "UserId", cursor),
            "Party" => fill(&mut department, "Party", cursor),
            _ => skip(cursor),
        }?;
    }
    Ok((member, department))
}

/// `SpRecord`: a step in the older layout.
fn record<'a>(cursor: &mut Cursor<'a>) -> Result<Stage<'a>, Unreadable> {
    let (mut verdict, mut mode, mut parts) = (None, None, Vec::new());
    while let Some(element) = cursor.child()? {
        match element.name() {
            "SpStatus" => fill(&mut verdict, "SpStatus", cursor),
            "ApproverAttr" => fill(&mut mode, "ApproverAttr", cursor),
            "Details" => keep(&mut parts, MEMBERS, "Details", part(cursor, "SpStatus")?),
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

/// `NodeList`: a step in the newer layout.
fn node<'a>(cursor: &mut Cursor<'a>) -> Result<Stage<'a>, Unreadable> {
    let (mut kind, mut verdict, mut mode, mut parts) = (None, None, None, Vec::new());
    while let Some(element) = cursor.child()? {
        match element.name() {
            "NodeType" => fill(&mut kind, "NodeType", cursor),
            "SpStatus" => fill(&mut verdict, "SpStatus", cursor),
            "ApvRel" => fill(&mut mode, "ApvRel", cursor),
            "SubNodeList" => keep(&mut parts, MEMBERS, "SubNodeList", part(cursor, "SpYj")?),
            _ => skip(cursor),
        }?;
    }
    Ok(Stage {
        kind: codes::step_kind(&number(kind)),
        mode: codes::approval_relation(&number(mode)),
        verdict: number(verdict),
        parts,
    })
}

/// `Details` or `SubNodeList`: a member's part. `None` for a place that nobody holds.
///
/// They differ in the name of the verdict. The rest WeCom spells as it likes: `Approver` and `Approvor`,
/// `SpTime` and `Sptime`.
fn part<'a>(cursor: &mut Cursor<'a>, verdict_name: &'static str) -> Result<Option<Part<'a>>, Unreadable> {
    let (mut member, mut words, mut verdict, mut acted_at) = (None, None, None, None);
    let mut attachments = Vec::new();
    while let Some(element) = cursor.child()? {
        match element.name() {
            "Speech" => fill(&mut words, "Speech", cursor),
            name if name == verdict_name => fill(&mut verdict, verdict_name, cursor),
            _ if element.is("SpTime") => fill(&mut acted_at, "SpTime", cursor),
            _ if is_attachment(&element) => attachment(cursor, &mut attachments),
            _ if ["Approver", "Approvor", "UserInfo"].iter().any(|name| element.is(name)) => {
                once(&mut member, "Approver", user_id(cursor)?)
            }
            _ => skip(cursor),
        }?;
    }
    Ok(member.flatten().map(|member| Part {
        member,
        verdict: number(verdict),
        words: words.unwrap_or_default(),
        acted_at: time(acted_at),
        attachments,
    }))
}

/// `Comments`: one comment. `None` when nobody wrote it.
fn remark<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Remark<'a>>, Unreadable> {
    let (mut id, mut member, mut text, mut written_at) = (None, None, None, None);
    let mut attachments = Vec::new();
    while let Some(element) = cursor.child()? {
        match element.name() {
            "CommentUserInfo" => once(&mut member, "CommentUserInfo", user_id(cursor)?),
            "CommentTime" => fill(&mut written_at, "CommentTime", cursor),
            "CommentContent" => fill(&mut text, "CommentContent", cursor),
            "CommentId" => fill(&mut id, "CommentId", cursor),
            _ if is_attachment(&element) => attachment(cursor, &mut attachments),
            _ => skip(cursor),
        }?;
    }
    Ok(member.flatten().map(|member| Remark {
        id: number(id),
        member,
        text: text.unwrap_or_default(),
        written_at: time(written_at),
        attachments,
    }))
}

/// The `UserId` inside an element that names a member. `None` when it is missing or empty.
fn user_id<'a>(cursor: &mut Cursor<'a>) -> Result<Field<'a>, Unreadable> {
    let mut member = None;
    each(cursor, "UserId", &mut |cursor| fill(&mut member, "UserId", cursor))?;
    Ok(optional(member))
}

/// Whether an element holds a media id. Three names are in use.
fn is_attachment(element: &Element<'_>) -> bool {
    ["Attach", "MediaId", "MediaIds"].iter().any(|name| element.is(name))
}

fn attachment<'a>(cursor: &mut Cursor<'a>, list: &mut Vec<Cow<'a, str>>) -> Result<(), Unreadable> {
    keep(list, ATTACHMENTS, "Attach", optional(Some(cursor.text()?)))
}
