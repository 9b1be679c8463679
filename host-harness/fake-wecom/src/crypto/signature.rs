//! The signature over four values.

use sha1::{Digest as _, Sha1};

/// Signs the sealed text: lower-case hex of SHA-1 over the four values, sorted as byte strings, nothing
/// between them.
#[must_use]
pub fn sign(token: &str, timestamp: &str, nonce: &str, sealed: &str) -> String {
    let mut parts = [token, timestamp, nonce, sealed];
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
