//! WeCom's `errmsg`: quoted without its secrets, and read for the one fact that is nowhere else.

use crate::address::{is_ipv4, is_ipv6};
use crate::api::clean;
use crate::secret::Secret;

/// The longest quotation, in bytes.
const QUOTED_BYTES: usize = 512;

/// What stands in for a secret.
const BLOT: &str = "***";

/// The names of values that are secret wherever they appear, as in `corpsecret=…` or `"access_token":"…"`.
const SECRET_NAMES: [&str; 3] = ["access_token", "corpsecret", "secret"];

/// Quotes `errmsg`: without secrets, on one line, [`QUOTED_BYTES`] at most. When it is cut, `hint: […]` stays,
/// since WeCom's query tool asks for it.
pub(crate) fn scrub(errmsg: &str, token: Option<&Secret>) -> String {
    let mut text = errmsg.to_owned();
    if let Some(token) = token.map(Secret::expose).filter(|token| !token.is_empty()) {
        text = text.replace(token, BLOT);
    }
    for name in SECRET_NAMES {
        text = blot_after(&text, name);
    }
    let text = clean::one_line(&text);
    if text.len() <= QUOTED_BYTES {
        return text;
    }
    let hint = hint(&text).unwrap_or_default();
    let room = QUOTED_BYTES.saturating_sub(hint.len() + "… ".len());
    format!("{}… {hint}", clean::head(&text, room))
}

/// The address after `from ip: `, when it is one.
pub(super) fn address(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("from ip:")?;
    let end = |character: char| !character.is_ascii_hexdigit() && character != '.' && character != ':';
    let address = rest.trim_start().split(end).next()?.trim_end_matches('.');
    (is_ipv4(address) || is_ipv6(address)).then_some(address)
}

/// `hint: [...]` of a sane length.
fn hint(text: &str) -> Option<&str> {
    let start = text.find("hint: [")?;
    let rest = text.get(start..)?;
    let end = rest.find(']')?;
    rest.get(..=end).filter(|hint| hint.len() <= 80)
}

/// Blots the value after each `name=`, `name%3D`, `name:` and `"name":`, up to the next delimiter.
fn blot_after(text: &str, name: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut kept = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = lower.get(done..).and_then(|rest| rest.find(name)) {
        let after_name = done + found + name.len();
        let tail = lower.get(after_name..).unwrap_or_default();
        let mark = tail.len() - after_mark(tail).map_or(tail.len(), str::len);
        let value = after_name + mark;
        kept.push_str(text.get(done..value).unwrap_or_default());
        done = value;
        if mark > 0 {
            let rest = text.get(value..).unwrap_or_default();
            kept.push_str(BLOT);
            done += rest.find(ends_value).unwrap_or(rest.len());
        }
    }
    kept.push_str(text.get(done..).unwrap_or_default());
    kept
}

/// What follows the sign between a name and its value; `None` when there is no such sign.
fn after_mark(tail: &str) -> Option<&str> {
    let tail = tail.trim_start_matches(['"', '\'', '\\', ' ']);
    let tail = tail.strip_prefix(['=', ':']).or_else(|| tail.strip_prefix("%3d"))?;
    Some(tail.trim_start_matches(['"', '\'', '\\', ' ']))
}

fn ends_value(character: char) -> bool {
    character.is_whitespace() || matches!(character, '&' | '"' | '\'' | ',' | ';' | '}' | ')' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_out_in_every_notation() {
        let noisy = "GET /gettoken?corpid=ww1&corpsecret=S3CRET&x=1 {\"access_token\": \"T0KEN\"} \
                     ACCESS_TOKEN%3DT0KEN, token T0KEN";
        assert_eq!(
            scrub(noisy, Some(&Secret::new("T0KEN".into()))),
            "GET /gettoken?corpid=ww1&corpsecret=***&x=1 {\"access_token\": \"***\"} ACCESS_TOKEN%3D***, token ***"
        );
    }

    #[test]
    fn words_that_only_speak_of_a_token_stay() {
        for plain in ["invalid access_token, hint: [1]", "access_token expired", "access_token missing"] {
            assert_eq!(scrub(plain, None), plain);
        }
    }

    #[test]
    fn a_cut_keeps_the_hint_and_the_limit() {
        let long = format!("{}, hint: [1767225600123456789012345], from ip: 192.0.2.10", "长".repeat(400));
        let cut = scrub(&long, None);
        assert!(cut.len() <= QUOTED_BYTES);
        assert!(cut.ends_with("… hint: [1767225600123456789012345]"), "{cut}");
    }

    #[test]
    fn only_an_address_counts_as_an_address() {
        assert_eq!(address("x, from ip: 192.0.2.10, more"), Some("192.0.2.10"));
        assert_eq!(address("x, from ip: 2001:db8::1, more"), Some("2001:db8::1"));
        assert_eq!(address("x, from ip: 192.0.2.10. More"), Some("192.0.2.10"));
        assert_eq!(address("x, from ip: <b>evil</b>"), None);
        assert_eq!(address("x"), None);
    }
}
