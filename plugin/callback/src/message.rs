//! The message inside: which kind it is, and what the kinds that matter say.
//!
//! ```text
//! <xml><ToUserName/><FromUserName/><CreateTime/><MsgType/><Event/><AgentID/><ApprovalInfo/></xml>
//! ```
//!
//! Elements come in any order. Those not named here are skipped: WeCom adds some every year.
//!
//! Of a form that is not ours no more is demanded than the id of its template: what other apps put into theirs is not
//! for us to judge, and WeCom would send again and again what we refuse.

use serde::de::IgnoredAny;
use wecom_xml::Cursor;

use super::error::Unreadable;
use super::excerpt;
use super::query;
use crate::model::UnixSeconds;
use draft::{Draft, Form};
use field::{Field, Reading, fill, once, required};

mod draft;
mod field;
mod open;
mod sys;

/// The longest name of a kind that is told.
const KIND_LIMIT: usize = 80;

/// What a message is.
#[cfg_attr(target_pointer_width = "64", expect(clippy::large_enum_variant, reason = "lives for one match"))]
pub(super) enum Message<'a> {
    /// Sound, and of a kind that is of no use here, which is named in at most 80 bytes.
    Ignored(String),
    /// News of an approval.
    Approval(Draft<'a>),
}

/// Reads a message.
pub(super) fn read(text: &str) -> Result<Message<'_>, Unreadable> {
    let text = body(text);
    if text.starts_with(['{', '[']) { json(text) } else { xml(text) }
}

/// The text without what may stand before its first character: a byte order mark, white space.
pub(super) fn body(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii_start()
}

/// Approvals come as XML only. Other messages may come as JSON, and are not read beyond its syntax.
#[cold]
fn json(text: &str) -> Result<Message<'_>, Unreadable> {
    match serde_json::from_slice::<IgnoredAny>(text.as_bytes()) {
        Ok(IgnoredAny) => Ok(Message::Ignored("json".to_owned())),
        Err(_) => Err(Unreadable::Json),
    }
}

/// The two products that have approvals.
#[derive(Clone, Copy)]
enum Product {
    /// The approval app.
    Sys,
    /// The flow engine, for forms that are kept outside WeCom.
    Open,
}

impl Product {
    fn of(event: &str) -> Option<Self> {
        match event.trim_ascii() {
            "sys_approval_change" => Some(Self::Sys),
            "open_approval_change" => Some(Self::Open),
            _ => None,
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Sys => "sys_approval_change",
            Self::Open => "open_approval_change",
        }
    }

    fn form<'a>(self, reading: &mut Reading<'a>) -> Result<Form<'a>, Unreadable> {
        match self {
            Self::Sys => sys::form(reading),
            Self::Open => open::form(reading),
        }
    }
}

/// `ApprovalInfo`.
enum Info<'a> {
    /// Read in passing, as WeCom's order of elements allows.
    Read(Form<'a>),
    /// Met before it was known what it is.
    Bookmarked(Cursor<'a>),
}

fn xml(text: &str) -> Result<Message<'_>, Unreadable> {
    let (mut kind, mut event, mut created_at, mut info) = (None, None, None, None);
    let mut reading = Reading { cursor: Cursor::new(text.as_bytes())?, problem: None };
    while let Some(element) = reading.child()? {
        match element.name() {
            "MsgType" => once(&mut kind, "MsgType", reading.text()?)?,
            "Event" => once(&mut event, "Event", reading.text()?)?,
            "CreateTime" => fill(&mut created_at, "CreateTime", &mut reading)?,
            "ApprovalInfo" => {
                let part = if let Some(product) = event.as_deref().and_then(Product::of) {
                    Info::Read(product.form(&mut reading)?)
                } else {
                    let bookmark = reading.cursor.clone();
                    reading.skip()?;
                    Info::Bookmarked(bookmark)
                };
                once(&mut info, "ApprovalInfo", part)?;
            }
            _ => reading.skip()?,
        }
    }
    let Reading { cursor, problem } = reading;
    cursor.finish()?;

    let kind = required(kind, "MsgType")?;
    if kind != "event" {
        return Ok(Message::Ignored(excerpt::plain(&kind, KIND_LIMIT)));
    }
    let event = required(event, "Event")?;
    let Some(product) = Product::of(&event) else {
        return Ok(Message::Ignored(excerpt::plain(&format!("event:{event}"), KIND_LIMIT)));
    };
    let (form, problem) = match info.ok_or(Unreadable::Missing("ApprovalInfo"))? {
        Info::Read(form) => (form, problem),
        Info::Bookmarked(cursor) => {
            let mut reading = Reading { cursor, problem };
            (product.form(&mut reading)?, reading.problem)
        }
    };
    let occurred_at = problem.map_or_else(|| created(created_at), Err);
    Ok(Message::Approval(Draft { kind: product.kind(), occurred_at, form }))
}

fn created(at: Field<'_>) -> Result<UnixSeconds, Unreadable> {
    query::seconds(&required(at, "CreateTime")?).ok_or(Unreadable::NotANumber("CreateTime"))
}
