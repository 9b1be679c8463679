//! The message inside: which kind it is, and what the kinds that matter say.
//!
//! ```text
//! <xml><ToUserName/><FromUserName/><CreateTime/><MsgType/><Event/><AgentID/><ApprovalInfo/></xml>
//! ```
//!
//! Elements not named here are skipped: WeCom adds some every year.
//!
//! Of a form that is not ours no more is demanded than the id of its template: what other apps put into theirs is not
//! for us to judge, and WeCom would send again and again what we refuse.
//!
//! # What people type
//!
//! WeCom may put a text into `<![CDATA[` and `]]>` without looking at it. A member who writes `]]>` into a comment then
//! writes markup: elements with other numbers, statuses, people. So nothing is a fact because it parses. The rule:
//!
//! 1. The **number** is certain when it stands at its own depth before the first text of a person ([`Ground::Bare`](field::Ground::Bare)):
//!    what WeCom wrote before it is followed by no word of anybody else.
//! 2. Everything else is believed only in a message that is sound to its end, has no second element of a kind that is
//!    single, and no sign of a text that left its section: no `]]>` but at the end of a section
//!    ([`Cursor::is_plain`]), and no second element, at any depth, of a text that comes once (the form's name, and every
//!    element that is not known here and stands before the lists, whatever it stands in).
//! 3. Even then the **facts** are believed only where they stand before the lists, in which texts repeat
//!    ([`Ground::Lists`](field::Ground::Lists)). The operation stands behind them, and is believed as the form's last element.
//! 4. The **actor** is taken only from a list in which no text can have been two ([`Certain`]). The lists themselves
//!    are told as they stand in the message: they are what it says of people, and a member who types markup can add to
//!    them. `fetch` has them with authority.
//!
//! Why that is enough: a text that leaves its section is followed by WeCom's own `]]></Name>`. To be sound, the message
//! then needs another `<Name>` that the text has opened, which 2 counts, or something that swallows WeCom's end of the
//! section: a comment or an attribute, and then `]]>` stands in it, or other text, and then `]]>` stands in that. So in a
//! message that passes 2, no text before the lists has left its section, and every byte up to the lists is WeCom's. What
//! a text in a list does comes later, and cannot take away WeCom's last element either: the end of the form must close
//! what stands open there.
//!
//! All of this holds as well where WeCom puts texts into the message as they are, without sections, but for one thing: such
//! a text can begin a section, in which it swallows what WeCom wrote. Which of the two WeCom does is told by the form's name,
//! on the assumption that WeCom writes all texts of a message in one way: in a message whose form's name stands in no section,
//! no section is believed. A comment, which swallows markup in either case, is believed in no message.
//!
//! A message that does not pass is still **news**: a message about the form with this number has come, and no more. It
//! has no status ([`Changed`]), and a host fetches. So has a message without a status. Where a text stands before every
//! number, the first and the last number are news, for a host asks about both and believes neither. Without a number, a time
//! before the form and a template's id the message is unreadable. Whether it is about a form of ours, its template's id tells, or that of ours anywhere in it: no text
//! can take that away.

use serde::de::IgnoredAny;
use wecom_xml::Cursor;

use super::error::Unreadable;
use super::excerpt;
use super::query;
use crate::model::UnixSeconds;
use draft::{Changed, Draft, Form};
use field::{Field, Reading, fill, once, optional, required};

pub(super) use field::Certain;

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
    /// News that an approval has changed.
    Changed(Changed<'a>),
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

/// What stands beside `ApprovalInfo`.
#[derive(Default)]
struct Head<'a> {
    kind: Field<'a>,
    event: Field<'a>,
    created_at: Field<'a>,
    /// `CreateTime`, where it stands before the form, and so before every text.
    certain_time: Option<UnixSeconds>,
    info: Option<Info<'a>>,
}

fn xml(text: &str) -> Result<Message<'_>, Unreadable> {
    let mut reading = Reading::new(Cursor::new(text.as_bytes())?);
    let mut head = Head::default();
    if let Err(why) = head.read(&mut reading) {
        return head.changed(&reading, why);
    }
    let kind = required(head.kind.clone(), "MsgType")?;
    if kind != "event" {
        return Ok(Message::Ignored(excerpt::plain(&kind, KIND_LIMIT)));
    }
    let event = required(head.event.clone(), "Event")?;
    let Some(product) = Product::of(&event) else {
        return Ok(Message::Ignored(excerpt::plain(&format!("event:{event}"), KIND_LIMIT)));
    };
    let form = match head.info.take().ok_or(Unreadable::Missing("ApprovalInfo"))? {
        Info::Read(form) => form,
        Info::Bookmarked(cursor) => {
            reading = reading.again(cursor);
            match reread(product, &mut reading) {
                Ok(form) => form,
                Err(why) => return head.changed(&reading, why),
            }
        }
    };
    if let Some(why) = reading.doubted() {
        return head.changed(&reading, why);
    }
    if let (true, Some(why)) = (form.raw_status.is_empty(), reading.problem)
        && let Ok(changed) = head.changed(&reading, why)
    {
        return Ok(changed);
    }
    let occurred_at = reading.problem.map_or_else(|| created(head.created_at.clone()), Err);
    match (reading.different_numbers(), occurred_at) {
        (Some(numbers), Ok(occurred_at)) => Ok(Message::Changed(Changed {
            kind: product.kind(),
            occurred_at,
            numbers,
            template_id: form.template_id,
        })),
        (_, occurred_at) => Ok(Message::Approval(Draft {
            kind: product.kind(),
            occurred_at,
            form,
            certain: reading.certain(),
            left_out: reading.left_out,
        })),
    }
}

/// Reads a form that stands before what tells its kind, and goes on to the end of the message.
#[cold]
fn reread<'a>(product: Product, reading: &mut Reading<'a>) -> Result<Form<'a>, Unreadable> {
    let form = product.form(reading)?;
    while reading.child()?.is_some() {
        reading.skip()?;
    }
    reading.cursor.finish()?;
    Ok(form)
}

impl<'a> Head<'a> {
    fn read(&mut self, reading: &mut Reading<'a>) -> Result<(), Unreadable> {
        while let Some(element) = reading.child()? {
            match element.name() {
                "MsgType" => once(&mut self.kind, "MsgType", reading.text()?)?,
                "Event" => once(&mut self.event, "Event", reading.text()?)?,
                "CreateTime" => fill(&mut self.created_at, "CreateTime", reading)?,
                "ApprovalInfo" => self.form(reading)?,
                "ToUserName" | "FromUserName" | "AgentID" => reading.skip()?,
                _ => reading.pass(&element)?,
            }
        }
        Ok(reading.cursor.finish()?)
    }

    fn form(&mut self, reading: &mut Reading<'a>) -> Result<(), Unreadable> {
        if self.info.is_some() {
            return Err(Unreadable::Doubled("ApprovalInfo"));
        }
        self.certain_time = created(self.created_at.clone()).ok();
        let part = if let Some(product) = self.product() {
            Info::Read(product.form(reading)?)
        } else {
            let bookmark = reading.cursor.clone();
            reading.skip()?;
            Info::Bookmarked(bookmark)
        };
        once(&mut self.info, "ApprovalInfo", part)
    }

    fn product(&self) -> Option<Product> {
        self.event.as_deref().and_then(Product::of)
    }

    /// The news that is left of a message with something wrong: `why`, where nothing is left.
    #[cold]
    fn changed(&self, reading: &Reading<'a>, why: Unreadable) -> Result<Message<'a>, Unreadable> {
        let is_event = optional(self.kind.clone()).is_some_and(|kind| kind == "event");
        let numbers = reading.news_numbers();
        match (self.product(), self.certain_time, &reading.template_id) {
            (Some(product), Some(occurred_at), Some(template_id)) if is_event && !numbers.is_empty() => {
                let (kind, template_id) = (product.kind(), template_id.clone());
                Ok(Message::Changed(Changed { kind, occurred_at, numbers, template_id }))
            }
            _ => Err(why),
        }
    }
}

fn created(at: Field<'_>) -> Result<UnixSeconds, Unreadable> {
    query::seconds(&required(at, "CreateTime")?).ok_or(Unreadable::NotANumber("CreateTime"))
}
