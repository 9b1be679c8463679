//! An answer that cannot be read: which interface gave it, at which byte it stops making sense, and how it begins.

use crate::api::clean;
use crate::errcode::{self, Refusal};
use crate::exchange::{Request, Response};
use crate::json;
use crate::secret::Secret;
use crate::text::{Text, text};

/// How much of a body is looked at for its beginning, in bytes. Longer than any token that stands in what is shown.
const LOOKED_AT: usize = 1_024;

/// The longest name of a field that is shown.
const NAME_BYTES: usize = 32;

/// The most digits in a row that are shown. A telephone number has more, and an errcode as many.
const DIGITS: usize = 6;

/// The code of a refusal that comes from an answer of WeCom's which cannot be read.
pub const UNREADABLE_ANSWER: &str = "unreadable-answer";

/// An answer that cannot be read or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The interface that was asked.
    pub path: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
    /// How it begins, in 80 bytes without anything that belongs to a person or opens a door; empty when that would say
    /// nothing.
    pub head: String,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another HTTP status than 200.
    Status(u16),
    /// The body is coded with this, and the host did not decode it.
    Coded(String),
    /// The body is empty.
    Empty,
    /// The body stops being JSON here.
    Syntax {
        /// A byte of the body, counted from 1.
        at: usize,
        /// All its bytes.
        of: usize,
    },
    /// JSON with an object that has this name twice. `…` stands for a name that a person may have typed.
    Twice(String),
    /// JSON, and no object.
    NotAnObject,
    /// `errcode` is there and no number.
    Errcode,
    /// This field is missing, or its value cannot be used.
    Lacks(&'static str),
    /// It is about another approval than the one that was asked for.
    OtherApproval,
}

impl Unreadable {
    /// What `response` is, as an answer to `request`.
    pub(super) fn new(request: &Request, response: &Response, fault: Fault) -> Self {
        let head = match fault {
            Fault::Coded(_) | Fault::Empty => String::new(),
            Fault::Status(_)
            | Fault::Syntax { .. }
            | Fault::Twice(_)
            | Fault::NotAnObject
            | Fault::Errcode
            | Fault::Lacks(_)
            | Fault::OtherApproval => harmless(&response.body, request.token.as_ref()),
        };
        Self { path: request.path, fault, head }
    }

    /// A sound answer with errcode 0 whose content cannot be used.
    pub(crate) const fn of_content(path: &'static str, fault: Fault) -> Self {
        Self { path, fault, head: String::new() }
    }

    /// Whether it looks like WeCom's own: JSON in an HTTP 200. Asking again will hardly help then. Anything else comes
    /// from a proxy in between.
    #[must_use]
    pub fn is_wecoms(&self) -> bool {
        match self.fault {
            Fault::Status(_) | Fault::Coded(_) | Fault::Empty => false,
            Fault::Syntax { .. } | Fault::Twice(_) | Fault::NotAnObject => self.head.starts_with('{'),
            Fault::Errcode | Fault::Lacks(_) | Fault::OtherApproval => true,
        }
    }

    /// What came back, in one sentence.
    #[cold]
    #[must_use]
    pub fn sentence(&self) -> Text {
        let path = self.path;
        let (en, zh_cn) = self.why();
        let (begins, zh_begins) = if self.head.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("; it begins with: {}", self.head), format!("；开头为：{}", self.head))
        };
        if self.is_wecoms() || matches!(self.fault, Fault::Coded(_)) {
            return Text::filled(
                format_args!("WeCom's answer to {path} cannot be read: {en}{begins}"),
                format_args!("无法读取企业微信对 {path} 的应答：{zh_cn}{zh_begins}"),
            );
        }
        Text::filled(
            format_args!("what came back from {path} is no answer of WeCom's: {en}{begins}"),
            format_args!("接口 {path} 返回的内容不是企业微信的应答：{zh_cn}{zh_begins}"),
        )
    }

    /// Who has to do what.
    #[must_use]
    pub fn remedy(&self) -> Text {
        if self.is_wecoms() {
            return text(
                "the operator reports this sentence to the developer of the engine",
                "请运维人员将这句说明反馈给引擎开发者",
            );
        }
        match self.fault {
            Fault::Coded(_) => text(
                "the operator looks for a proxy between the platform and WeCom that compresses answers, and has it leave \
                 those of WeCom's address alone",
                "请运维人员检查平台与企业微信之间压缩应答的代理，并对企业微信地址关闭压缩",
            ),
            Fault::Status(_)
            | Fault::Empty
            | Fault::Syntax { .. }
            | Fault::Twice(_)
            | Fault::NotAnObject
            | Fault::Errcode
            | Fault::Lacks(_)
            | Fault::OtherApproval => super::LOOK_BETWEEN,
        }
    }

    /// The answer as a refusal, for whom a wait would help nothing.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let refusal = Refusal::of_no_answer(UNREADABLE_ANSWER, self.sentence());
        Refusal { provider_text: self.head.clone(), remedy: self.remedy(), ..refusal }
    }

    fn why(&self) -> (String, String) {
        match &self.fault {
            Fault::Status(status) => (format!("HTTP status {status}"), format!("HTTP 状态码 {status}")),
            Fault::Coded(coding) => (
                format!("it is coded with {coding}, which the request did not ask for"),
                format!("内容使用了 {coding} 编码，而请求并未要求"),
            ),
            Fault::Empty => ("it is empty".to_owned(), "内容为空".to_owned()),
            Fault::Syntax { at, of } => {
                (format!("no JSON at byte {at} of {of}"), format!("第 {at} 字节处不是 JSON（共 {of} 字节）"))
            }
            Fault::Twice(name) => {
                (format!("an object has the name {name} twice"), format!("同一对象中 {name} 出现了两次"))
            }
            Fault::NotAnObject => ("JSON without an object".to_owned(), "JSON 中没有对象".to_owned()),
            Fault::Errcode => ("its errcode is no number".to_owned(), "errcode 不是数字".to_owned()),
            Fault::Lacks(field) => (format!("it has no usable {field}"), format!("缺少可用的 {field}")),
            Fault::OtherApproval => {
                ("it is about another approval".to_owned(), "内容属于另一张审批单".to_owned())
            }
        }
    }
}

/// What `body` is coded with, by its header or its first bytes.
pub(super) fn coding(response: &Response) -> Option<String> {
    let named = response.coding.as_deref().map(str::trim).filter(|coding| !coding.is_empty());
    if let Some(coding) = named.filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Some(clean::shown(&coding.to_ascii_lowercase()));
    }
    match response.body.as_slice() {
        [0x1F, 0x8B, ..] => Some("gzip".to_owned()),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("zstd".to_owned()),
        _ => None,
    }
}

/// How `body` begins: one line of 80 bytes at most, without secrets, and of JSON only its form, as far as it is JSON: the
/// values of its strings and long numbers are left out, for they are tokens, names, telephone numbers and what people
/// wrote. Where it stops making sense, what is a string and what is not cannot be told.
fn harmless(body: &[u8], token: Option<&Secret>) -> String {
    let head = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    let text = errcode::scrub(head.trim_start(), token);
    let json = if text.starts_with('[') { 0 } else { text.find('{').unwrap_or(text.len()) };
    let (before, json) = text.split_at_checked(json).unwrap_or_default();
    let mut shown = before.to_owned();
    let sound = match json::read(json.as_bytes()) {
        Err(flaw) if flaw.place() < json.len() => clean::head(json, flaw.place().saturating_sub(1)),
        Ok(_) | Err(_) => json,
    };
    form_of(sound, &mut shown);
    shown.push_str(if sound.len() < json.len() { "…" } else { "" });
    clean::shown(&shown)
}

/// Appends the form of a JSON text that is sound as far as it goes.
fn form_of(json: &str, shown: &mut String) {
    let mut rest = json;
    while let Some(character) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let number;
            (number, rest) = rest.split_at_checked(digits).unwrap_or_default();
            shown.push_str(if digits <= DIGITS { number } else { "?" });
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if character != '"' {
            shown.push(if "{}[]:,.-+ ".contains(character) { character } else { '?' });
            continue;
        }
        let (content, after) = string(rest);
        rest = after.unwrap_or_default();
        let names = after.is_some_and(|after| after.trim_start().starts_with(':'));
        shown.push('"');
        shown.push_str(if names { shown_name(content) } else { "…" });
        shown.push('"');
    }
}

/// The name of a field as it is shown: itself where it looks like one of an interface's.
pub(super) fn shown_name(name: &str) -> &str {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let harmless = begins && digits <= DIGITS && name.len() <= NAME_BYTES && name.bytes().all(is_letter);
    if harmless { name } else { "…" }
}

/// The content of a string from behind its first quotation mark, and what comes behind its last; `None` when it has none.
fn string(text: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    let end = text.find(|character: char| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((content, rest)) => (content, rest.get(1..)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_json_only_the_form_is_shown() {
        let body = br#"{"errcode":0,"userid":"zhang.san","name":"\u5f20\" \\","department":[1],"x":"cut"#;
        assert_eq!(harmless(body, None), r#"{"errcode":0,"userid":"…","name":"…","department":[1],"x":"…""#);
    }

    /// A quotation mark that was not escaped turns strings inside out: what stands behind it is shown in no form.
    #[test]
    fn of_json_no_more_is_shown_than_makes_sense() {
        for (body, shown) in [
            ("{\"name\":\"张\"三\",\"mobile\":\"1\"}", r#"{"name":"…"…"#),
            (r#"{"errcode":0,"name":"a"b","mobile":"13800138000"}"#, r#"{"errcode":0,"name":"…"…"#),
            (r#"{"errcode":0,"name":"a"b","mobile":"13800138000"#, r#"{"errcode":0,"name":"…"…"#),
            (r#"{"name":"a","x":13800138000,"y":[301025]}"#, r#"{"name":"…","x":?,"y":[301025]}"#),
            (r#"{"13800138000":1,"m13800138000":2}"#, r#"{"…":1,"…":2}"#),
            (r#"<p>{"errcode":0} 13800138000"#, r#"<p>{"errcode":0} …"#),
        ] {
            assert_eq!(harmless(body.as_bytes(), None), shown, "{body}");
        }
    }

    #[test]
    fn of_anything_else_80_bytes_without_secrets_and_control_characters() {
        let token = Secret::new("TOKEN-1".into());
        let page = b"<html>\r\n\x1b[31m/gettoken?corpsecret=S3CRET TOKEN-1 access_token%3DT2</html>";
        let shown = harmless(page, Some(&token));
        assert_eq!(shown, "<html> [31m/gettoken?corpsecret=*** *** access_token%3D***");
        assert!(harmless(&[b'x'; 5_000], None).len() <= 80);
    }

    #[test]
    fn a_coding_is_known_by_its_header_or_its_first_bytes() {
        let response = |coding: Option<&str>, body: &[u8]| Response {
            status: 200,
            coding: coding.map(str::to_owned),
            body: body.to_vec(),
        };
        assert_eq!(coding(&response(Some(" BR"), b"x")).as_deref(), Some("br"));
        assert_eq!(coding(&response(Some("identity"), b"\x1f\x8b\x08")).as_deref(), Some("gzip"));
        assert_eq!(coding(&response(None, b"\x28\xb5\x2f\xfd")).as_deref(), Some("zstd"));
        assert_eq!(coding(&response(Some("identity"), b"{")), None);
    }
}
