//! How far away an address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::nat64::Nat64Prefix;
use crate::outbound::Addresses;

/// How far away an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressClass {
    /// Anybody's.
    Public,
    /// Of an organisation's own network.
    Private,
    /// Of this machine.
    Loopback,
    /// Link-local, cloud metadata, multicast, broadcast, unspecified, documentation, benchmarks, reserved. Never allowed.
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
    address_class_behind(address, &[])
}

/// As [`address_class`], in a network that translates to IPv4 under prefixes of its own.
#[must_use]
pub fn address_class_behind(address: IpAddr, nat64: &[Nat64Prefix]) -> AddressClass {
    match address {
        IpAddr::V4(v4) => v4_class(v4),
        IpAddr::V6(v6) => {
            let translated = nat64.iter().filter_map(|prefix| prefix.embedded(v6));
            match translated.map(v4_class).max() {
                Some(class) => class,
                None => local_nat64_class(v6).unwrap_or_else(|| plain_v6_class(v6)),
            }
        }
    }
}

fn plain_v6_class(address: Ipv6Addr) -> AddressClass {
    embedded_v4(address).map_or_else(|| v6_class(address), v4_class)
}

/// The class of an address of 64:ff9b:1::/48 (RFC 8215), `None` for others. Networks choose the length of their prefix
/// within it, and so where the IPv4 address stands: what is farthest away of all that it can stand for counts. Zeros in
/// front of an address that stands farther behind are no address of "this network", to which no translator sends.
fn local_nat64_class(address: Ipv6Addr) -> Option<AddressClass> {
    let lengths = [48, 56, 64, 96].into_iter();
    let prefix = Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0);
    let within = Nat64Prefix::new(prefix, 48)?.holds(address);
    let possible = lengths.filter_map(|length| {
        let prefix = Nat64Prefix::new(Nat64Prefix::truncated(address, length), length)?;
        prefix.embedded(address).filter(|v4| prefix.is_exact(address) || v4.octets().first() != Some(&0))
    });
    within.then(|| possible.map(v4_class).max().unwrap_or(AddressClass::Never))
}

const fn v4_class(address: Ipv4Addr) -> AddressClass {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // Clouds tell secrets to whoever asks here: Alibaba within the shared address space, Azure at a global address.
        // The others do it on link-local ones.
        (100, 100, 100) | (168, 63, 129) => AddressClass::Never,
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
    let [first, second, third, ..] = address.segments();
    // Metadata of Amazon, Google and Scaleway, inside what is otherwise private.
    let metadata = matches!((first, second, third), (0xfd00, 0x0ec2 | 0x0042, _) | (0xfd20, 0x00ce, 0));
    // IETF assignments (Teredo and benchmarks among them), and documentation.
    let assigned = matches!((first, second), (0x2001, 0..=0x01ff | 0x0db8) | (0x3fff, 0..=0x0fff));
    if address.is_loopback() {
        AddressClass::Loopback
    } else if metadata || assigned || is_isatap(address) {
        AddressClass::Never
    } else if first & 0xfe00 == 0xfc00 {
        AddressClass::Private
    } else if first & 0xe000 == 0x2000 {
        AddressClass::Public
    } else {
        AddressClass::Never
    }
}

/// Whether an address leads through a tunnel to the IPv4 address that it ends with (RFC 5214), which may be any.
const fn is_isatap(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [_, _, _, _, 0x0000 | 0x0200, 0x5efe, ..])
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

    #[test]
    fn addresses_are_classified_through_every_disguise() {
        use AddressClass::{Loopback, Never, Private, Public};
        for (class, addresses) in [
            (Public, ["1.1.1.1", "100.128.0.1", "172.32.0.1", "192.169.0.1", "223.255.255.255"].as_slice()),
            (Public, &["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]),
            (Private, &["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1"]),
            (Private, &["100.64.0.1", "100.127.255.255", "fc00::1", "fd00::1", "fdff:ffff::1"]),
            (Private, &["::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:6440:1"]),
            (Loopback, &["127.0.0.1", "127.0.0.53", "127.255.255.255", "::1"]),
            (Loopback, &["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]),
            // Unspecified and "this network", which some systems take for this machine.
            (Never, &["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "64:ff9b::"]),
            // Link-local, with its metadata, under every disguise.
            (Never, &["169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "febf::1", "fec0::1"]),
            (
                Never,
                &["::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"],
            ),
            // Metadata elsewhere: Alibaba, Azure, Oracle, Amazon, Google, Scaleway.
            (Never, &["100.100.100.200", "168.63.129.16", "192.0.0.192"]),
            (
                Never,
                &["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "::ffff:100.100.100.200"],
            ),
            // Documentation, benchmarks, assignments, relays.
            (Never, &["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255"]),
            (Never, &["192.0.0.1", "192.88.99.1", "2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1"]),
            // Teredo holds an IPv4 address as well, and nobody offers it any more.
            (Never, &["2001:0:4136:e378:8000:63bf:3fff:fdd2"]),
            // Multicast, reserved, broadcast, discarded; local translation, segment routing.
            (Never, &["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1"]),
            (Never, &["100::1", "5f00::1"]),
            // Local translation. What can be read in two ways, as with prefixes of 48 and 56 bits, counts as the farther.
            (Private, &["64:ff9b:1::a00:1", "64:ff9b:1:7:a:0:100:0"]),
            (Never, &["64:ff9b:1:a:0:1::", "64:ff9b:1:a00:0:100::"]),
            (Public, &["64:ff9b:1::101:101"]),
            // Translators take the address from its place, whatever stands behind it and in the gap.
            (
                Private,
                &["64:ff9b:1:a00:0:100:101:101", "64:ff9b:1:a00:100:100:101:101", "64:ff9b:1:0:a:0:101:101"],
            ),
            (Never, &["64:ff9b:1:a9fe:a9:fe00:101:101", "64:ff9b:1:a9fe:ffa9:fe00:101:101"]),
            (Loopback, &["64:ff9b:1::7f00:1"]),
            (Never, &["64:ff9b:1::a9fe:a9fe", "64:ff9b:1::", "64:ff9b:1:a9fe:a9:fe00::"]),
            // Tunnels of ISATAP, to whatever IPv4 address.
            (Never, &["2001:470:1f0b::5efe:10.0.0.1", "2001:470:1f0b::200:5efe:169.254.169.254"]),
            (Never, &["fd00::5efe:10.0.0.1", "fe80::200:5efe:10.0.0.1", "2606:4700::5efe:1.1.1.1"]),
        ] {
            for address in addresses {
                assert_eq!(address_class(address.parse().unwrap()), class, "{address}");
            }
        }
    }

    #[test]
    fn a_networks_own_translation_is_looked_through() {
        use AddressClass::{Loopback, Never, Private, Public};
        let prefixes: Vec<Nat64Prefix> = ["2001:470:64::/96", "2606:4700:0:1::/64", "2a00:1450::/32"]
            .into_iter()
            .map(|prefix| prefix.parse().unwrap())
            .collect();
        for (address, class) in [
            ("2001:470:64::10.0.0.1", Private),
            ("2001:470:64::169.254.169.254", Never),
            ("2001:470:64::127.0.0.1", Loopback),
            ("2001:470:64::1.1.1.1", Public),
            ("2606:4700:0:1:a:0:100:0", Private),
            ("2a00:1450:a00:1::", Private),
            // Whatever stands behind the address and in the gap.
            ("2606:4700:0:1:a:0:100:1", Private),
            ("2606:4700:0:1:ff0a:0:100:1", Private),
            ("2a00:1450:a9fe:a9fe::1", Never),
            ("2a00:1450:a9fe:a9fe:ff00::", Never),
            // Of other networks, and of one's own outside of the translation.
            ("2001:470:65::10.0.0.1", Public),
            ("2606:4700:0:2:a:0:100:0", Public),
        ] {
            assert_eq!(address_class_behind(address.parse().unwrap(), &prefixes), class, "{address}");
        }
    }

    #[test]
    fn a_grant_reaches_no_further_than_it_says() {
        use AddressClass::{Loopback, Never, Private, Public};
        for (addresses, within) in [
            (Addresses::Public, [true, false, false, false]),
            (Addresses::Private, [true, true, false, false]),
            (Addresses::Loopback, [false, false, true, false]),
        ] {
            assert_eq!([Public, Private, Loopback, Never].map(|class| class.is_within(addresses)), within);
        }
    }
}
