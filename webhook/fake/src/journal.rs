//! What arrived and what was answered. No secret, signature or body is kept.

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The message's `type`; `time` for a GET, empty when it could not be read.
    pub kind: String,
    /// `webhook-id`; empty for a GET.
    pub id: String,
    /// Signatures in the header.
    pub signatures: usize,
    /// The answer's status; `None` when there was no answer.
    pub status: Option<u16>,
}
