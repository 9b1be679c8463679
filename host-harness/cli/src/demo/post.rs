//! Requests of a stranger to the callback address.

use std::time::Duration;

use bytes::Bytes;
use host_harness::outbound::https::Https;
use host_harness::outbound::{Addresses, Departure, Outbound as _};

use super::error::DemoError;

/// Wall clock of anything in the demo that waits for another part of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// Posts `body` to `url` and gives the status of the answer.
pub(super) async fn post(outbound: &Https, url: &str, body: Bytes) -> Result<u16, DemoError> {
    let request = http::Request::post(url).body(body)?;
    let departure =
        Departure { request, addresses: Addresses::Loopback, timeout: PATIENCE, response_bytes: 1 << 16 };
    let response = outbound.send(departure).await.map_err(DemoError::NoAnswer)?;
    Ok(response.status().as_u16())
}
