//! What an engine may reach.
//!
//! Two gates. [`Egress::check`] looks at the URL, parsed once and used as parsed: scheme, host and port must be one
//! of the granted origins. [`address_class`] looks at the addresses that the name resolves to, just before the
//! connection.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::outbound::Addresses;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The origin of a URL; `None` when it is none of `http` or `https`, or is no URL.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        Url::parse(url).ok().as_ref().and_then(Self::of_parsed)
    }

    fn of_parsed(url: &Url) -> Option<Self> {
        matches!(url.scheme(), "http" | "https").then(|| Self(url.origin().ascii_serialization()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a URL is denied. Tells the operator which setting would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The host's setting.
    pub setting: &'static str,
    /// What was denied and why; no query, no secret.
    pub reason: String,
}

/// The grant of one tenant's engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    /// All it may call.
    pub origins: BTreeSet<Origin>,
    /// Origins among them that may lie on private addresses, for private deployments.
    pub private_origins: BTreeSet<Origin>,
    /// Whether loopback is allowed, over plain http too. For tests and demonstrations.
    pub loopback: bool,
}

impl Egress {
    /// Lets a URL pass, and tells which addresses it may resolve to.
    ///
    /// # Errors
    /// - [`Denied`]: the URL is not `https`, has user information, or its origin is not granted.
    pub fn check(&self, url: &Url) -> Result<Addresses, Denied> {
        let denied = |setting, reason| Err(Denied { setting, reason });
        let Some(origin) = Origin::of_parsed(url) else {
            return denied("egress.origins", format!("scheme {}: only https is allowed", url.scheme()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return denied("egress.origins", format!("user information in a URL of {origin}"));
        }
        let loopback = is_loopback(url);
        if url.scheme() == "http" && !loopback {
            return denied("egress.origins", format!("{origin} is not https"));
        }
        if !self.origins.contains(&origin) {
            return denied("egress.origins", format!("{origin} is not granted: add it to allow it"));
        }
        if loopback {
            return if self.loopback {
                Ok(Addresses::Loopback)
            } else {
                denied("egress.loopback", format!("{origin} is on this machine"))
            };
        }
        Ok(if self.private_origins.contains(&origin) { Addresses::Private } else { Addresses::Public })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// How far away an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressClass {
    /// Anybody's.
    Public,
    /// Of an organisation's own network.
    Private,
    /// Of this machine.
    Loopback,
    /// Link-local (cloud metadata among them), multicast, broadcast, unspecified, reserved. Never allowed.
    Never,
}

impl AddressClass {
    /// Whether an address of this class may be connected to.
    #[must_use]
    pub fn is_within(self, addresses: Addresses) -> bool {
        match (self, addresses) {
            (Self::Never, _) => false,
            (Self::Public, Addresses::Public | Addresses::Private) => true,
            (Self::Private, Addresses::Private) => true,
            (Self::Loopback, Addresses::Loopback) => true,
            (Self::Public | Self::Private, Addresses::Loopback)
            | (Self::Loopback, Addresses::Public | Addresses::Private)
            | (Self::Private, Addresses::Public) => false,
        }
    }
}

/// Classifies an address. IPv4 inside IPv6 counts as the IPv4 address it stands for.
#[must_use]
pub fn address_class(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(v4) => v4_class(v4),
        IpAddr::V6(v6) => embedded_v4(v6).map_or_else(|| v6_class(v6), v4_class),
    }
}

const fn v4_class(address: Ipv4Addr) -> AddressClass {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => AddressClass::Loopback,
        // RFC 1918, and RFC 6598's shared address space.
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => AddressClass::Private,
        // "This network", link-local, IETF assignments, documentation, benchmarks, multicast and beyond.
        (0, ..)
        | (169, 254, _)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18 | 19, _)
        | (198, 51, 100)
        | (203, 0, 113)
        | (224.., ..) => AddressClass::Never,
        _ => AddressClass::Public,
    }
}

fn v6_class(address: Ipv6Addr) -> AddressClass {
    let [first, second, ..] = address.segments();
    if address.is_loopback() {
        AddressClass::Loopback
    } else if first & 0xfe00 == 0xfc00 {
        AddressClass::Private
    } else if first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0x0db8) {
        AddressClass::Public
    } else {
        AddressClass::Never
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(v4(high, low)),
        (0, 0, 0, 0, 0, 0) if high != 0 => Some(v4(high, low)),
        (0x2002, ..) => Some(v4(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn egress(origins: &[&str]) -> Egress {
        Egress {
            origins: origins.iter().filter_map(|origin| Origin::of(origin)).collect(),
            ..Egress::default()
        }
    }

    fn check(egress: &Egress, url: &str) -> Result<Addresses, &'static str> {
        egress.check(&Url::parse(url).unwrap()).map_err(|denied| denied.setting)
    }

    #[test]
    fn only_granted_origins_pass() {
        let wecom = egress(&["https://qyapi.weixin.qq.com"]);
        assert_eq!(check(&wecom, "https://qyapi.weixin.qq.com/cgi-bin/gettoken?x=1"), Ok(Addresses::Public));
        assert_eq!(check(&wecom, "https://QYAPI.weixin.qq.com:443/"), Ok(Addresses::Public));
        for other in [
            "https://qyapi.weixin.qq.com.evil.example/",
            "https://qyapi.weixin.qq.com:8443/",
            "https://qyapi.weixin.qq.com@evil.example/",
            "https://evil.example/?https://qyapi.weixin.qq.com",
            "http://qyapi.weixin.qq.com/",
            "ftp://qyapi.weixin.qq.com/",
            "https://10.0.0.1/",
        ] {
            assert_eq!(check(&wecom, other), Err("egress.origins"), "{other}");
        }
    }

    #[test]
    fn loopback_needs_its_own_grant() {
        let mut local = egress(&["http://127.0.0.1:8080"]);
        assert_eq!(check(&local, "http://127.0.0.1:8080/x"), Err("egress.loopback"));
        local.loopback = true;
        assert_eq!(check(&local, "http://127.0.0.1:8080/x"), Ok(Addresses::Loopback));
        assert_eq!(check(&local, "http://127.0.0.1:8081/x"), Err("egress.origins"));
    }

    #[test]
    fn addresses_are_classified_through_every_disguise() {
        for (address, class) in [
            ("1.1.1.1", AddressClass::Public),
            ("2606:4700::1111", AddressClass::Public),
            ("10.1.2.3", AddressClass::Private),
            ("172.31.0.1", AddressClass::Private),
            ("192.168.1.1", AddressClass::Private),
            ("100.64.0.1", AddressClass::Private),
            ("fd00::1", AddressClass::Private),
            ("127.0.0.53", AddressClass::Loopback),
            ("::1", AddressClass::Loopback),
            ("::ffff:127.0.0.1", AddressClass::Loopback),
            ("::ffff:10.0.0.1", AddressClass::Private),
            ("64:ff9b::a9fe:a9fe", AddressClass::Never),
            ("2002:7f00:1::", AddressClass::Loopback),
            ("::127.0.0.1", AddressClass::Loopback),
            ("169.254.169.254", AddressClass::Never),
            ("fe80::1", AddressClass::Never),
            ("0.0.0.0", AddressClass::Never),
            ("::", AddressClass::Never),
            ("255.255.255.255", AddressClass::Never),
            ("224.0.0.1", AddressClass::Never),
            ("ff02::1", AddressClass::Never),
        ] {
            assert_eq!(address_class(address.parse().unwrap()), class, "{address}");
        }
    }

    #[test]
    fn a_public_grant_never_reaches_inside() {
        for inside in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:192.168.0.1"] {
            assert!(!address_class(inside.parse().unwrap()).is_within(Addresses::Public), "{inside}");
        }
    }
}
