//! What the crash test and the host that it kills say to each other: a line for each step, a line in answer.

use serde::{Deserialize, Serialize};

/// The tenant of the host.
pub const TENANT: &str = "acme";

/// The number of the one request.
pub const NUMBER: &str = "REQ-1";

/// The host's own key, which each of its processes has. Not in the store.
pub const HOST_KEY: [u8; 32] = *b"an example of thirty-two bytes..";

/// The host asks for what WeCom delivers: JSON, a list of [`Callback`] in one line.
pub const CALLBACKS: &str = "callbacks";

/// The host answers the oldest of them; followed by the HTTP status.
pub const ANSWER: &str = "answer ";

/// The host tells the product a decision; followed by number and outcome.
pub const DECIDE: &str = "decide ";

/// A request to the callback address.
#[derive(Debug, Deserialize, Serialize)]
pub struct Callback {
    /// HTTP method.
    pub method: String,
    /// Undecoded.
    pub query: String,
    /// XML.
    pub body: String,
}
