//! Events on their way to the receive-event-server, 接收事件服务器.

mod envelope;
mod event;
mod outbox;
mod save;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

pub(crate) use event::{Sections, approval_change};
pub(crate) use outbox::{Outbox, seal_for};
pub use save::SaveRefused;
pub(crate) use save::{AddressCheck, check_address};

use crate::Secret;

/// Retries after the first attempt (D90930: "总共重试三次", read as three in total), so four attempts at most.
pub const RETRIES: u32 = 3;

/// Time between a failed attempt and the next. WeCom publishes none; this is the fake's choice.
pub const RETRY_SPACING: Duration = Duration::from_secs(10);

/// What the console asks for under 审批 → API → 接收事件服务器.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveServer {
    /// Where events go: http or https, with a path. The fake's own delivery loop speaks http only.
    pub url: String,
    /// 1 to 32 letters and digits.
    pub token: Secret,
    /// EncodingAESKey: 43 letters and digits.
    pub aes_key: Secret,
    /// Ids of the templates whose changes are sent, the ticks of the page.
    pub templates: BTreeSet<String>,
}

/// Names a delivery through all its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub(crate) u64);

/// One attempt to deliver an event, ready to be sent.
#[derive(Debug)]
pub struct Delivery {
    /// To report the outcome with.
    pub id: DeliveryId,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The POST with the encrypted body. A retry carries the same message under a fresh timestamp and nonce:
    /// WeCom does not say what it does (open question), and fresh ones keep a receiver's freshness window
    /// meaningful.
    pub request: http::Request<Bytes>,
}

/// How the receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// HTTP status; none when there was no answer in time.
    pub status: Option<u16>,
}

/// A report about a delivery that is not on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no delivery {0:?} is on its way: it was reported before, or never taken")]
pub struct UnknownDelivery(pub DeliveryId);

/// No receive-event-server is saved, so there is no key to seal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no receive-event-server is saved: save one first")]
pub struct NoReceiveServer;
