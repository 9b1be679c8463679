//! Standard Webhooks with `ring`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// How far a message's time may be off, in seconds.
pub const TOLERANCE_SECONDS: u64 = 300;

fn key(secret: &str) -> hmac::Key {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(encoded).unwrap_or_default())
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// One signature, `v1,<base64>`.
#[must_use]
pub fn sign(secret: &str, id: &str, timestamp: u64, body: &[u8]) -> String {
    let tag = hmac::sign(&key(secret), &content(id, &timestamp.to_string(), body));
    format!("v1,{}", STANDARD.encode(tag))
}

/// Whether one of the signatures of a header is this secret's.
#[must_use]
pub fn verify(secret: &str, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    let (key, content) = (key(secret), content(id, timestamp, body));
    signatures
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .any(|tag| hmac::verify(&key, &content, &tag).is_ok())
}
