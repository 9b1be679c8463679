//! What is masked, and what is left as it is.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;

/// With characters that every encoding writes differently.
const SECRET: &str = "k9/Zq+\"x&y=\\7 企";

/// The ways in which a server, a library or an engine writes a value.
fn written(secret: &str) -> Vec<String> {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_matches('"').to_owned();
    let ascii: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let html = secret.replace('&', "&amp;").replace('"', "&quot;");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    let base64 = |before: &str| BASE64_STANDARD.encode(format!("{before}{secret}:tail"));
    vec![
        secret.to_owned(),
        lower_hex(&percent),
        utf8_percent_encode(&percent, NON_ALPHANUMERIC).to_string(),
        percent.replace("%20", "+"),
        percent,
        serde_json::to_string(&json).unwrap().trim_matches('"').to_owned(),
        json,
        ascii,
        html,
        hex,
        base64(""),
        base64("u"),
        base64("us"),
        base64("user:"),
        BASE64_URL_SAFE_NO_PAD.encode(format!("??{secret}>>")),
    ]
}

/// With the digits of its escapes in lower case.
fn lower_hex(percent: &str) -> String {
    let mut parts = percent.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_lowercase())
    })
}

fn known(secret: &str) -> Known {
    Known::of([&Secret::new(secret)])
}

#[test]
fn a_known_value_is_masked_wherever_it_stands_and_however_it_is_written() {
    // `b` and `%` stay what they are in the encodings that change only some characters.
    for secret in [SECRET, "AbCd-ef_gh.1234567890", "b%41b%%", "plain"] {
        for written in written(secret) {
            let text = format!("before <{written}> after");
            let masked = known(secret).mask(&text, 4_000);
            assert_eq!(masked.text, "before <***> after", "{secret} as {written}");
            assert_eq!(masked.secrets, 1, "{secret} as {written}");
            assert!(known(secret).occur_in(text.as_bytes()) || secret.len() < 6, "{secret} as {written}");
        }
    }
}

#[test]
fn what_is_learnt_later_is_masked_as_well() {
    let mut known = known("of-settings");
    known.learn("T-0123456789");
    known.learn_name("X-Api-Key");
    assert_eq!(known.line("T-0123456789 of-settings x-api-key: S3 S4", 200), "*** *** x-api-key: ***");
    assert_eq!(format!("{known:?}"), "Known(2)");
}

#[test]
fn other_texts_and_short_words_stay() {
    let text = "the provider said no: errcode=40001, 企业微信 100% \\o/ &c; a+b";
    assert_eq!(known("Secret-That-Is-Elsewhere").line(text, 400), text);
    assert_eq!(known("no").line(text, 400), text);
    assert!(!known("Secret-That-Is-Elsewhere").occur_in(text.as_bytes()));
    assert!(!known("said").occur_in(text.as_bytes()), "too short to keep an answer back for");
    assert!(!Known::default().occur_in(text.as_bytes()));
}

/// The end of a secret that is cut off has no beginning in front of it any more.
#[test]
fn a_secret_at_the_edge_of_what_is_looked_at_is_masked_as_a_whole() {
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz";
    for bytes in [16, 17, 30] {
        for before in 0..(bytes * LOOKED_AT) {
            // Nine secrets that shrink, and one over the edge.
            let text = format!("{}{}", "x".repeat(before), secret.repeat(20));
            let line = known(secret).line(&text, bytes);
            assert!(!line.contains("0123"), "{before} {bytes}: {line}");
            assert!(line.len() <= bytes);
        }
    }
    let text = format!("access_token={}&debug=1", "S3".repeat(1_000));
    assert_eq!(line(&text, 64), "access_token=***");
}

#[test]
fn values_behind_names_of_secrets_are_masked_in_every_spelling() {
    for (text, masked) in [
        (
            "GET https://x/y?corpid=ww1&corpsecret=S3 failed, access_token=abc&debug=1\n",
            "GET https://x/y?corpid=ww1&corpsecret=*** failed, access_token=***&debug=1 ",
        ),
        ("ACCESS_TOKEN=abc", "ACCESS_TOKEN=***"),
        ("?access%5Ftoken=abc&x=1", "?access%5Ftoken=***&x=1"),
        ("?access%5Ftoken%3Dabc%26x=1", "?access%5Ftoken%3D***%26x=1"),
        (r#"{"access_token": "ab,c", "expires": 7200}"#, r#"{"access_token": "***", "expires": 7200}"#),
        (r#"{"accessToken":12345}"#, r#"{"accessToken":***}"#),
        (r#""{\"client_secret\":\"abc\"}""#, r#""{\"client_secret\":\"***\"}""#),
        ("msg_signature=abc&timestamp=1", "msg_signature=***&timestamp=1"),
        ("check the token: it is old", "check the token: it is old"),
        ("idempotency-key=REQ-1", "idempotency-key=REQ-1"),
        ("tokens=3", "tokens=3"),
    ] {
        assert_eq!(line(text, 200), masked);
    }
}

#[test]
fn what_steers_a_terminal_or_an_eye_is_a_blank() {
    for c in
        ['\0', '\u{1b}', '\n', '\r', '\t', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{2029}', '\u{202e}']
            .into_iter()
            .chain(['\u{2066}', '\u{200f}', '\u{61c}', '\u{feff}', '\u{200b}', '\u{e0041}'])
    {
        assert_eq!(line(&format!("a{c}b"), 20), "a b", "{}", c.escape_unicode());
        assert!(json(&format!("[\"a{c}b\"]")).chars().all(|c| c == '\n' || !steers(c)));
    }
}

#[test]
fn escaped_json_says_the_same() {
    let value = serde_json::json!({ "a\u{9b}": ["\u{202e}\u{e0041}", "plain 企业 \u{1f600}\n"] });
    let escaped = json(&format!("{value:#}"));
    assert!(escaped.contains("\\u009b") && escaped.contains("\\udb40\\udc41"), "{escaped}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
}

#[test]
fn text_is_cut_at_a_character() {
    assert_eq!(line("企业微信", 7), "企业");
    assert_eq!(in_error(&"x".repeat(10 << 20)).len(), 400);
}

/// Neither the number of values nor the size of one or of the text decides how much is kept and scanned.
#[test]
fn what_is_kept_and_scanned_does_not_grow_with_what_an_engine_calls_a_token() {
    let mut known = Known::default();
    let token = "T0KEN".repeat(3 << 20 >> 2);
    for _ in 0..3 {
        known.learn(&token);
    }
    assert_eq!(known.of_call.iter().map(Value::len).collect::<Vec<_>>(), [known::COMPARED]);
    let text = "x".repeat(12 << 20);
    let (shown, seen) = known.looked_at(&text, 256);
    assert_eq!((shown.len(), seen.len()), (2_048, 2_048 + 6 * known::COMPARED));

    for number in 0..100 {
        known.learn(&format!("token-{number}"));
    }
    assert_eq!(known.of_call.len(), LEARNT);
    assert_eq!(known.line("token-99 token-84 token-83", 100), "*** *** token-83");
}

#[test]
fn a_value_that_is_longer_than_what_is_compared_is_masked_up_to_the_end_of_the_text() {
    let token: String = (0..2_000).map(|number| format!("{number:x}.")).collect();
    let mut known = Known::default();
    known.learn(&token);
    for text in [format!("a {token} b"), format!("a {} b", utf8_percent_encode(&token, NON_ALPHANUMERIC))] {
        assert_eq!(known.line(&text, 20_000), "a ***");
        assert!(known.occur_in(text.as_bytes()));
    }
    let other = format!("a {}", token.get(1..).unwrap());
    assert_eq!(known.line(&other, 20_000), other);
}
