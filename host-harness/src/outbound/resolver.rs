//! The gate behind the names: passes on only the addresses that are allowed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Addresses;
use super::lookups::LookupError;
use super::profile::Profile;
use crate::egress::{AddressClass, address_class_behind};

/// Resolves a name once and hands over its allowed addresses. The connection goes to one of these: the name is not
/// resolved again, so a second answer of another kind comes too late.
#[derive(Debug)]
pub(super) struct CheckedResolver {
    addresses: Addresses,
    profile: Arc<Profile>,
}

/// Every address of a name was forbidden; the class of the first.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to no allowed address")]
pub(super) struct NoAllowedAddress(pub(super) AddressClass);

impl CheckedResolver {
    pub(super) fn new(addresses: Addresses, profile: &Profile) -> Self {
        Self { addresses, profile: Arc::new(profile.clone()) }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (addresses, profile) = (self.addresses, self.profile.clone());
        Box::pin(async move {
            // On the way through a proxy, a host that is an address comes by here as well.
            let found: Vec<IpAddr> = match name.as_str().trim_matches(['[', ']']).parse() {
                Ok(literal) => vec![literal],
                Err(_) => profile.lookups.addresses(&profile.names, name.as_str()).await?,
            };
            let class = |address| address_class_behind(address, &profile.nat64);
            let Some(first) = found.first().copied().map(class) else {
                return Err(LookupError::Unknown.into());
            };
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| class(*address).is_within(addresses))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if allowed.is_empty() {
                return Err(NoAllowedAddress(first).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
