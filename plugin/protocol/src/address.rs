//! IP addresses as texts. They are recognised and passed on, never taken apart: the parsers and printers of the
//! standard library are 7 KB of the component.

/// Whether `text` is an IPv4 address in decimal, without leading zeros.
pub(crate) fn is_ipv4(text: &str) -> bool {
    let is_octet = |octet: &str| octet.parse::<u8>().is_ok_and(|number| number.to_string() == octet);
    text.split('.').count() == 4 && text.split('.').all(is_octet)
}

/// Whether `text` is an IPv6 address in groups of hexadecimal digits alone.
pub(crate) fn is_ipv6(text: &str) -> bool {
    match text.split_once("::") {
        Some((head, tail)) => {
            matches!((groups(head), groups(tail)), (Some(head), Some(tail)) if head + tail < 8)
        }
        None => groups(text) == Some(8),
    }
}

/// How many groups these are; `None` when one of them is no group.
fn groups(text: &str) -> Option<usize> {
    let is_group =
        |group: &str| (1..=4).contains(&group.len()) && group.bytes().all(|digit| digit.is_ascii_hexdigit());
    match text {
        "" => Some(0),
        _ => text.split(':').all(is_group).then(|| text.split(':').count()),
    }
}

#[cfg(test)]
mod tests {
    use core::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn an_address_is_what_the_standard_library_takes_for_one() {
        for text in [
            "",
            "1",
            "1.2.3",
            "1.2.3.4",
            "127.0.0.1",
            "255.255.255.255",
            "1.2.3.256",
            "1.2.3.04",
            "1.2.3.+4",
            "1.2.3.4.5",
            "1.2.3.",
            ".1.2.3",
            "0.0.0.0",
            "a.b.c.d",
            ":",
            "::",
            "::1",
            "1::",
            "1:2",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1::2:3:4:5:6:7:8",
            "1::2::3",
            ":::",
            "1:::2",
            "12345::",
            "g::",
            "2001:DB8::1",
            " ::1",
            "fe80::1%eth0",
            "::1:",
            ":1::",
        ] {
            assert_eq!(is_ipv4(text), text.parse::<Ipv4Addr>().is_ok(), "{text}");
            assert_eq!(is_ipv6(text), text.parse::<Ipv6Addr>().is_ok(), "{text}");
        }
    }
}
