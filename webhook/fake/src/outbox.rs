//! Callbacks: what changed, and how it goes out.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::company::Company;
use crate::signature::sign;

/// A secret that nobody shares.
const STRANGERS_SECRET: &str = "whsec_c3RyYW5nZXJzIHNlY3JldCB0aGF0IG5vYm9keSBzaGFyZXM=";

/// One message to the platform. It is the same at every delivery; time and signatures are the delivery's.
#[derive(Clone, Debug)]
pub struct Change {
    /// `webhook-id`.
    pub id: String,
    /// The approval's status after the change, if it is about one.
    pub status: String,
    /// The body.
    pub body: Bytes,
}

impl Change {
    pub(crate) fn new(number: usize, status: &str, body: &Value) -> Self {
        Self { id: format!("evt_{number}"), status: status.to_owned(), body: Bytes::from(body.to_string()) }
    }
}

impl Company {
    /// A genuine delivery, signed now. Call it again for a retry.
    #[must_use]
    pub fn deliver(&self, change: &Change) -> Request<Bytes> {
        let now = self.now();
        let sign = |secret: String| sign(&secret, &change.id, now, &change.body);
        let signatures: Vec<String> = self.secrets().into_iter().map(sign).collect();
        request(&change.id, now, &signatures.join(" "), change.body.clone())
    }

    /// The same message from somebody who does not know the secret.
    #[must_use]
    pub fn forge(&self, change: &Change) -> Request<Bytes> {
        let now = self.now();
        let signature = sign(STRANGERS_SECRET, &change.id, now, &change.body);
        request(&change.id, now, &signature, change.body.clone())
    }

    /// A genuine delivery whose body was altered on its way: a rejection becomes an approval.
    #[must_use]
    pub fn alter(&self, change: &Change) -> Request<Bytes> {
        let altered = String::from_utf8_lossy(&change.body).replace("rejected", "approved");
        self.deliver(change).map(|_| Bytes::from(altered))
    }

    /// A genuine message of any kind: to another application, of another type, or nonsense.
    #[must_use]
    pub fn message(&self, body: &Value) -> Request<Bytes> {
        self.deliver(&Change::new(usize::MAX, "", body))
    }

    /// A genuine change of an approval that another application asked for.
    #[must_use]
    pub fn foreign(&self) -> Request<Bytes> {
        self.message(&json!({
            "type": "approval.changed",
            "timestamp": self.now(),
            "data": { "application": "leave" },
        }))
    }
}

fn request(id: &str, now: u64, signatures: &str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = http::Uri::from_static("/callback");
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &now.to_string()),
        ("webhook-signature", signatures),
    ] {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}
