//! The access tokens that went over the wire, as the fake's journal does not show them.

use std::fmt;
use std::sync::Mutex;

use bytes::Bytes;
use host_harness::outbound::SendError;

/// Every access token, in the order of the requests and of the answers. `Debug` counts them.
#[derive(Default)]
pub struct Wire {
    issued: Mutex<Vec<String>>,
    used: Mutex<Vec<String>>,
}

impl Wire {
    /// The tokens that WeCom handed out, repetitions included.
    pub fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap().clone()
    }

    /// The tokens that requests carried, repetitions included.
    pub fn used(&self) -> Vec<String> {
        self.used.lock().unwrap().clone()
    }

    pub(crate) fn sent(&self, request: &http::Request<Bytes>) {
        let query = request.uri().query().unwrap_or_default();
        let token = query.split('&').find_map(|pair| pair.strip_prefix("access_token="));
        self.used.lock().unwrap().extend(token.map(str::to_owned));
    }

    pub(crate) fn received(&self, answer: &Result<http::Response<Bytes>, SendError>) {
        let Ok(response) = answer else { return };
        let body = String::from_utf8_lossy(response.body());
        let token = body.split_once("\"access_token\":\"").and_then(|(_, rest)| rest.split('"').next());
        self.issued.lock().unwrap().extend(token.map(str::to_owned));
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({} tokens issued, {} used)", self.issued().len(), self.used().len())
    }
}
