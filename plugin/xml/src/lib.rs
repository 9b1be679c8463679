//! A cursor over hostile XML: one pass, no tree, nothing kept of what is not asked for.
//!
//! The one root is called `xml`. Structure and text do not mix. Attributes mean nothing. There is no DOCTYPE,
//! hence no entity but the five predefined, no processing instruction, and no nesting beyond 16 levels.
//! Readers walk down by one call for each level that *they* know; what a sender nests is skipped in a loop.
#![forbid(unsafe_code)]

use core::fmt;
use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How deep elements may nest. WeCom's deepest message has 7 levels.
const DEPTH_LIMIT: usize = 16;

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
        let mut cursor = Self { reader, depth: 0 };
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
    pub fn finish(mut self) -> Result<(), Fault> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Comment(_) => {}
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

    #[inline(always)]
    fn token(&mut self) -> Result<Token<'a>, Fault> {
        loop {
            return match self.event()? {
                Event::Start(start) | Event::Empty(start) => {
                    self.deeper().map(|()| Token::Open(Element(start)))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Token::Close)
                }
                Event::Text(text) => Ok(Token::Text(text.xml10_content())),
                Event::CData(text) => Ok(Token::Text(text.xml10_content())),
                Event::GeneralRef(reference) => resolved(&reference).map(Token::Text),
                Event::Comment(_) => continue,
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
