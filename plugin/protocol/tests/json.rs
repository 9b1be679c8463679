//! WeCom's JSON, as it is written: whatever bytes its strings hold, what stands around them is read.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};
use wecom_protocol::json::{Flaw, Read, read, repaired, strict};

use drawn::cases;

#[path = "support/drawn.rs"]
mod drawn;

/// A JSON text whose strings are what they are made from.
#[derive(Clone, Debug)]
enum Tree {
    Flag(bool),
    Number(i64),
    Text(Vec<u8>),
    List(Vec<Self>),
    /// The fields are named by their place.
    Fields(Vec<Self>),
}

impl Tree {
    /// As it would be sent: nothing in a string is escaped.
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Flag(flag) => out.extend_from_slice(flag.to_string().as_bytes()),
            Self::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Text(bytes) => {
                out.push(b'"');
                out.extend_from_slice(bytes);
                out.push(b'"');
            }
            Self::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    out.extend_from_slice(if at > 0 { b",\n" } else { b"" });
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Fields(items) => {
                out.push(b'{');
                for (at, item) in items.iter().enumerate() {
                    out.extend_from_slice(if at > 0 { b" , " } else { b"" });
                    out.extend_from_slice(format!("\"field-{at}\": ").as_bytes());
                    item.write(out);
                }
                out.push(b'}');
            }
        }
    }

    /// The value, each text as `text` reads it.
    fn value(&self, text: &impl Fn(&[u8]) -> Value) -> Value {
        match self {
            Self::Flag(flag) => json!(flag),
            Self::Number(number) => json!(number),
            Self::Text(bytes) => text(bytes),
            Self::List(items) => items.iter().map(|item| item.value(text)).collect(),
            Self::Fields(items) => {
                let field = |(at, item): (usize, &Self)| (format!("field-{at}"), item.value(text));
                Value::Object(items.iter().enumerate().map(field).collect())
            }
        }
    }
}

fn tree(text: impl Strategy<Value = Vec<u8>> + 'static) -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Tree::Flag),
        any::<i64>().prop_map(Tree::Number),
        text.prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            prop::collection::vec(inner, 0..4).prop_map(Tree::Fields),
        ]
    })
}

/// Any bytes but the two that have a meaning in a string.
fn raw() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("ends or escapes", |byte| !b"\"\\".contains(byte)), 0..12)
}

/// Any bytes, and escapes that are right, cut, single or none at all.
fn raw_and_escaped() -> impl Strategy<Value = Vec<u8>> {
    let escapes = [
        r"\n",
        r"\\",
        r"\/",
        r#"\""#,
        r"\u0041",
        r"\ud83d\ude00",
        r"\ud83d",
        r"\ude00",
        r"\u",
        r"\u12",
        r"\uD83D\u",
        r"\x",
        r"\张",
        "\\\n",
        "张三",
    ];
    let escape = prop::sample::select(escapes.to_vec()).prop_map(|escape| escape.as_bytes().to_vec());
    prop::collection::vec(prop_oneof![raw(), escape], 0..6).prop_map(|parts| parts.concat())
}

/// Without what stands for bytes that are no character.
fn kept(text: &str) -> String {
    text.chars().filter(|character| *character != '\u{fffd}').collect()
}

/// The texts of a value, changed.
fn with_texts(value: Value, change: &impl Fn(String) -> Value) -> Value {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.into_iter().map(|item| with_texts(item, change)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, with_texts(value, change))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// The text, in which only control characters and bytes that are no character are replaced.
    #[test]
    fn any_bytes_in_the_strings_are_read_as_the_characters_that_they_are(tree in tree(raw())) {
        let mut sent = Vec::new();
        tree.write(&mut sent);
        let read = read(&sent).unwrap().value;
        let meant = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let odd = |character: &char| !matches!(character, '\n' | '\r' | '\t') && *character < ' ';
            json!(kept(&text.chars().filter(|character| !odd(character)).collect::<String>()))
        };
        prop_assert_eq!(with_texts(read, &|text| json!(kept(&text))), tree.value(&meant));
    }

    #[test]
    fn whatever_the_strings_hold_the_rest_is_read_and_equals_the_text_that_was_put_right(
        tree in tree(raw_and_escaped()),
    ) {
        let mut sent = Vec::new();
        tree.write(&mut sent);
        let Read { value, places } = read(&sent).unwrap();
        let right = repaired(&sent);
        prop_assert_eq!(&value, &serde_json::from_slice::<Value>(&right).unwrap());
        prop_assert_eq!(places == 0, matches!(right, Cow::Borrowed(_)));
        prop_assert_eq!(with_texts(value, &|_| json!("")), tree.value(&|_| json!("")));
    }

    #[test]
    fn no_bytes_panic_grow_beyond_three_times_or_stay_half_right(sent in prop::collection::vec(any::<u8>(), 0..64)) {
        let right = repaired(&sent);
        prop_assert!(right.len() <= 3 * sent.len());
        prop_assert!(matches!(repaired(&right), Cow::Borrowed(_)));
        if let Err(flaw) = read(&sent) {
            let place = flaw.place();
            prop_assert!(place <= sent.len(), "byte {} of {}", place, sent.len());
        }
    }
}

#[test]
fn each_odd_byte_has_its_replacement() {
    let cases: [(&[u8], &str, usize); 19] = [
        (b"OK,\nplease\thurry\r", "OK,\nplease\thurry\r", 3),
        (b"log \x1b[0;32m ok\0", "log \u{fffd}[0;32m ok\u{fffd}", 2),
        (b"San \xf0\x9f\x98", "San \u{fffd}", 1),
        (b"\xe5\xbc\xa0\xe4\xb8", "张\u{fffd}", 1),
        (b"\xff\x80x\xc0\xaf", "\u{fffd}\u{fffd}x\u{fffd}\u{fffd}", 4),
        (br"OK \ud83d", "OK \u{fffd}", 1),
        (br"\ude00\ud83d\ude00", "\u{fffd}😀", 1),
        (br"\ud83d\ud83d\ude00", "\u{fffd}😀", 1),
        (br"\ud83d\u0041", "\u{fffd}A", 1),
        (br"\ud83d\n", "\u{fffd}\n", 1),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀", 1),
        (b"\xed\xa0\xbd!\xed\xb8\x80", "\u{fffd}!\u{fffd}", 2),
        (br"C:\Windows\x\", r"C:\Windows\x\", 3),
        (br"\u12 \u", r"\u12 \u", 2),
        (b"\\\n", "\\\n", 2),
        ("\\张".as_bytes(), "\\张", 1),
        (br#"\"\\\/\u5f20"#, "\"\\/张", 0),
        ("张三 😀\u{7f}".as_bytes(), "张三 😀\u{7f}", 0),
        (b"", "", 0),
    ];
    for (sent, text, places) in cases {
        // A backslash at the end would take the quotation mark away.
        let end = if sent.ends_with(b"\\") { b" \"]".as_slice() } else { b"\"]" };
        let body = [b"[\"", sent, end].concat();
        let expected = if end.starts_with(b" ") { format!("{text} ") } else { text.to_owned() };
        assert_eq!(read(&body), Ok(Read { value: json!([expected]), places }), "{}", body.escape_ascii());
    }
}

#[test]
fn between_strings_only_blanks_are_put_right() {
    let marked = b"\xef\xbb\xbf{\"errcode\":\x0c0}\0\0";
    assert_eq!(read(marked), Ok(Read { value: json!({ "errcode": 0 }), places: 4 }));
    assert_eq!(repaired(b"{\"a\":\xff}").as_ref(), b"{\"a\":\xff}");
}

#[test]
fn what_cannot_be_read_has_its_place_in_what_came() {
    for (sent, place) in [
        ("", 0),
        ("{\"errcode\":0", 12),
        ("<html>", 1),
        ("{\"errcode\":0,}", 14),
        ("{\n  \"errcode\": x }", 16),
        // Behind what was put right, which is longer or shorter there.
        ("{\"name\":\"a\nb\n\",\"status\":x}", 25),
        ("{\"name\":\"\\ud83d\",\"status\":x}", 27),
    ] {
        assert_eq!(read(sent.as_bytes()), Err(Flaw::Syntax(place)), "{sent}");
    }
}

/// What a person typed ends where the string does: a quotation mark that was not escaped is no JSON, and a cut character
/// does not swallow the one that ends the string.
#[test]
fn nothing_typed_becomes_structure() {
    let typed = r#"{"comment":"x","sp_status":2,"y":"z"","sp_status":1}"#;
    assert_eq!(read(typed.as_bytes()), Err(Flaw::Syntax(37)));
    let cut = b"{\"comment\":\"\xe5\xbc\",\"sp_status\":1}";
    assert_eq!(read(cut).unwrap().value, json!({ "comment": "\u{fffd}", "sp_status": 1 }));
}

/// Quotation marks that are balanced make sound JSON of what was typed. The name that the text adds is there twice, and so
/// neither value is taken, at whatever depth, before or behind the other, and in JSON that was put right.
#[test]
fn a_name_that_was_typed_once_more_is_taken_for_neither() {
    for (sent, name, place) in [
        (r#"{"comment":"x","sp_status":2,"y":"z","sp_status":1}"#, "sp_status", 51),
        (r#"{"sp_status":1,"comment":"x","sp_status":2,"y":"z"}"#, "sp_status", 42),
        (r#"{"errcode":40014,"errcode":0}"#, "errcode", 29),
        (r#"[{"a":[{"b":{"c":1,"c":1}}]}]"#, "c", 25),
        (r#"{"a":1,"\u0061":2}"#, "a", 18),
        // Behind what was put right, which is longer there.
        ("{\"comment\":\"\n\",\"sp_status\":2,\"sp_status\":1}", "sp_status", 43),
    ] {
        assert_eq!(read(sent.as_bytes()), Err(Flaw::Twice(name.to_owned(), place)), "{sent}");
    }
}

/// The reader is our own. What has no name twice it reads as serde_json does.
#[test]
fn sound_json_is_read_as_by_serde_json() {
    let sound =
        r#"{"a":[null,true,-1,18446744073709551615,1.5,-2e3,"\u5f20\"三",[],{}],"b":{"a":{"a":0}},"":" "}"#;
    assert_eq!(strict(sound.as_bytes()).ok(), serde_json::from_str(sound).ok());
    for unsound in ["", "{", "[1,]", "1 2", "nul", "\"\t\"", r#"{"a"}"#, "{1:2}"] {
        let error = serde_json::from_str::<Value>(unsound).unwrap_err();
        assert_eq!(strict(unsound.as_bytes()), Err(Flaw::Syntax(error.column())), "{unsound}");
    }
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert_eq!(strict(deep(127).as_bytes()).ok(), serde_json::from_str(&deep(127)).ok());
    assert_eq!(strict(deep(128).as_bytes()), Err(Flaw::Syntax(128)));
}
