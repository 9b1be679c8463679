//! A way out that announces each request.

use bytes::Bytes;
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};

use crate::parent::Parent;

/// Tells the parent before anything leaves.
#[derive(Debug)]
pub(crate) struct Announced<O>(pub(crate) O, pub(crate) Parent);

impl<O: Outbound> Outbound for Announced<O> {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        self.1.tell(&format!("send {}", departure.request.uri().path()));
        self.0.send(departure)
    }
}
