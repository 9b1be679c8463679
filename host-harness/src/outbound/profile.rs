//! Which way requests leave the machine: from which address, through which proxy, by whose names.
//!
//! A provider may trust one address for each company; a host may have one for each tenant. An engine
//! [with other services](crate::ApprovalEngine::with_services) leaves by another profile.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::BoxFuture;
use super::lookups::Lookups;
use crate::egress::Nat64Prefix;
use crate::error::RuntimeError;
use crate::secret::Secret;

/// A way out. The default is the system's own address, no proxy, and the system's names.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The address of this machine that connections come from. Only destinations of its family are reached.
    /// `egress.source`
    pub source: Option<IpAddr>,
    /// All connections go through it. `egress.proxy`
    pub proxy: Option<Proxy>,
    /// Resolves names.
    pub names: Arc<dyn Names>,
    /// How many names are looked up at once. By default, profiles share the places of the process.
    pub lookups: Lookups,
    /// Prefixes under which this network translates to IPv4, beside those that RFC 6052 and RFC 8215 give to all: what
    /// lies behind them counts as the IPv4 address that it is. `egress.nat64`
    pub nat64: Vec<Nat64Prefix>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            source: None,
            proxy: None,
            names: Arc::new(SystemNames),
            lookups: Lookups::default(),
            nat64: Vec::new(),
        }
    }
}

/// A SOCKS5 proxy.
///
/// The host resolves the name, checks the addresses, and asks the proxy for one of them; TLS is with the name. So the
/// proxy carries and decides nothing. An HTTP proxy is asked for a name and resolves it again, perhaps to another
/// address than the one that was checked: a host that must use one implements [`Outbound`](super::Outbound) and
/// leaves the check of addresses to that proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Where it listens. Given by the operator, so it may be private.
    pub address: SocketAddr,
    /// User name and password.
    pub login: Option<(String, Secret)>,
}

impl Profile {
    pub(super) fn proxy(&self) -> Result<Option<reqwest::Proxy>, RuntimeError> {
        let Some(Proxy { address, login }) = &self.proxy else { return Ok(None) };
        let unfit = |reason: String| RuntimeError::Profile { reason };
        if self.source.is_some_and(|source| source.is_ipv4() != address.is_ipv4()) {
            return Err(unfit(String::from("egress.source and egress.proxy are of different families")));
        }
        // `socks5h` would leave the name to the proxy.
        let proxy = reqwest::Proxy::all(format!("socks5://{address}"))
            .map_err(|error| unfit(format!("egress.proxy: {error}")))?;
        Ok(Some(match login {
            Some((user, password)) => proxy.basic_auth(user, password.expose()),
            None => proxy,
        }))
    }
}

/// Resolves names to addresses. What it answers is checked.
pub trait Names: Send + Sync + fmt::Debug {
    /// All addresses of a name. Asked once for each connection, which goes to one of the answers; connections that are made
    /// at the same time share an answer. A name without an address is [`NotFound`](io::ErrorKind::NotFound): with any other
    /// error the resolver has given no answer.
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(told)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The standard library keeps the resolver's code to itself and hands on its words, which Rust programs get in English:
/// those of glibc, musl and the BSDs for a name that has no address.
fn told(error: io::Error) -> io::Error {
    const UNKNOWN: [&str; 5] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "Name has no usable address",
        "nodename nor servname provided",
    ];
    let words = error.to_string();
    let is_unknown = UNKNOWN.iter().any(|unknown| words.contains(unknown));
    if is_unknown { io::Error::new(io::ErrorKind::NotFound, error) } else { error }
}
