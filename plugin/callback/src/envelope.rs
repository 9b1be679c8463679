//! The envelope of a POST. One thing in it is read: the sealed text.
//!
//! The rest is not signed, so it is nobody's word.
//!
//! ```text
//! <xml><ToUserName>…</ToUserName><Encrypt>base64</Encrypt><AgentID>…</AgentID></xml>
//! {"tousername": "…", "encrypt": "base64", "agentid": "…"}
//! ```

use core::{fmt, mem};
use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use wecom_xml::Cursor;

use super::error::Shape;
use super::excerpt::trimmed;

/// Reads the sealed text: the one `Encrypt`, without white space around it.
pub(super) fn read(body: &[u8]) -> Result<Cow<'_, str>, Shape> {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let sealed = if text.trim_ascii_start().starts_with(b"{") { json(text) } else { xml(text) };
    // The readers check the text as they go, and have no name for what is no text.
    let sealed = sealed.map_err(|shape| if str::from_utf8(body).is_ok() { shape } else { Shape::Utf8 })?;
    let sealed = trimmed(sealed);
    if sealed.is_empty() { Err(Shape::NoEncrypt) } else { Ok(sealed) }
}

fn xml(text: &[u8]) -> Result<Cow<'_, str>, Shape> {
    let mut cursor = Cursor::new(text).map_err(Shape::Xml)?;
    let mut sealed = None;
    while let Some(element) = cursor.child().map_err(Shape::Xml)? {
        if element.name() != "Encrypt" {
            cursor.skip().map_err(Shape::Xml)?;
        } else if sealed.replace(cursor.text().map_err(Shape::Xml)?).is_some() {
            return Err(Shape::SeveralEncrypts);
        }
    }
    cursor.finish().map_err(Shape::Xml)?;
    sealed.ok_or(Shape::NoEncrypt)
}

/// Cold: WeCom sends XML.
#[cold]
fn json(text: &[u8]) -> Result<Cow<'_, str>, Shape> {
    // What it passes over, the reader does not look at.
    let text = str::from_utf8(text).ok().ok_or(Shape::Utf8)?;
    match serde_json::from_slice(text.as_bytes()).map(|Encrypts(values)| values).as_deref_mut() {
        Ok([Value::String(sealed)]) => Ok(Cow::Owned(mem::take(sealed))),
        Ok(_) | Err(_) => Err(Shape::Json),
    }
}

/// All values of `encrypt` in a JSON object, in either spelling; none in any other JSON. A derived reader would do,
/// but for its errors: they quote numbers, and the printing of floats takes 20 KB of code.
struct Encrypts(Vec<Value>);

impl<'de> Deserialize<'de> for Encrypts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self(Vec::new()))
    }
}

impl<'de> Visitor<'de> for Encrypts {
    type Value = Self;

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if matches!(key.as_str(), "encrypt" | "Encrypt") {
                self.0.push(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self, A::Error> {
        IgnoredAny.visit_seq(seq).map(|IgnoredAny| self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wecom_xml::Fault;

    #[track_caller]
    fn assert_reads(body: &str, expected: Result<&str, Shape>) {
        assert_eq!(read(body.as_bytes()).as_deref(), expected.as_deref(), "{body}");
    }

    #[test]
    fn the_order_of_elements_and_their_wrapping_do_not_matter() {
        assert_reads("<xml><Encrypt>ab+/==</Encrypt></xml>", Ok("ab+/=="));
        assert_reads("<xml><AgentID/><Encrypt><![CDATA[ab]]></Encrypt><ToUserName/></xml>", Ok("ab"));
        assert_reads(
            "\u{feff}<?xml version=\"1.0\"?>\n<xml>\n <Encrypt>\n ab </Encrypt>\n</xml>\n",
            Ok("ab"),
        );
        assert_reads("<xml><Encrypt >a&#98;<!-- c --><![CDATA[d]]></Encrypt></xml>", Ok("abd"));
        assert_reads(r#" {"tousername": "x", "encrypt": " ab ", "agentid": 1}"#, Ok("ab"));
        assert_reads("\u{feff}\r\n{\"Encrypt\": \"a\\u0062\"}", Ok("ab"));
    }

    #[test]
    fn there_is_exactly_one_encrypt() {
        assert_reads("<xml/>", Err(Shape::NoEncrypt));
        assert_reads("<xml><Encrypt/></xml>", Err(Shape::NoEncrypt));
        assert_reads("<xml><a><Encrypt>ab</Encrypt></a></xml>", Err(Shape::NoEncrypt));
        assert_reads("<xml><Encrypt>a</Encrypt><Encrypt>a</Encrypt></xml>", Err(Shape::SeveralEncrypts));
        assert_reads(r#"{"encrypt": "a", "encrypt": "a"}"#, Err(Shape::Json));
        assert_reads(r#"{"encrypt": "a", "Encrypt": "a"}"#, Err(Shape::Json));
        assert_reads(r#"{"encrypt": 1}"#, Err(Shape::Json));
        assert_reads(r#"{"tousername": "x"}"#, Err(Shape::Json));
        assert_reads(r#"{"encrypt": "a"} {"encrypt": "b"}"#, Err(Shape::Json));
        assert_reads(r#"["a"]"#, Err(Shape::Xml(Fault::Syntax)));
    }

    #[test]
    fn anything_else_is_named() {
        assert_reads("", Err(Shape::Xml(Fault::Syntax)));
        assert_reads("hello", Err(Shape::Xml(Fault::Syntax)));
        assert_reads("<html></html>", Err(Shape::Xml(Fault::Root)));
        assert_reads("<xml><Encrypt><b>a</b></Encrypt></xml>", Err(Shape::Xml(Fault::Mixed)));
        assert_reads("<xml><Encrypt>ab</Encrypt>", Err(Shape::Xml(Fault::Syntax)));
        assert_eq!(read(b"<xml>\xff</xml>"), Err(Shape::Utf8));
    }
}
