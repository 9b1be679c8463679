//! Requests over the network: rustls, no redirects, addresses checked after resolution.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::redirect;

use super::lookups::LookupError;
use super::profile::Profile;
use super::resolver::{CheckedResolver, NoAllowedAddress};
use super::{Addresses, BoxFuture, Departure, Outbound, SendError};
use crate::egress::{Nat64Prefix, address_class_behind};
use crate::error::RuntimeError;

/// How long a connection may take to be made. Failing here is harmless: nothing was sent.
const CONNECT: Duration = Duration::from_secs(5);

/// Sends over the network. Connections are pooled; cheap to clone.
#[derive(Clone, Debug)]
pub struct Https {
    public: reqwest::Client,
    private: reqwest::Client,
    loopback: reqwest::Client,
    nat64: Arc<[Nat64Prefix]>,
}

impl Https {
    /// Makes the clients, for the ordinary way out.
    ///
    /// # Errors
    /// - [`RuntimeError::Unavailable`]: TLS cannot be set up, mostly because the system has no root certificates.
    pub fn new() -> Result<Self, RuntimeError> {
        Self::with_profile(&Profile::default())
    }

    /// Makes the clients, for a way out of one's own. Tenants with the same profile share one: each has connections
    /// of its own.
    ///
    /// # Errors
    /// - [`RuntimeError::Profile`]: source and proxy cannot go together.
    /// - [`RuntimeError::Unavailable`]: as for [`new`](Self::new).
    pub fn with_profile(profile: &Profile) -> Result<Self, RuntimeError> {
        let proxy = profile.proxy()?;
        let client = |addresses| {
            let unavailable =
                |error: &dyn std::fmt::Display| RuntimeError::Unavailable { reason: format!("TLS: {error}") };
            // The process may have a provider already; either one serves.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .retry(reqwest::retry::never())
                .local_address(profile.source)
                .dns_resolver(Arc::new(CheckedResolver::new(addresses, profile)));
            match proxy.clone() {
                Some(proxy) => client.proxy(proxy),
                None => client,
            }
            .build()
            .map_err(|error| unavailable(&error))
        };
        Ok(Self {
            public: client(Addresses::Public)?,
            private: client(Addresses::Private)?,
            loopback: client(Addresses::Loopback)?,
            nat64: profile.nat64.clone().into(),
        })
    }

    const fn client(&self, addresses: Addresses) -> &reqwest::Client {
        match addresses {
            Addresses::Public => &self.public,
            Addresses::Private => &self.private,
            Addresses::Loopback => &self.loopback,
        }
    }
}

impl Outbound for Https {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        Box::pin(async move {
            let Departure { request, addresses, timeout, response_bytes } = departure;
            // A literal address never meets the resolver.
            let literal = request.uri().host().and_then(|host| host.trim_matches(['[', ']']).parse().ok());
            if let Some(class) = literal.map(|address| address_class_behind(address, &self.nat64))
                && !class.is_within(addresses)
            {
                return Err(SendError::ForbiddenAddress(class));
            }
            let mut request = reqwest::Request::try_from(request)
                .map_err(|error| SendError::Unreachable(error.without_url().to_string()))?;
            *request.timeout_mut() = Some(timeout);
            let answer = self.client(addresses).execute(request).await.map_err(|error| classify(&error))?;
            read(answer, response_bytes).await
        })
    }
}

/// Reads the body, as far as it is allowed to go.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<http::Response<Bytes>, SendError> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    let mut body = BytesMut::new();
    while let Some(chunk) =
        answer.chunk().await.map_err(|error| SendError::Interrupted(error.without_url().to_string()))?
    {
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(SendError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    *response.body_mut() = body.freeze();
    Ok(response)
}

/// Tells whether anything was sent. Everything after the connection may have been.
fn classify(error: &reqwest::Error) -> SendError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(NoAllowedAddress(class)) = error.downcast_ref() {
            return SendError::ForbiddenAddress(*class);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>().filter(|error| error.is_parse()) {
            return SendError::Interrupted(format!(
                "the answer is not sound HTTP: {error} (for a header: a control character in it, or an unsound name)"
            ));
        }
        if let Some(lookup) = error.downcast_ref::<LookupError>() {
            return SendError::Unreachable(lookup.to_string());
        }
        cause = error.source();
    }
    if error.is_connect() || error.is_builder() {
        SendError::Unreachable(String::from("no connection"))
    } else if error.is_timeout() {
        SendError::Interrupted(String::from("no answer in time"))
    } else {
        SendError::Interrupted(String::from("the connection ended before the answer was complete"))
    }
}
