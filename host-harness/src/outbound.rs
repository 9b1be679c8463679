//! How requests leave the host.
//!
//! [`Outbound`] carries one request that the [policy](crate::egress) has already let through. [`https`] does it over
//! the network, [`InProcess`] hands it to a function in this process.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

use crate::egress::AddressClass;

pub(crate) mod coding;
pub mod https;
pub mod lookups;
pub mod profile;
mod resolver;

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request that may leave, and how far.
pub struct Departure {
    /// The request. Its URI holds secrets: `Debug` leaves it out.
    pub request: http::Request<Bytes>,
    /// Which addresses the name may resolve to.
    pub addresses: Addresses,
    /// Wall clock for all of it.
    pub timeout: Duration,
    /// The largest body to read.
    pub response_bytes: usize,
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Departure")
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .field("addresses", &self.addresses)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Which addresses a connection may go to, checked after resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// Global ones.
    Public,
    /// Global and private ones, for an origin that the operator granted them to.
    Private,
    /// This machine's alone. For tests and demonstrations.
    Loopback,
}

/// Why there is no response. The contract's `http.error`, less `denied` by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The name resolves to addresses of this class alone, which are not allowed. Nothing was sent.
    ForbiddenAddress(AddressClass),
    /// No connection. Nothing was sent.
    Unreachable(String),
    /// Sent, and no complete answer came.
    Interrupted(String),
    /// The answer is larger than allowed.
    TooLarge,
}

/// Carries requests.
pub trait Outbound: Send + Sync {
    /// Carries one, follows no redirect, and reads the whole answer.
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>>;
}

/// Hands requests to a function in this process: a fake provider.
pub struct InProcess<F>(F);

impl<F> InProcess<F>
where
    F: Fn(http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> + Send + Sync,
{
    /// Answers every request with `provider`.
    pub const fn new(provider: F) -> Self {
        Self(provider)
    }
}

impl<F> fmt::Debug for InProcess<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl<F> Outbound for InProcess<F>
where
    F: Fn(http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> + Send + Sync,
{
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        let answer = (self.0)(departure.request).and_then(|response| {
            if response.body().len() > departure.response_bytes {
                Err(SendError::TooLarge)
            } else {
                Ok(response)
            }
        });
        Box::pin(std::future::ready(answer))
    }
}
