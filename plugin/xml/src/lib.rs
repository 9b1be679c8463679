//! A cursor over hostile XML: one pass, no tree, nothing kept of what is not asked for.
//!
//! The one root is called `xml`. Structure and text do not mix. Attributes mean nothing. There is no DOCTYPE,
//! hence no entity but the five predefined, no processing instruction, and no nesting beyond 16 levels.
//! Readers walk down by one call for each level that *they* know; what a sender nests is skipped in a loop.
//!
//! A writer that puts texts of people between `<![CDATA[` and `]]>` without looking at them lets a text that holds `]]>`
//! end its section early, and what follows in the text is read as markup. The cursor keeps what a reader needs to notice
//! that: [`is_plain`](Cursor::is_plain) is false as soon as a `]]>` has been met where it ends no section, or where a
//! comment or an attribute may have swallowed markup; and [`count`](Cursor::count) says how often an element has begun,
//! at any depth, in skipped parts as well. A writer that puts texts into a document as they are, without sections, is one
//! whose texts can begin a section and swallow markup in it: [`sectioned_text`](Cursor::sectioned_text) tells how a text
//! was written, and [`has_sections`](Cursor::has_sections) whether there are any.
#![forbid(unsafe_code)]

use core::fmt;
use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How deep elements may nest. WeCom's deepest message has 7 levels.
const DEPTH_LIMIT: usize = 16;

/// The most names that a cursor counts.
pub const COUNTED: usize = 32;

/// The end of a CDATA section.
const SECTION_END: &str = "]]>";

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not well-formed, or not UTF-8.
    Syntax,
    /// It has a DOCTYPE.
    Doctype,
    /// It has a processing instruction.
    Instruction,
    /// A reference to something other than the five predefined entities and the characters of XML.
    Reference,
    /// Elements nest deeper than is read.
    Depth,
    /// Text beside elements, or an element where there should be text.
    Mixed,
    /// The root is not `xml`.
    Root,
}

/// A place in a document, always inside an element. A clone is a bookmark.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    plain: bool,
    /// How many CDATA sections have come, and how many bytes of text in them.
    sections: (usize, usize),
    /// Names, and how often an element of each has begun. A list: there are a handful.
    counted: Vec<(Cow<'static, str>, u32)>,
}

/// The start of an element.
#[derive(Debug)]
pub struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The name, with its prefix should it have one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name().into_inner()
    }

    /// Whether the name is this one, in any case. For the names that WeCom spells in several ways.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }
}

/// What a cursor meets inside the root.
enum Token<'a> {
    Open(Element<'a>),
    Text(Cow<'a, str>),
    Close,
}

impl<'a> Cursor<'a> {
    /// Goes to the first child of the root.
    ///
    /// # Errors
    /// - [`Fault`]: it does not begin with a root called `xml`.
    pub fn new(document: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::from_reader(document);
        // One shape for `<a/>` and `<a></a>`.
        reader.config_mut().expand_empty_elements = true;
        let mut cursor = Self { reader, depth: 0, plain: true, sections: (0, 0), counted: Vec::new() };
        let mut declared = false;
        loop {
            match cursor.event()? {
                Event::Start(root) if root.name().into_inner() == "xml" => {
                    cursor.depth = 1;
                    return Ok(cursor);
                }
                Event::Start(_) | Event::Empty(_) => return Err(Fault::Root),
                Event::Decl(_) if !declared => declared = true,
                Event::Decl(_) | Event::PI(_) => return Err(Fault::Instruction),
                Event::DocType(_) => return Err(Fault::Doctype),
                Event::Text(text) if is_blank(&text) => {}
                Event::Comment(_) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) | Event::End(_) | Event::Eof => {
                    return Err(Fault::Syntax);
                }
            }
        }
    }

    /// Goes into the next child of the current element, or out of the element when there is none left.
    ///
    /// # Errors
    /// - [`Fault`]: it is not well-formed, or has what is not read: nothing after it counts.
    pub fn child(&mut self) -> Result<Option<Element<'a>>, Fault> {
        loop {
            match self.token()? {
                Token::Open(element) => return Ok(Some(element)),
                Token::Close => return Ok(None),
                Token::Text(text) if is_blank(&text) => {}
                Token::Text(_) => return Err(Fault::Mixed),
            }
        }
    }

    /// The text of the current element, which has no children; goes out of it. Borrowed unless in pieces.
    ///
    /// # Errors
    /// - [`Fault`]: as of [`child`](Self::child), or there is an element.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Fault> {
        let mut whole = Cow::Borrowed("");
        loop {
            match self.token()? {
                Token::Text(piece) if whole.is_empty() => whole = piece,
                Token::Text(piece) => whole.to_mut().push_str(&piece),
                Token::Close => return Ok(whole),
                Token::Open(_) => return Err(Fault::Mixed),
            }
        }
    }

    /// The [text](Self::text) of the current element, and whether all of it but white space stands in CDATA sections.
    ///
    /// # Errors
    /// - [`Fault`]: as of [`text`](Self::text).
    pub fn sectioned_text(&mut self) -> Result<(Cow<'a, str>, bool), Fault> {
        let (sections, bytes) = self.sections;
        let text = self.text()?;
        let within = self.sections.1.saturating_sub(bytes);
        let sectioned = self.sections.0 > sections && text.trim_ascii().len() <= within;
        Ok((text, sectioned))
    }

    /// Whether a CDATA section has come.
    #[must_use]
    pub const fn has_sections(&self) -> bool {
        self.sections.0 > 0
    }

    /// Goes out of the current element, whatever is in it.
    ///
    /// # Errors
    /// - [`Fault`]: as of [`child`](Self::child).
    pub fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.token()?;
        }
        Ok(())
    }

    /// Makes sure that nothing follows the root, which the cursor has gone out of.
    ///
    /// # Errors
    /// - [`Fault`]: something follows.
    pub fn finish(&mut self) -> Result<(), Fault> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Comment(_) => self.plain = false,
                Event::Text(text) if is_blank(&text) => {}
                Event::DocType(_) => return Err(Fault::Doctype),
                Event::Decl(_) | Event::PI(_) => return Err(Fault::Instruction),
                Event::Start(_)
                | Event::Empty(_)
                | Event::End(_)
                | Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_) => return Err(Fault::Syntax),
            }
        }
    }

    /// Counts the elements of this name from here on.
    pub fn count_from_here(&mut self, name: &'static str) {
        if !self.counted.iter().any(|(counted, _)| *counted == name) {
            self.counted.push((Cow::Borrowed(name), 0));
        }
    }

    /// Counts the current element, whose name this is, and the elements of its name from here on.
    pub fn count_with_this(&mut self, name: impl Into<Cow<'static, str>>) {
        let name = name.into();
        // One that is counted has been when it began.
        if !self.counted.iter().any(|(counted, _)| *counted == name) {
            self.counted.push((name, 1));
        }
    }

    /// Goes out of the current element, as [`skip`](Self::skip), and counts all elements in it, but for these names,
    /// [with this one](Self::count_with_this). Whether all of them are counted: of [`COUNTED`] names at most.
    ///
    /// # Errors
    /// - [`Fault`]: as of [`child`](Self::child).
    pub fn skip_and_count(&mut self, but: &[&str]) -> Result<bool, Fault> {
        let outside = self.depth.saturating_sub(1);
        let mut all = true;
        while self.depth > outside {
            if let Token::Open(element) = self.token()?
                && !but.contains(&element.name())
            {
                all &= self.counted.len() < COUNTED;
                if all {
                    self.count_with_this(element.name().to_owned());
                }
            }
        }
        Ok(all)
    }

    /// How many elements of a counted name have begun so far.
    #[must_use]
    pub fn count(&self, name: &str) -> u32 {
        self.counted.iter().find(|(counted, _)| counted == name).map_or(0, |(_, count)| *count)
    }

    /// Every counted name, and its count so far.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u32)> {
        self.counted.iter().map(|(name, count)| (name.as_ref(), *count))
    }

    /// Whether nothing has been met in which markup may have been swallowed: no comment inside the root or behind it, no tag
    /// that holds `<` or `]`, and no `]]>` but those that end a section.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.plain
    }

    fn begun(&mut self, start: &BytesStart<'a>) {
        let name = start.name().into_inner();
        if start.len() > name.len() {
            self.plain &= !start.contains(['<', ']']);
        }
        for (counted, count) in &mut self.counted {
            if counted == name {
                *count = count.saturating_add(1);
            }
        }
    }

    #[inline(always)]
    fn token(&mut self) -> Result<Token<'a>, Fault> {
        loop {
            return match self.event()? {
                Event::Start(start) | Event::Empty(start) => {
                    self.begun(&start);
                    self.deeper().map(|()| Token::Open(Element(start)))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Token::Close)
                }
                Event::Text(text) => {
                    self.plain &= !text.contains(SECTION_END);
                    Ok(Token::Text(text.xml10_content()))
                }
                Event::CData(text) => {
                    let text = text.xml10_content();
                    let (sections, bytes) = &mut self.sections;
                    (*sections, *bytes) = (sections.saturating_add(1), bytes.saturating_add(text.len()));
                    Ok(Token::Text(text))
                }
                Event::GeneralRef(reference) => resolved(&reference).map(Token::Text),
                Event::Comment(_) => {
                    self.plain = false;
                    continue;
                }
                Event::DocType(_) => Err(Fault::Doctype),
                Event::Decl(_) | Event::PI(_) => Err(Fault::Instruction),
                Event::Eof => Err(Fault::Syntax),
            };
        }
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH_LIMIT { Err(Fault::Depth) } else { Ok(()) }
    }

    fn event(&mut self) -> Result<Event<'a>, Fault> {
        self.reader.read_event().ok().ok_or(Fault::Syntax)
    }
}

fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// What `&…;` stands for.
fn resolved(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, Fault> {
    let predefined = match &**reference {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => {
            let character = reference.resolve_char_ref().ok().flatten().filter(|c| is_xml(*c));
            return character.map(|c| Cow::Owned(c.into())).ok_or(Fault::Reference);
        }
    };
    Ok(Cow::Borrowed(predefined))
}

/// Whether XML 1.0 has this character (production 2).
const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not well-formed",
            Self::Doctype => "a doctype",
            Self::Instruction => "a processing instruction",
            Self::Reference => "an unknown entity or character",
            Self::Depth => "elements nested too deep",
            Self::Mixed => "text and elements mixed",
            Self::Root => "root is not xml",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the only child of the root.
    fn only_text(document: &str) -> Result<String, Fault> {
        let mut cursor = Cursor::new(document.as_bytes())?;
        let mut text = String::new();
        while cursor.child()?.is_some() {
            text = cursor.text()?.into_owned();
        }
        cursor.finish()?;
        Ok(text)
    }

    #[test]
    fn text_comes_in_all_of_xml_s_wrappings() {
        let document = "<xml>\r\n<a>1\r\n&lt;&#x41;&#66;&amp;<!-- no --><![CDATA[<c>&amp;]]></a></xml>";
        assert_eq!(only_text(document).as_deref(), Ok("1\n<AB&<c>&amp;"));
    }

    #[test]
    fn every_fault_has_its_name() {
        for (document, fault) in [
            ("", Fault::Syntax),
            ("<xml>", Fault::Syntax),
            ("<xml><a></xml>", Fault::Syntax),
            ("<xml><a></b></xml>", Fault::Syntax),
            ("<xml></xml><xml></xml>", Fault::Syntax),
            ("<xml></xml>text", Fault::Syntax),
            ("text<xml></xml>", Fault::Syntax),
            ("<xml><a>&</a></xml>", Fault::Syntax),
            ("<xml><a><![CDATA[</a></xml>", Fault::Syntax),
            ("<!DOCTYPE xml><xml></xml>", Fault::Doctype),
            ("<xml><!DOCTYPE xml></xml>", Fault::Doctype),
            ("<xml></xml><!DOCTYPE xml>", Fault::Doctype),
            ("<?php ?><xml></xml>", Fault::Instruction),
            ("<xml><?php ?></xml>", Fault::Instruction),
            ("<xml><?xml version='1.0'?></xml>", Fault::Instruction),
            ("<?xml version='1.0'?><?xml version='1.0'?><xml></xml>", Fault::Instruction),
            ("<xml><a>&xxe;</a></xml>", Fault::Reference),
            ("<xml><a>&#0;</a></xml>", Fault::Reference),
            ("<xml><a>&#8;</a></xml>", Fault::Reference),
            ("<xml><a>&#xD800;</a></xml>", Fault::Reference),
            ("<xml><a>&#x110000;</a></xml>", Fault::Reference),
            ("<xml><a>&#99999999999;</a></xml>", Fault::Reference),
            ("<xml><a>&#-1;</a></xml>", Fault::Reference),
            ("<xml><a>1<b/></a></xml>", Fault::Mixed),
            ("<xml>1</xml>", Fault::Mixed),
            ("<a></a>", Fault::Root),
            ("<XML></XML>", Fault::Root),
        ] {
            assert_eq!(only_text(document), Err(fault), "{document}");
        }
    }

    #[test]
    fn a_section_s_end_that_ends_no_section_is_noticed_wherever_it_stands() {
        let is_plain = |document: &str| {
            let mut cursor = Cursor::new(document.as_bytes())?;
            while cursor.child()?.is_some() {
                cursor.skip()?;
            }
            cursor.finish().map(|()| cursor.is_plain())
        };
        for (document, plain) in [
            ("<xml><a><![CDATA[]]></a></xml>", true),
            ("<xml><a><![CDATA[a]]]]><![CDATA[>b]]></a></xml>", true),
            ("<xml><a b='c' d=\"e>f\">1</a></xml>", true),
            ("<!-- a --><xml><a/></xml>", true),
            ("<xml><a>1</a><!-- --></xml>", false),
            ("<xml><a>1<!----></a></xml>", false),
            ("<xml></xml><!-- -->", false),
            ("<xml><a><![CDATA[a[b[0]]>1]]></a></xml>", false),
            ("<xml><a><![CDATA[]]>]]></a></xml>", false),
            ("<xml><a><b><![CDATA[]]> <b/>]]></b></a></xml>", false),
            ("<xml><a/><!--]]></a><a>--></xml>", false),
            ("<xml><a b=']]></a>'/></xml>", false),
            ("<xml><a ]]></a></xml>", false),
            ("<xml></xml><!--]]>-->", false),
        ] {
            assert_eq!(is_plain(document), Ok(plain), "{document}");
        }
    }

    #[test]
    fn how_a_text_was_written_is_told() {
        for (document, sectioned, sections) in [
            ("<xml><a>x</a></xml>", false, false),
            ("<xml><a></a></xml>", false, false),
            ("<xml><a>&lt;</a></xml>", false, false),
            ("<xml><a><![CDATA[]]></a></xml>", true, true),
            ("<xml><a>\n <![CDATA[ x\r\n]]> </a></xml>", true, true),
            ("<xml><a><![CDATA[x]]><![CDATA[y]]></a></xml>", true, true),
            ("<xml><a>x<![CDATA[y]]></a></xml>", false, true),
            ("<xml><a><![CDATA[x]]>&#65;</a></xml>", false, true),
            ("<xml><b><![CDATA[x]]></b><a>x</a></xml>", false, true),
            ("<xml><a><b><![CDATA[x]]></b></a></xml>", false, true),
        ] {
            let mut cursor = Cursor::new(document.as_bytes()).unwrap();
            let mut last = None;
            while let Some(element) = cursor.child().unwrap() {
                if element.name() == "a" {
                    last = cursor.sectioned_text().ok()
                } else {
                    cursor.skip().unwrap()
                }
                if last.is_none() && element.name() == "a" {
                    break;
                }
            }
            assert_eq!(last.is_some_and(|(_, sectioned)| sectioned), sectioned, "{document}");
            let mut whole = Cursor::new(document.as_bytes()).unwrap();
            whole.skip().unwrap();
            assert_eq!(whole.has_sections(), sections, "{document}");
        }
    }

    #[test]
    fn elements_are_counted_at_any_depth_and_in_what_is_skipped() {
        let document = "<xml><a/><b><a/><c><a><![CDATA[<a/>]]></a></c></b><A/></xml>";
        let mut cursor = Cursor::new(document.as_bytes()).unwrap();
        cursor.count_from_here("a");
        cursor.skip().unwrap();
        assert_eq!(cursor.finish(), Ok(()));
        assert_eq!((cursor.count("a"), cursor.count("b")), (3, 0));

        let mut cursor = Cursor::new(document.as_bytes()).unwrap();
        assert_eq!(cursor.skip_and_count(&["b"]), Ok(true));
        assert_eq!(cursor.counts().collect::<Vec<_>>(), [("a", 3), ("c", 1), ("A", 1)]);
    }

    #[test]
    fn the_names_that_are_counted_are_limited() {
        let named = |names: usize| (0..names).fold(String::new(), |all, name| all + &format!("<a{name}/>"));
        for (names, all) in [(COUNTED, true), (COUNTED + 1, false), (3_000, false)] {
            let document = format!("<xml>{}</xml>", named(names));
            let mut cursor = Cursor::new(document.as_bytes()).unwrap();
            assert_eq!(cursor.skip_and_count(&[]), Ok(all), "{names}");
            assert_eq!(cursor.counts().count(), COUNTED);
        }
    }

    #[test]
    fn nesting_is_bounded_even_where_it_is_skipped() {
        let nested = |levels: usize| format!("<xml>{}{}</xml>", "<a>".repeat(levels), "</a>".repeat(levels));
        let skip_all = |document: &str| {
            let mut cursor = Cursor::new(document.as_bytes())?;
            cursor.skip()?;
            cursor.finish()
        };
        assert_eq!(skip_all(&nested(DEPTH_LIMIT - 1)), Ok(()));
        assert_eq!(skip_all(&nested(DEPTH_LIMIT)), Err(Fault::Depth));
        assert_eq!(skip_all(&nested(3_000)), Err(Fault::Depth));
    }
}
