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
        let sound = prefix.starts_with('/') && prefix.bytes().all(plain) && !climbs(prefix.as_bytes());
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
    /// Servers differ in how often they decode a path, and in what they take for a separator. A path that climbs in
    /// any of those readings lies nowhere.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        let within = path.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        within && is_plain_in_every_reading(path)
    }
}

impl fmt::Display for PathPrefix {
    /// With its slash at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.0)
    }
}

/// Whether no decoding of it has a segment of dots or a control character.
fn is_plain_in_every_reading(path: &str) -> bool {
    /// More layers than any server takes off.
    const LAYERS: usize = 4;
    let mut reading = path.as_bytes().to_vec();
    for _ in 0..LAYERS {
        if climbs(&reading) || reading.iter().any(u8::is_ascii_control) {
            return false;
        }
        let decoded: Vec<u8> = percent_decode(&reading).collect();
        if decoded == reading {
            return true;
        }
        reading = decoded;
    }
    false
}

/// Whether a segment is `.` or `..`, also with parameters (`..;x`), and with either slash.
fn climbs(path: &[u8]) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .filter_map(|segment| segment.split(|byte| *byte == b';').next())
        .any(|segment| segment == b"." || segment == b"..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_holds_whole_segments() {
        let prefix = PathPrefix::new("/cgi-bin/").unwrap();
        assert_eq!(PathPrefix::new("/cgi-bin"), Some(prefix.clone()));
        for path in
            ["/cgi-bin", "/cgi-bin/", "/cgi-bin/gettoken", "/cgi-bin//x", "/cgi-bin/a%20b", "/cgi-bin/a%2fb"]
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
        for path in ["/v2/..%2fadmin", "/v2/%2e%2e/admin", "/v2/x%00", "no/path", ""] {
            assert_eq!(around(path), None, "{path}");
        }
    }

    #[test]
    fn a_prefix_has_one_reading() {
        for prefix in ["", "cgi-bin", "/../x", "/a/./b", "/a%2fb", "/a\\b", "/a;b", "/a?b", "/a#b", "/汉"] {
            assert_eq!(PathPrefix::new(prefix), None, "{prefix}");
        }
    }
}
