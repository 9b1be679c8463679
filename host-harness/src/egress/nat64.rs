//! Prefixes under which a network translates IPv6 to IPv4.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A prefix under which a network reaches IPv4 addresses (RFC 6052), such as `2001:db8:64::/96`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nat64Prefix {
    prefix: u128,
    length: u32,
}

/// A text is no prefix of a translation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no NAT64 prefix: give an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits without anything behind it, such as \
     2001:db8:64::/96"
)]
pub struct NoPrefix;

impl Nat64Prefix {
    /// `None` when the length is not one of RFC 6052's, or the address has bits behind it.
    #[must_use]
    pub fn new(address: Ipv6Addr, length: u32) -> Option<Self> {
        let sound =
            matches!(length, 32 | 40 | 48 | 56 | 64 | 96) && Self::truncated(address, length) == address;
        sound.then_some(Self { prefix: address.to_bits(), length })
    }

    /// The first bits of an address.
    pub(super) fn truncated(address: Ipv6Addr, length: u32) -> Ipv6Addr {
        let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length)).unwrap_or(0);
        Ipv6Addr::from_bits(address.to_bits() & mask)
    }

    pub(super) fn holds(self, address: Ipv6Addr) -> bool {
        Self::truncated(address, self.length).to_bits() == self.prefix
    }

    /// The IPv4 address that an address under this prefix stands for. Bits 64 to 71 are left out of it. A translator takes
    /// it from its place, whatever those bits and the ones behind it are.
    pub(super) fn embedded(self, address: Ipv6Addr) -> Option<Ipv4Addr> {
        let octets = address.octets();
        let mut places = self.places().map(|place| octets.get(place).copied());
        let mut octet = || places.next().flatten();
        let v4 = Ipv4Addr::new(octet()?, octet()?, octet()?, octet()?);
        self.holds(address).then_some(v4)
    }

    /// Whether an address is as RFC 6052 makes them under this prefix: bits 64 to 71 and all behind the IPv4 address are
    /// zero.
    pub(super) fn is_exact(self, address: Ipv6Addr) -> bool {
        let octets = address.octets();
        let mut others = self.places().skip(4).chain([GAP]).map(|place| octets.get(place));
        others.all(|octet| octet == Some(&0))
    }

    /// Of the octets behind the prefix, without the gap: the first four are the IPv4 address.
    fn places(self) -> impl Iterator<Item = usize> {
        let start = usize::try_from(self.length / 8).unwrap_or(usize::MAX);
        (start..16).filter(|place| *place != GAP)
    }
}

/// The octet of bits 64 to 71.
const GAP: usize = 8;

impl FromStr for Nat64Prefix {
    type Err = NoPrefix;

    fn from_str(text: &str) -> Result<Self, NoPrefix> {
        let (address, length) = text.split_once('/').ok_or(NoPrefix)?;
        let parsed = address.parse().ok().zip(length.parse().ok());
        parsed.and_then(|(address, length)| Self::new(address, length)).ok_or(NoPrefix)
    }
}

impl fmt::Display for Nat64Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv6Addr::from_bits(self.prefix), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of RFC 6052, section 2.4.
    #[test]
    fn the_examples_of_the_rfc_are_read() {
        for (prefix, address) in [
            ("2001:db8::/32", "2001:db8:c000:221::"),
            ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
            ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
            ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
            ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
            ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
        ] {
            let parsed: Nat64Prefix = prefix.parse().unwrap();
            assert_eq!(parsed.to_string(), prefix);
            assert_eq!(
                parsed.embedded(address.parse().unwrap()),
                Some(Ipv4Addr::new(192, 0, 2, 33)),
                "{prefix}"
            );
            assert_eq!(parsed.embedded("2001:db9::192.0.2.33".parse().unwrap()), None);
        }
    }

    #[test]
    fn other_texts_are_no_prefix() {
        for text in
            ["", "2001:db8::", "2001:db8::/33", "2001:db8::1/96", "10.0.0.0/32", "2001:db8::/-1", "x/96"]
        {
            assert_eq!(text.parse::<Nat64Prefix>(), Err(NoPrefix), "{text}");
        }
    }
}
