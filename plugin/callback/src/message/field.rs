//! Rules for single elements: how often, how many, how long.

use std::borrow::Cow;

use wecom_xml::{COUNTED, Cursor, Element, Fault};

use super::super::error::Unreadable;
use super::super::excerpt::trimmed;
use super::super::query;
use crate::model::UnixSeconds;

/// Steps of a flow that are kept. WeCom's largest flows have some dozens.
pub(super) const STEPS: usize = 256;
/// Members of a step that are kept.
pub(super) const MEMBERS: usize = 1_024;
/// Members to be told that are kept.
pub(super) const NOTIFIED: usize = 1_024;
/// Comments that are kept.
pub(super) const COMMENTS: usize = 1_024;
/// Attachments of one member's words, or of one comment, that are kept.
pub(super) const ATTACHMENTS: usize = 64;

/// An element's text, or that it was not there.
pub(super) type Field<'a> = Option<Cow<'a, str>>;

/// What of a message may be the work of people who type, at the place that has been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ground {
    /// No text of a person has come: what stands here is WeCom's, whatever follows.
    Bare,
    /// Texts have come, each in an element that may occur once: what stands here is WeCom's unless one begins again.
    Texts,
    /// Texts have come in elements that repeat: what stands here may have been typed.
    Lists,
}

/// A cursor, and what it has met.
///
/// What is wrong with a form counts once the form is known to be ours, and its template's id may come last: it is
/// noted, and the reading goes on. What is wrong with the XML ends the reading.
pub(super) struct Reading<'a> {
    pub(super) cursor: Cursor<'a>,
    /// What the message lacks.
    pub(super) problem: Option<Unreadable>,
    /// Why no more is believed than the number.
    pub(super) doubt: Option<Unreadable>,
    ground: Ground,
    /// The form's name stands in a CDATA section.
    titled_in_section: bool,
    /// The numbers of the approval, each once, and where they stand.
    numbers: Vec<(Cow<'a, str>, Ground)>,
    /// The first one, unless it stands where it may have been typed.
    pub(super) template_id: Field<'a>,
    /// Of members in records, read where they belong.
    pub(super) speeches_of_records: u32,
    /// How many speeches had come when a comment came last.
    pub(super) speeches_before_comment: u32,
    /// The form is for several people, or names no applicant: who sent it is not told.
    pub(super) of_batch: bool,
    /// A list had more than is kept.
    pub(super) left_out: bool,
}

/// The elements of people's texts that repeat, and what they stand in.
pub(super) const SPEECH: &str = "Speech";
pub(super) const DETAILS: &str = "Details";
pub(super) const COMMENT: &str = "Comments";
pub(super) const CONTENT: &str = "CommentContent";
const REPEATED: [&str; 4] = [SPEECH, DETAILS, COMMENT, CONTENT];

/// What elements that are not known here may hold of what is: ids, which people do not type.
const IDS: [&str; 2] = ["UserId", "Party"];

impl<'a> Reading<'a> {
    pub(super) fn new(mut cursor: Cursor<'a>) -> Self {
        REPEATED.iter().for_each(|name| cursor.count_from_here(name));
        Self {
            cursor,
            problem: None,
            doubt: None,
            ground: Ground::Bare,
            titled_in_section: false,
            numbers: Vec::new(),
            template_id: None,
            speeches_of_records: 0,
            speeches_before_comment: 0,
            of_batch: false,
            left_out: false,
        }
    }

    /// From a bookmark, with what was found wrong on the way to the end.
    pub(super) fn again(self, bookmark: Cursor<'a>) -> Self {
        Self { problem: self.problem, doubt: self.doubt, ..Self::new(bookmark) }
    }

    /// See [`Cursor::child`].
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Fault> {
        self.cursor.child()
    }

    /// See [`Cursor::text`].
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.cursor.text()
    }

    /// See [`Cursor::skip`].
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        self.cursor.skip()
    }

    /// Keeps the first problem.
    #[cold]
    pub(super) fn note(&mut self, problem: Unreadable) {
        self.problem.get_or_insert(problem);
    }

    /// Keeps the first doubt.
    #[cold]
    pub(super) fn doubt(&mut self, why: Unreadable) {
        self.doubt.get_or_insert(why);
    }

    /// The current element is a list of texts.
    pub(super) const fn list(&mut self) {
        self.ground = Ground::Lists;
    }

    /// Whether texts in lists have come.
    pub(super) fn is_behind_lists(&self) -> bool {
        self.ground == Ground::Lists
    }

    /// The text of the current element, a fact, into a slot of its own.
    pub(super) fn fact(&mut self, slot: &mut Field<'a>, name: &'static str) -> Result<(), Fault> {
        self.stands(name);
        fill(slot, name, self)
    }

    /// The current element is a fact, and stands here.
    pub(super) fn stands(&mut self, name: &'static str) {
        if self.is_behind_lists() {
            self.doubt(Unreadable::BehindTexts(name));
        }
    }

    /// [As a fact](Self::fact), a number of the approval.
    pub(super) fn number(&mut self, slot: &mut Field<'a>, name: &'static str) -> Result<(), Fault> {
        self.stands(name);
        let text = self.text()?;
        put(slot, name, text.clone(), self);
        let Some(number) = optional(Some(text)) else { return Ok(()) };
        if number.contains(char::REPLACEMENT_CHARACTER) {
            self.note(Unreadable::NotUtf8(name));
        } else if !self.numbers.iter().any(|(known, _)| *known == number) {
            self.numbers.push((number, self.ground));
        }
        Ok(())
    }

    /// [As a fact](Self::fact), the id of the template.
    pub(super) fn template(&mut self, slot: &mut Field<'a>, name: &'static str) -> Result<(), Fault> {
        self.fact(slot, name)?;
        if self.template_id.is_none() && !self.is_behind_lists() {
            self.template_id = optional(slot.clone());
        }
        Ok(())
    }

    /// [As a fact](Self::fact), a text that a person typed and that comes once.
    pub(super) fn title(&mut self, slot: &mut Field<'a>, name: &'static str) -> Result<(), Fault> {
        self.cursor.count_with_this(name);
        self.ground = self.ground.max(Ground::Texts);
        self.stands(name);
        let (text, in_section) = self.cursor.sectioned_text()?;
        self.titled_in_section = in_section;
        put(slot, name, text, self);
        Ok(())
    }

    /// Passes over an element that is not known here. It may hold texts, whose elements then may come once.
    #[cold]
    pub(super) fn pass(&mut self, element: &Element<'a>) -> Result<(), Fault> {
        if self.is_behind_lists() {
            return self.skip();
        }
        self.ground = Ground::Texts;
        let room = self.cursor.counts().count() < COUNTED;
        if room {
            self.cursor.count_with_this(element.name().to_owned());
        }
        let all = self.cursor.skip_and_count(&IDS)?;
        if !room || !all || REPEATED.iter().any(|name| self.cursor.count(name) > 0) {
            self.list();
        }
        Ok(())
    }

    /// Why something in the message, read to its end, may have been typed.
    pub(super) fn doubted(&self) -> Option<Unreadable> {
        let again = |(name, count): (&str, u32)| count > 1 && !REPEATED.contains(&name);
        let mixed = !self.titled_in_section && self.cursor.has_sections();
        let markup = mixed || !self.cursor.is_plain() || self.cursor.counts().any(again);
        self.doubt.or(markup.then_some(Unreadable::Markup))
    }

    /// The numbers that no person can have typed, however the message goes on. Where there is none, because a text stands before
    /// all of them, the first and the last of those that are there: a host fetches what they name, and believes no more.
    pub(super) fn news_numbers(&self) -> Vec<Cow<'a, str>> {
        let number = |(number, _): &(Cow<'a, str>, Ground)| number.clone();
        let bare = self.numbers.iter().filter(|(_, ground)| *ground == Ground::Bare);
        let bare: Vec<_> = bare.map(number).take(NUMBERS).collect();
        if !bare.is_empty() {
            return bare;
        }
        match self.numbers.as_slice() {
            [first, .., last] => vec![number(first), number(last)],
            few => few.iter().map(number).collect(),
        }
    }

    /// The numbers of a message that is not [doubted](Self::doubted), when it has several; two at most.
    pub(super) fn different_numbers(&self) -> Option<Vec<Cow<'a, str>>> {
        let numbers = self.numbers.iter().map(|(number, _)| number.clone());
        (self.numbers.len() > 1).then(|| numbers.take(NUMBERS).collect())
    }

    /// Whom no typed text can have named, in a message that is not doubted.
    pub(super) fn certain(&self) -> Certain {
        let count = |name| self.cursor.count(name);
        let one_comment = count(CONTENT) <= 1;
        let speeches_elsewhere = count(SPEECH).saturating_sub(self.speeches_of_records);
        let one_speech = count(SPEECH) <= 1 || count(DETAILS) <= 1 && speeches_elsewhere <= 1;
        let last = count(COMMENT) == 1 && count(SPEECH) == self.speeches_before_comment;
        Certain {
            applicant: !self.of_batch,
            flow: one_comment && one_speech,
            comments: one_comment && (one_speech || last),
        }
    }

    /// An id or a number that an event cannot do without; noted when it is not there.
    pub(super) fn demand(&mut self, field: Field<'a>, name: &'static str) -> Cow<'a, str> {
        optional(field).unwrap_or_else(|| {
            self.note(Unreadable::Missing(name));
            Cow::Borrowed("")
        })
    }
}

/// The most numbers of one message that are news.
const NUMBERS: usize = 2;

/// Which of a form's people did what the message reports, if it was their kind of deed: the applicant, and those of the
/// lists that are WeCom's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Certain {
    /// Who sent it.
    pub(in super::super) applicant: bool,
    /// Steps and their members.
    pub(in super::super) flow: bool,
    /// Comments.
    pub(in super::super) comments: bool,
}

/// Fills a slot that decides what the message is, and that an element may fill once. A second one is refused: of
/// two readers one would take the first, the other the last.
pub(super) fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), Unreadable> {
    if slot.is_some() {
        return Err(Unreadable::Doubled(name));
    }
    *slot = Some(value);
    Ok(())
}

/// Fills a slot of a form that an element may fill once; a second one is doubted.
pub(super) fn put<T>(slot: &mut Option<T>, name: &'static str, value: T, reading: &mut Reading<'_>) {
    if slot.is_some() {
        return reading.doubt(Unreadable::Doubled(name));
    }
    *slot = Some(value);
}

/// [Puts](put) the text of the current element into a slot, and goes out of it. Called for three dozen elements, and
/// worth inlining for none.
#[inline(never)]
pub(super) fn fill<'a>(
    slot: &mut Field<'a>,
    name: &'static str,
    reading: &mut Reading<'a>,
) -> Result<(), Fault> {
    let text = reading.text()?;
    put(slot, name, text, reading);
    Ok(())
}

/// Adds to a list that has a limit, beyond which the rest is left out; nothing when there is nothing to add.
pub(super) fn keep<T>(
    list: &mut Vec<T>,
    limit: usize,
    value: impl Into<Option<T>>,
    reading: &mut Reading<'_>,
) {
    let Some(value) = value.into() else { return };
    if list.len() < limit {
        list.push(value);
    } else {
        reading.left_out = true;
    }
}

/// Reads each child of the current element that has this name, [passes](Reading::pass) over the others, and goes out of it.
pub(super) fn each<'a>(
    reading: &mut Reading<'a>,
    name: &str,
    read: &mut dyn FnMut(&mut Reading<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    while let Some(element) = reading.child()? {
        if element.name() == name { read(reading)? } else { reading.pass(&element)? }
    }
    Ok(())
}

/// An id or a number. `None` when it is missing or empty.
pub(super) fn optional(field: Field<'_>) -> Field<'_> {
    field.map(trimmed).filter(|text| !text.is_empty())
}

/// An id or a number that a message cannot do without.
pub(super) fn required<'a>(field: Field<'a>, name: &'static str) -> Result<Cow<'a, str>, Unreadable> {
    optional(field).ok_or(Unreadable::Missing(name))
}

/// A number that need not be there, or an empty text.
pub(super) fn number(field: Field<'_>) -> Cow<'_, str> {
    optional(field).unwrap_or_default()
}

/// A time. `None` for WeCom's 0, for an empty text, and for what is no time: nothing is decided on it.
pub(super) fn time(field: Field<'_>) -> Option<UnixSeconds> {
    query::seconds(&optional(field)?).filter(|seconds| seconds.0 != 0)
}
