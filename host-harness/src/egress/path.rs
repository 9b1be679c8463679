//! Path prefixes, compared so that no server sees another path than the one that was compared.

use std::fmt;

use percent_encoding::percent_decode;

/// The beginning of a path, in whole segments: `/cgi-bin` holds `/cgi-bin` and `/cgi-bin/gettoken`, and not
/// `/cgi-binary`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathPrefix(String);

impl PathPrefix {
    /// `None` when it does not begin with `/`, or holds more than letters, digits and `-._~/`, or a segment of dots.
    #[must_use]
    pub fn new(prefix: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let sound = prefix.starts_with('/') && prefix.bytes().all(plain) && !prefix.split('/').any(climbs);
        sound.then(|| Self(prefix.trim_end_matches('/').to_owned()))
    }

    /// The longest prefix that holds a URL's path: itself, or the folder above whatever a prefix cannot be. `None` when
    /// none would hold it.
    pub(crate) fn around(path: &str) -> Option<Self> {
        let mut folder = path;
        loop {
            if let Some(prefix) = Self::new(folder) {
                return Some(prefix).filter(|prefix| prefix.holds(path));
            }
            folder = folder.rsplit_once('/')?.0;
            if folder.is_empty() {
                folder = "/";
            }
        }
    }

    /// Whether a URL's path, as it is sent, lies within.
    ///
    /// Servers differ in how often they decode a path, in which encodings they know, and in what they take for a
    /// separator. So a path lies within only if it has one reading: decoded once, it consists of characters that no
    /// server takes for an escape, a separator or a dot.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        let within = path.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        within && has_one_reading(path)
    }
}

impl fmt::Display for PathPrefix {
    /// With its slash at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.0)
    }
}

/// Whether a path, decoded once, is UTF-8 of allowed characters, and no segment of it climbs.
fn has_one_reading(path: &str) -> bool {
    let decoded: Vec<u8> = percent_decode(path.as_bytes()).collect();
    str::from_utf8(&decoded)
        .is_ok_and(|decoded| decoded.chars().all(is_allowed) && !decoded.split('/').any(climbs))
}

/// Letters and digits of any script, and of the rest what means nothing to a server: no `%`, which a second decoding
/// would find; no `\\`, which some take for a slash; no `;`, behind which others see parameters; no control; and nothing
/// outside of ASCII that could be taken for a dot or a slash, such as their full-width forms.
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,:=@/ ".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

/// Whether a segment is dots and blanks only, or begins with two dots: systems that drop what they do not like at the
/// end of a name make `..` of `.. `. A plus sign is a blank to those that read a path like a form.
fn climbs(segment: &str) -> bool {
    let empty = segment.chars().all(|c| matches!(c, '.' | ' ' | '+'));
    (empty && !segment.is_empty()) || segment.starts_with("..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    #[test]
    fn a_prefix_holds_whole_segments() {
        let prefix = PathPrefix::new("/cgi-bin/").unwrap();
        assert_eq!(PathPrefix::new("/cgi-bin"), Some(prefix.clone()));
        for path in
            ["/cgi-bin", "/cgi-bin/", "/cgi-bin/gettoken", "/cgi-bin//x", "/cgi-bin/a%20b", "/cgi-bin/a%2fb"]
                .into_iter()
                .chain(["/cgi-bin/%E8%AE%A2%E5%8D%95", "/cgi-bin/.well-known/x.y", "/cgi-bin/a+b:c@d,(e)"])
        {
            assert!(prefix.holds(path), "{path}");
        }
        for path in [
            "/",
            "",
            "/cgi-binary",
            "/CGI-BIN/x",
            "/cgi%2dbin/x",
            "/x/cgi-bin/",
            "//cgi-bin/",
            "/cgi-bin%2fx",
        ] {
            assert!(!prefix.holds(path), "{path}");
        }
        assert!(PathPrefix::new("/").unwrap().holds("/anything"));
    }

    #[test]
    fn a_path_that_climbs_in_any_reading_lies_nowhere() {
        let prefix = PathPrefix::new("/cgi-bin").unwrap();
        for path in [
            "/cgi-bin/../admin",
            "/cgi-bin/..%2fadmin",
            "/cgi-bin/..%2Fadmin",
            "/cgi-bin/%2e%2e/admin",
            "/cgi-bin/%2e%2e%2fadmin",
            "/cgi-bin/.%2e/admin",
            "/cgi-bin/%252e%252e%252fadmin",
            "/cgi-bin/%25252e%25252e/admin",
            "/cgi-bin/..%5cadmin",
            "/cgi-bin/..\\admin",
            "/cgi-bin/..;/admin",
            "/cgi-bin/..%3bx/admin",
            "/cgi-bin/x%2f..%2f..%2fadmin",
            "/cgi-bin/x%00",
            "/cgi-bin/x%0d%0aHost:%20evil",
            "/cgi-bin/%2525252525252e",
            // Overlong UTF-8, the escapes of one server, full-width and other dots, blanks that are dropped.
            "/cgi-bin/%c0%ae%c0%ae/admin",
            "/cgi-bin/%e0%80%ae./admin",
            "/cgi-bin/%c0%af..%c0%afadmin",
            "/cgi-bin/%u002e%u002e/admin",
            "/cgi-bin/%u002e./admin",
            "/cgi-bin/..%20/admin",
            "/cgi-bin/.. /admin",
            "/cgi-bin/..+/admin",
            "/cgi-bin/.%20./admin",
            "/cgi-bin/%20../admin",
            "/cgi-bin/%EF%BC%8E%EF%BC%8E/admin",
            "/cgi-bin/%E2%80%A5/admin",
            "/cgi-bin/..%EF%BC%8Fadmin",
            "/cgi-bin/%E2%88%95..",
            "/cgi-bin/.../admin",
            "/cgi-bin/..:x/admin",
            "/cgi-bin/..",
            "/cgi-bin/.",
            "/cgi-bin/%",
            "/cgi-bin/100%25",
            "/cgi-bin/a;x=1/b",
            "/cgi-bin/%ff",
        ] {
            assert!(!prefix.holds(path), "{path}");
        }
    }

    #[test]
    fn around_a_path_is_the_longest_prefix_that_holds_it() {
        let around = |path| PathPrefix::around(path).map(|prefix| prefix.to_string());
        for (path, prefix) in [
            ("/v2/orders", "/v2/orders/"),
            ("/v2/orders/", "/v2/orders/"),
            ("/v2/%E8%AE%A2%E5%8D%95/17", "/v2/"),
            ("/v2/a%20b", "/v2/"),
            ("/a,b/c", "/"),
            ("/", "/"),
        ] {
            assert_eq!(around(path).as_deref(), Some(prefix), "{path}");
        }
        for path in ["/v2/..%2fadmin", "/v2/..%20/x", "/v2/%2e%2e/admin", "/v2/x%00", "no/path", ""] {
            assert_eq!(around(path), None, "{path}");
        }
    }

    #[test]
    fn a_prefix_has_one_reading() {
        for prefix in ["", "cgi-bin", "/../x", "/a/./b", "/a%2fb", "/a\\b", "/a;b", "/a?b", "/a#b", "/汉"] {
            assert_eq!(PathPrefix::new(prefix), None, "{prefix}");
        }
    }

    /// What a server may make of one segment after another, whichever way it reads a path.
    fn readings(path: &str) -> Vec<Vec<u8>> {
        type Decoder = fn(&[u8]) -> Vec<u8>;
        let decoders: [Decoder; 6] = [once, iis, overlong, form, narrow, slashes];
        let mut all = vec![path.as_bytes().to_vec()];
        let mut from = 0;
        for _ in 0..3 {
            let deeper: Vec<Vec<u8>> = all
                .iter()
                .skip(from)
                .flat_map(|reading| decoders.iter().map(move |decode| (reading, decode(reading))))
                .filter(|(reading, decoded)| decoded != *reading)
                .map(|(_, decoded)| decoded)
                .collect();
            from = all.len();
            all.extend(deeper);
        }
        all
    }

    fn once(path: &[u8]) -> Vec<u8> {
        percent_decode(path).collect()
    }

    /// `%u002e` beside `%2e`.
    fn iis(path: &[u8]) -> Vec<u8> {
        let text: String = path.iter().map(|byte| char::from(*byte)).collect();
        let mut parts = text.split("%u");
        let first = parts.next().unwrap_or_default().to_owned();
        let decoded = parts.fold(first, |decoded, part| {
            let code = part.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            match code.and_then(char::from_u32) {
                Some(c) => decoded + &c.to_string() + part.get(4..).unwrap_or_default(),
                None => decoded + "%u" + part,
            }
        });
        once(
            &decoded
                .chars()
                .flat_map(|c| u8::try_from(c).map_or_else(|_| c.to_string().into_bytes(), |b| vec![b]))
                .collect::<Vec<u8>>(),
        )
    }

    /// Two and three bytes for a character that has one.
    fn overlong(path: &[u8]) -> Vec<u8> {
        let mut rest = path;
        let mut decoded = Vec::new();
        loop {
            match rest {
                [a @ 0xc0..=0xc1, b @ 0x80..=0xbf, tail @ ..] => {
                    decoded.push((a & 1) << 6 | b & 0x3f);
                    rest = tail;
                }
                [0xe0, a @ 0x80..=0x81, b @ 0x80..=0xbf, tail @ ..] => {
                    decoded.push((a & 1) << 6 | b & 0x3f);
                    rest = tail;
                }
                [byte, tail @ ..] => {
                    decoded.push(*byte);
                    rest = tail;
                }
                [] => return decoded,
            }
        }
    }

    fn form(path: &[u8]) -> Vec<u8> {
        path.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()
    }

    /// Full-width dots and slashes, and others that compatibility makes plain ones of.
    fn narrow(path: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(path);
        let plain = [
            ("\u{ff0e}", "."),
            ("\u{2024}", "."),
            ("\u{fe52}", "."),
            ("\u{2025}", ".."),
            ("\u{2026}", "..."),
            ("\u{ff0f}", "/"),
            ("\u{2215}", "/"),
            ("\u{2044}", "/"),
            ("\u{ff3c}", "\\"),
            ("\u{3000}", " "),
        ];
        plain
            .into_iter()
            .fold(text.into_owned(), |text, (wide, plain)| text.replace(wide, plain))
            .into_bytes()
    }

    fn slashes(path: &[u8]) -> Vec<u8> {
        path.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect()
    }

    /// Where a server ends up that resolves dots, drops parameters, and drops dots and blanks at the end of a name.
    fn resolved(path: &[u8]) -> Vec<Vec<u8>> {
        let mut folders: Vec<Vec<u8>> = Vec::new();
        for segment in path.split(|byte| *byte == b'/') {
            let segment = segment.split(|byte| matches!(byte, b';' | 0)).next().unwrap_or_default();
            let kept = segment.trim_ascii();
            match kept {
                b"" | b"." => {}
                b".." => drop(folders.pop()),
                _ => folders.push(kept.to_vec()),
            }
        }
        folders
    }

    #[test]
    fn the_check_of_readings_sees_what_climbs() {
        for path in [
            "/a/../x",
            "/a/%2e%2e/x",
            "/a/%252e./x",
            "/a/%c0%ae./x",
            "/a/%u002e./x",
            "/a/..%20/x",
            "/a/..;y/x",
        ]
        .into_iter()
        .chain(["/a/%EF%BC%8E./x", "/a/..%5cx", "/a/%e0%80%ae./x", "/a/..+/x"])
        {
            let below = |reading: &Vec<u8>| resolved(reading).first().is_some_and(|folder| folder == b"a");
            assert!(!readings(path).iter().all(below), "{path}");
        }
    }

    /// The same cases everywhere; with `FRESH_CASES` set, others each time.
    fn seed() -> RngSeed {
        if std::env::var_os("FRESH_CASES").is_some() { RngSeed::Random } else { RngSeed::Fixed(30) }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_096, rng_seed: seed(), failure_persistence: None, ..ProptestConfig::default() })]

        /// What is allowed stays below the prefix, under every common decoding.
        #[test]
        fn what_is_allowed_stays_below_the_prefix_in_every_reading(
            pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12),
        ) {
            let path = format!("/cgi-bin/{}", pieces.concat());
            if PathPrefix::new("/cgi-bin").unwrap().holds(&path) {
                for reading in readings(&path) {
                    let folders = resolved(&reading);
                    prop_assert_eq!(folders.first().map(Vec::as_slice), Some(&b"cgi-bin"[..]), "{}", path);
                }
            }
        }
    }

    const PIECES: &[&str] = &[
        "a",
        "b7",
        "/",
        ".",
        "..",
        " ",
        "%20",
        "+",
        "%2e",
        "%2E",
        "%252e",
        "%2f",
        "%252f",
        "%5c",
        "\\",
        "%c0%ae",
        "%c0%af",
        "%e0%80%ae",
        "%u002e",
        "%u002f",
        "%u2025",
        "%EF%BC%8E",
        "%EF%BC%8F",
        "%E2%80%A5",
        "%E8%AE%A2",
        ";",
        "%3b",
        "%00",
        "%",
        "%25",
        "u002e",
        "2e",
        "c0",
        "ae",
        "%0d",
        "-",
        "_",
        "~",
        ":",
        "@",
        ",",
        "\u{ff0e}",
        "\u{8ba2}",
        "%ff",
        "%e3%80%80",
    ];
}
