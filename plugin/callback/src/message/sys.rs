//! `ApprovalInfo` of `sys_approval_change`: the approval app (D91815, D96508).
//!
//! A flow has two layouts, and a message has one of them or both: `SpRecord`, the older, and `ProcessList`,
//! which alone tells handlers and sequence. Lists are repeated siblings, so one is no different from many.

use std::borrow::Cow;

use wecom_xml::{Element, Fault};

use super::super::codes;
use super::super::error::Unreadable;
use super::draft::{Form, Part, Remark, Stage};
use super::field::{
    ATTACHMENTS, COMMENTS, Field, MEMBERS, NOTIFIED, Reading, SPEECH, STEPS, each, fill, keep, number,
    optional, put, required, time,
};
use crate::model::StepKind;

/// Reads `ApprovalInfo`, which the reading is in, and goes out of it. Demands nothing but the template's id; what else
/// is wrong is noted.
pub(super) fn form<'a>(reading: &mut Reading<'a>) -> Result<Form<'a>, Unreadable> {
    let (mut text_id, mut number_id, mut template_id, mut title) = (None, None, None, None);
    let (mut status, mut operation, mut submitted_at) = (None, None, None);
    let (mut applyer, mut first_of_batch) = (None, None);
    let (mut records, mut nodes) = (Vec::new(), Vec::new());
    let (mut notified, mut remarks) = (Vec::new(), Vec::new());
    let mut ends_with_operation = false;
    while let Some(element) = reading.child()? {
        if ends_with_operation {
            reading.stands("StatuChangeEvent");
        }
        match element.name() {
            "SpNoStr" => reading.number(&mut text_id, "SpNoStr")?,
            "SpNo" => reading.number(&mut number_id, "SpNo")?,
            "SpName" => reading.title(&mut title, "SpName")?,
            "SpStatus" => reading.fact(&mut status, "SpStatus")?,
            "TemplateId" => reading.template(&mut template_id, "TemplateId")?,
            "ApplyTime" => reading.fact(&mut submitted_at, "ApplyTime")?,
            "Applyer" => {
                reading.stands("Applyer");
                put(&mut applyer, "Applyer", applicant(reading)?, reading);
            }
            // A form for several people has no one applicant: the first is taken, as of the API's answer.
            "BatchApplyer" => {
                reading.stands("BatchApplyer");
                let one = applicant(reading)?;
                first_of_batch.get_or_insert(one);
            }
            // Behind the lists it is WeCom's where it ends the form: no text can take the form's last element away.
            "StatuChangeEvent" => {
                fill(&mut operation, "StatuChangeEvent", reading)?;
                ends_with_operation = reading.is_behind_lists();
            }
            "SpRecord" => {
                reading.list();
                let record = record(reading)?;
                keep(&mut records, STEPS, record, reading);
            }
            "ProcessList" => {
                reading.list();
                each(reading, "NodeList", &mut |reading| {
                    let node = node(reading)?;
                    keep(&mut nodes, STEPS, node, reading);
                    Ok(())
                })?;
            }
            "Notifyer" => {
                let member = user_id(reading)?;
                keep(&mut notified, NOTIFIED, member, reading);
            }
            "Comments" => {
                reading.list();
                reading.speeches_before_comment = reading.cursor.count(SPEECH);
                let remark = remark(reading)?;
                keep(&mut remarks, COMMENTS, remark, reading);
            }
            _ => reading.pass(&element)?,
        }
    }
    let template_id = required(template_id, "TemplateId")?;
    reading.of_batch = applyer.is_none();
    let (applicant, department) = applyer.or(first_of_batch).unwrap_or_default();
    let raw_status = reading.demand(status, "SpStatus");
    let raw_operation = number(operation);
    Ok(Form {
        id: reading.demand(optional(text_id).or(number_id), "SpNo"),
        template_id,
        title: title.unwrap_or_default(),
        status: codes::status(&raw_status),
        raw_status,
        operation: codes::operation(&raw_operation),
        raw_operation,
        applicant: number(applicant),
        department: optional(department),
        submitted_at: time(submitted_at),
        stages: if nodes.is_empty() { records } else { nodes },
        notified,
        remarks,
    })
}

/// `Applyer`: who, and for which department.
fn applicant<'a>(reading: &mut Reading<'a>) -> Result<(Field<'a>, Field<'a>), Fault> {
    let (mut member, mut department) = (None, None);
    while let Some(element) = reading.child()? {
        match element.name() {
            "UserId" => fill(&mut member, "UserId", reading)?,
            "Party" => fill(&mut department, "Party", reading)?,
            _ => reading.pass(&element)?,
        }
    }
    Ok((member, department))
}

/// `SpRecord`: a step in the older layout.
fn record<'a>(reading: &mut Reading<'a>) -> Result<Stage<'a>, Fault> {
    let (mut verdict, mut mode, mut parts) = (None, None, Vec::new());
    while let Some(element) = reading.child()? {
        match element.name() {
            "SpStatus" => fill(&mut verdict, "SpStatus", reading)?,
            "ApproverAttr" => fill(&mut mode, "ApproverAttr", reading)?,
            "Details" => {
                let part = part(reading, "SpStatus")?;
                keep(&mut parts, MEMBERS, part, reading);
            }
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

/// `NodeList`: a step in the newer layout.
fn node<'a>(reading: &mut Reading<'a>) -> Result<Stage<'a>, Fault> {
    let (mut kind, mut verdict, mut mode, mut parts) = (None, None, None, Vec::new());
    while let Some(element) = reading.child()? {
        match element.name() {
            "NodeType" => fill(&mut kind, "NodeType", reading)?,
            "SpStatus" => fill(&mut verdict, "SpStatus", reading)?,
            "ApvRel" => fill(&mut mode, "ApvRel", reading)?,
            "SubNodeList" => {
                let part = part(reading, "SpYj")?;
                keep(&mut parts, MEMBERS, part, reading);
            }
            _ => reading.skip()?,
        }
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
fn part<'a>(reading: &mut Reading<'a>, verdict_name: &'static str) -> Result<Option<Part<'a>>, Fault> {
    let (mut member, mut words, mut verdict, mut acted_at) = (None, None, None, None);
    let mut attachments = Vec::new();
    while let Some(element) = reading.child()? {
        match element.name() {
            "Speech" => {
                fill(&mut words, "Speech", reading)?;
                reading.speeches_of_records += u32::from(verdict_name == "SpStatus");
            }
            name if name == verdict_name => fill(&mut verdict, verdict_name, reading)?,
            _ if element.is("SpTime") => fill(&mut acted_at, "SpTime", reading)?,
            _ if is_attachment(&element) => attachment(reading, &mut attachments)?,
            _ if ["Approver", "Approvor", "UserInfo"].iter().any(|name| element.is(name)) => {
                put(&mut member, "Approver", user_id(reading)?, reading);
            }
            _ => reading.skip()?,
        }
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
fn remark<'a>(reading: &mut Reading<'a>) -> Result<Option<Remark<'a>>, Fault> {
    let (mut id, mut member, mut text, mut written_at) = (None, None, None, None);
    let mut attachments = Vec::new();
    while let Some(element) = reading.child()? {
        match element.name() {
            "CommentUserInfo" => put(&mut member, "CommentUserInfo", user_id(reading)?, reading),
            "CommentTime" => fill(&mut written_at, "CommentTime", reading)?,
            "CommentContent" => fill(&mut text, "CommentContent", reading)?,
            "CommentId" => fill(&mut id, "CommentId", reading)?,
            _ if is_attachment(&element) => attachment(reading, &mut attachments)?,
            _ => reading.skip()?,
        }
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
fn user_id<'a>(reading: &mut Reading<'a>) -> Result<Field<'a>, Fault> {
    let mut member = None;
    each(reading, "UserId", &mut |reading| fill(&mut member, "UserId", reading))?;
    Ok(optional(member))
}

/// Whether an element holds a media id. Three names are in use.
fn is_attachment(element: &Element<'_>) -> bool {
    ["Attach", "MediaId", "MediaIds"].iter().any(|name| element.is(name))
}

fn attachment<'a>(reading: &mut Reading<'a>, list: &mut Vec<Cow<'a, str>>) -> Result<(), Fault> {
    let id = optional(Some(reading.text()?));
    keep(list, ATTACHMENTS, id, reading);
    Ok(())
}
