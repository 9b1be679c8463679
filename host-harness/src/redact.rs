//! The last gate before anything is printed: bounded, without control characters, without secrets in URLs.

/// Parameters whose values are never printed, wherever they stand.
const SECRET_PARAMETERS: [&str; 4] =
    ["access_token=", "corpsecret=", "suite_access_token=", "msg_signature="];

/// `text` in at most `bytes` bytes, control characters replaced, values of secret parameters masked.
#[must_use]
pub fn line(text: &str, bytes: usize) -> String {
    let mut clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for parameter in SECRET_PARAMETERS {
        clean = mask(&clean, parameter);
    }
    truncate(&mut clean, bytes);
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

/// Cuts to at most `bytes` bytes, at a character's boundary.
fn truncate(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
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

    #[test]
    fn text_is_cut_at_a_character() {
        assert_eq!(line("企业微信", 7), "企业");
    }
}
