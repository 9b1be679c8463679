//! Requests of a stranger to the callback address.

use std::time::Duration;

use bytes::Bytes;
use host_harness::outbound::https::Https;
use host_harness::outbound::{Addresses, Departure, Outbound as _};

use crate::error::CliError;

/// Wall clock of anything in the demo that waits for another part of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// Posts `body` to `url` and gives the status of the answer.
pub(super) async fn post(outbound: &Https, url: &str, body: Bytes) -> Result<u16, CliError> {
    let request = http::Request::post(url)
        .body(body)
        .map_err(|_malformed| CliError::Demo(String::from("the callback address cannot be posted to")))?;
    let departure =
        Departure { request, addresses: Addresses::Loopback, timeout: PATIENCE, response_bytes: 1 << 16 };
    let answer = outbound.send(departure).await;
    answer
        .map(|response| response.status().as_u16())
        .map_err(|error| CliError::Demo(format!("the callback address did not answer: {error:?}")))
}
