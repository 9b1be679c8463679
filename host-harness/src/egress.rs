//! What an engine may reach.
//!
//! Two gates. [`Egress::check`] looks at the URL, parsed once and used as parsed: scheme, host and port must be one
//! of the granted origins, and the path within what is granted of it. [`address_class`] looks at the addresses that
//! the name resolves to, just before the connection, which goes to one of those.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::outbound::Addresses;

mod address;
mod nat64;
mod path;

pub use address::{AddressClass, address_class, address_class_behind};
pub use nat64::{Nat64Prefix, NoPrefix};
pub use path::PathPrefix;

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

/// Why a request is denied. Tells the operator which setting would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The host's setting.
    pub setting: &'static str,
    /// What was denied and why; no query, no secret.
    pub reason: String,
    /// What the operator would enter to allow it, ready to copy; `None` when nothing would.
    pub add: Option<String>,
}

impl Denied {
    /// Denied, and no entry in a list would change it.
    pub(crate) fn new(setting: &'static str, reason: impl Into<String>) -> Self {
        Self { setting, reason: reason.into(), add: None }
    }

    /// Denied until the operator enters `value`.
    fn until(setting: &'static str, value: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self { add: Some(format!("{setting} = {value}")), ..Self::new(setting, reason) }
    }

    /// An address that is not granted to `origin`.
    pub(crate) fn address(class: AddressClass, origin: impl fmt::Display) -> Self {
        match class {
            AddressClass::Private => Self::until(
                "egress.private_origins",
                format_args!("[\"{origin}\"]"),
                format!("{origin} has a private address"),
            ),
            AddressClass::Loopback => {
                Self::until("egress.loopback", true, format!("{origin} has an address of this machine"))
            }
            AddressClass::Public => {
                Self::new("egress.origins", format!("{origin} is granted for this machine alone"))
            }
            AddressClass::Never => Self::new(
                "egress.origins",
                format!("{origin} has an address that is link-local or reserved: none allows it"),
            ),
        }
    }
}

/// The grant of one tenant's engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    /// All it may call.
    pub origins: BTreeSet<Origin>,
    /// Origins among them of which it may call these paths alone. The others it may call whole.
    pub paths: BTreeMap<Origin, BTreeSet<PathPrefix>>,
    /// Origins among them that may lie on private addresses, for private deployments.
    pub private_origins: BTreeSet<Origin>,
    /// Whether loopback is allowed, over plain http too. For tests and demonstrations.
    pub loopback: bool,
}

impl Egress {
    /// Lets a URL pass, and tells which addresses it may resolve to.
    ///
    /// # Errors
    /// - [`Denied`]: the URL is not `https`, has user information, its origin or its path is not granted, or its host is
    ///   an address that is not.
    pub fn check(&self, url: &Url) -> Result<Addresses, Denied> {
        let denied = |reason| Err(Denied::new("egress.origins", reason));
        let Some(origin) = Origin::of_parsed(url) else {
            return denied(format!("scheme {}: only https is allowed", url.scheme()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return denied(format!("user information in a URL of {origin}"));
        }
        let literal = literal_class(url);
        if url.scheme() == "http" && literal != Some(AddressClass::Loopback) {
            return denied(format!("{origin} is not https"));
        }
        if !self.origins.contains(&origin) {
            let value = format!("[\"{origin}\"]");
            return Err(Denied::until("egress.origins", value, format!("{origin} is not granted")));
        }
        self.check_path(&origin, url.path())?;
        let addresses = if literal == Some(AddressClass::Loopback) && self.loopback {
            Addresses::Loopback
        } else if self.private_origins.contains(&origin) {
            Addresses::Private
        } else {
            Addresses::Public
        };
        match literal {
            Some(class) if !class.is_within(addresses) => Err(Denied::address(class, origin)),
            Some(_) | None => Ok(addresses),
        }
    }

    fn check_path(&self, origin: &Origin, path: &str) -> Result<(), Denied> {
        match self.paths.get(origin) {
            Some(prefixes) if !prefixes.iter().any(|prefix| prefix.holds(path)) => {
                let reason = format!("{origin}{path} is outside of the granted paths");
                Err(match PathPrefix::around(path) {
                    Some(prefix) => Denied::until(
                        "egress.paths",
                        format_args!("{{ \"{origin}\" = [\"{prefix}\"] }}"),
                        reason,
                    ),
                    None => Denied::new("egress.paths", reason),
                })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The class of a host that is an address, or `localhost`, which RFC 6761 makes one.
pub(crate) fn literal_class(url: &Url) -> Option<AddressClass> {
    match url.host()? {
        Host::Ipv4(address) => Some(address_class(IpAddr::V4(address))),
        Host::Ipv6(address) => Some(address_class(IpAddr::V6(address))),
        Host::Domain(name) => (name == "localhost").then_some(AddressClass::Loopback),
    }
}
