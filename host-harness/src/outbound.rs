//! How requests leave the host.
//!
//! [`Outbound`] carries one request that the [policy](crate::egress) has already let through. [`https`] does it over
//! the network, [`InProcess`] hands it to a function in this process.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

pub mod https;

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request that may leave, and how far.
#[derive(Debug)]
pub struct Departure {
    /// The request. Its URI holds secrets: never print it.
    pub request: http::Request<Bytes>,
    /// Which addresses the name may resolve to.
    pub addresses: Addresses,
    /// Wall clock for all of it.
    pub timeout: Duration,
    /// The largest body to read.
    pub response_bytes: usize,
}

/// Which addresses a connection may go to, checked after resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// Global ones.
    Public,
    /// Also private ones, for an origin that the operator granted them to.
    Private,
    /// Also loopback. For tests and demonstrations.
    Loopback,
}

/// Why there is no response. The contract's `http.error`, less `denied` by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The name resolves to an address that is not allowed. Nothing was sent.
    ForbiddenAddress,
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

impl<F> std::fmt::Debug for InProcess<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
