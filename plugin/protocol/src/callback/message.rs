//! The message inside: which kind it is, and what the kinds that matter say.
//!
//! ```text
//! <xml><ToUserName/><FromUserName/><CreateTime/><MsgType/><Event/><AgentID/><ApprovalInfo/></xml>
//! ```
//!
//! Elements come in any order. Those not named here are skipped: WeCom adds some every year.

use serde::de::IgnoredAny;

use super::error::Unreadable;
use super::excerpt;
use super::query;
use super::xml::Cursor;
use draft::{Draft, Form};
use field::{fill, once, required};

mod draft;
mod field;
mod open;
mod sys;

/// The longest name of a kind that is told.
const KIND_LIMIT: usize = 80;

/// What a message is.
#[expect(clippy::large_enum_variant, reason = "lives for one match")]
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

    fn form<'a>(self, cursor: &mut Cursor<'a>) -> Result<Form<'a>, Unreadable> {
        match self {
            Self::Sys => sys::form(cursor),
            Self::Open => open::form(cursor),
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
    let mut cursor = Cursor::new(text)?;
    while let Some(element) = cursor.child()? {
        match element.name() {
            "MsgType" => fill(&mut kind, "MsgType", &mut cursor)?,
            "Event" => fill(&mut event, "Event", &mut cursor)?,
            "CreateTime" => fill(&mut created_at, "CreateTime", &mut cursor)?,
            "ApprovalInfo" => {
                let part = if let Some(product) = event.as_deref().and_then(Product::of) {
                    Info::Read(product.form(&mut cursor)?)
                } else {
                    let bookmark = cursor.clone();
                    cursor.skip()?;
                    Info::Bookmarked(bookmark)
                };
                once(&mut info, "ApprovalInfo", part)?;
            }
            _ => cursor.skip()?,
        }
    }
    cursor.finish()?;

    let kind = required(kind, "MsgType")?;
    if kind != "event" {
        return Ok(Message::Ignored(excerpt::plain(&kind, KIND_LIMIT)));
    }
    let event = required(event, "Event")?;
    let Some(product) = Product::of(&event) else {
        return Ok(Message::Ignored(excerpt::plain(&format!("event:{event}"), KIND_LIMIT)));
    };
    let created_at = required(created_at, "CreateTime")?;
    let occurred_at = query::seconds(&created_at).ok_or(Unreadable::NotANumber("CreateTime"))?;
    let form = match info.ok_or(Unreadable::Missing("ApprovalInfo"))? {
        Info::Read(form) => form,
        Info::Bookmarked(mut place) => product.form(&mut place)?,
    };
    Ok(Message::Approval(Draft { kind: product.kind(), occurred_at, form }))
}
