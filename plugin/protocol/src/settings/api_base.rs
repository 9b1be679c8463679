//! The base address of WeCom's API: `https` always, `http` to this machine alone.

use crate::address::{is_ipv4, is_ipv6};

/// Why a text is no base address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Neither `https` nor `http` to loopback.
    Scheme,
    /// Not scheme, host, port and path.
    Shape,
}

/// Checks a base address and takes the slash at its end away.
pub(super) fn read(url: &str) -> Result<&str, Unfit> {
    let (scheme, rest) = url.split_once("://").ok_or(Unfit::Shape)?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = split_port(authority).ok_or(Unfit::Shape)?;
    if authority.starts_with('[') != is_ipv6(host) {
        return Err(Unfit::Shape);
    }
    if !is_host(host) || !port.is_none_or(is_port) || !is_path(path) {
        return Err(Unfit::Shape);
    }
    match scheme {
        "https" => Ok(url.trim_end_matches('/')),
        "http" if is_loopback(host) => Ok(url.trim_end_matches('/')),
        _ => Err(Unfit::Scheme),
    }
}

/// Scheme, host and port of an address that [`read`] has let through.
pub(super) fn origin(base: &str) -> &str {
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base.get(authority..).and_then(|rest| rest.find('/')).map_or(base.len(), |at| authority + at);
    base.get(..end).unwrap_or(base)
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None if rest.is_empty() => Some((host, None)),
            None => None,
        };
    }
    Some(authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))))
}

fn is_host(host: &str) -> bool {
    let name = |host: &str| {
        host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    };
    host.len() <= 253 && (is_ipv6(host) || name(host))
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_path(path: &str) -> bool {
    path.len() <= 256
        && !path.contains("..")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ipv4(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_passes_and_http_only_to_this_machine() {
        assert_eq!(read("https://qyapi.weixin.qq.com"), Ok("https://qyapi.weixin.qq.com"));
        assert_eq!(read("https://wecom.corp.example:8443/api/"), Ok("https://wecom.corp.example:8443/api"));
        assert_eq!(read("http://127.0.0.1:4010"), Ok("http://127.0.0.1:4010"));
        assert_eq!(read("http://[::1]:4010"), Ok("http://[::1]:4010"));
        assert_eq!(read("http://qyapi.weixin.qq.com"), Err(Unfit::Scheme));
        assert_eq!(read("http://127.0.0.1.evil.example"), Err(Unfit::Scheme));
        assert_eq!(read("file://localhost/etc/passwd"), Err(Unfit::Scheme));
    }

    #[test]
    fn nothing_but_scheme_host_port_and_path_passes() {
        for url in [
            "",
            "qyapi.weixin.qq.com",
            "https://",
            "https://user@host.example",
            "https://host.example?x=1",
            "https://host.example/#x",
            "https://host.example:0",
            "https://host.example:99999",
            "https://host..example",
            "https://host.example/a/../b",
            "https://host.example/\r\nx",
            "https://[::1",
            "http://[127.0.0.1]:4010",
            "http://[localhost]",
            "https://[wecom.corp.example]",
        ] {
            assert_eq!(read(url), Err(Unfit::Shape), "{url}");
        }
    }

    #[test]
    fn the_origin_ends_before_the_path() {
        assert_eq!(origin("https://wecom.corp.example:8443/api"), "https://wecom.corp.example:8443");
        assert_eq!(origin("https://qyapi.weixin.qq.com"), "https://qyapi.weixin.qq.com");
    }
}
