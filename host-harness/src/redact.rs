//! The last gate before anything is printed: bounded, without control characters, without secrets in URLs.

/// Parameters whose values are never printed, wherever they stand.
const SECRET_PARAMETERS: [&str; 4] =
    ["access_token=", "corpsecret=", "suite_access_token=", "msg_signature="];

/// How many times the size of what is printed is looked at: masking makes a text shorter. Texts have any size, and
/// what is cut off costs nothing.
const LOOKED_AT: usize = 8;

/// `text` in at most `bytes` bytes, control characters replaced, values of secret parameters masked.
#[must_use]
pub fn line(text: &str, bytes: usize) -> String {
    let mut clean: String = prefix(text, bytes.saturating_mul(LOOKED_AT))
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    for parameter in SECRET_PARAMETERS {
        clean = mask(&clean, parameter);
    }
    clean.truncate(clean.floor_char_boundary(bytes));
    clean
}

/// Replaces what follows each `parameter` up to the end of a URL's value.
fn mask(text: &str, parameter: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut parts = text.split(parameter);
    masked.push_str(parts.next().unwrap_or_default());
    for part in parts {
        masked.push_str(parameter);
        masked.push_str("***");
        let end = part.find(['&', ' ', '"', '\'', ')', '>', '#', ',']).unwrap_or(part.len());
        masked.push_str(part.get(end..).unwrap_or_default());
    }
    masked
}

/// At most `bytes` bytes, cut at a character's boundary.
fn prefix(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_parameters_are_masked_wherever_they_stand() {
        assert_eq!(
            line("GET https://x/y?corpid=ww1&corpsecret=S3 failed, access_token=abc&debug=1\n", 200),
            "GET https://x/y?corpid=ww1&corpsecret=*** failed, access_token=***&debug=1 "
        );
    }

    /// The end of a secret that is cut off has no parameter in front of it any more.
    #[test]
    fn a_secret_longer_than_all_that_is_looked_at_is_masked_and_ends_the_line() {
        let text = format!("access_token={}&debug=1", "S3".repeat(1_000));
        assert_eq!(line(&text, 64), "access_token=***");
    }

    #[test]
    fn text_is_cut_at_a_character() {
        assert_eq!(line("企业微信", 7), "企业");
    }
}
