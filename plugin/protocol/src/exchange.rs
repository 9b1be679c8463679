//! What the core wants of the world: requests sent, tokens kept, facts noted.
//!
//! The functions of this crate that need WeCom take an [`Outbound`] and call it in a straight line. They never
//! wait: a host that does, waits inside.

use core::fmt;
use std::time::Duration;

use crate::secret::Secret;

/// The world, as far as the core knows it.
pub trait Outbound {
    /// Gives a live access token for `key`, or a lease to fetch one. `refused` is the token that WeCom has just
    /// refused, to be forgotten.
    fn acquire_token(&mut self, key: &str, refused: Option<&Secret>) -> Acquired;

    /// Stores a fetched token; ends the lease.
    fn publish_token(&mut self, key: &str, token: &Secret, lifetime: Duration);

    /// Stops all calls for the credential until the host knows of a change, here or at WeCom; ends the lease.
    fn block_credential(&mut self, key: &str, errcode: i64);

    /// Sends one request.
    ///
    /// # Errors
    /// - [`SendError`]: there is no answer; each case tells whether the request may have taken effect.
    fn send(&mut self, request: &Request) -> Result<Response, SendError>;

    /// Notes a fact for the operator.
    fn note(&mut self, note: Note);
}

/// What [`Outbound::acquire_token`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// A live token.
    Token(Secret),
    /// The caller fetches one and then publishes it or blocks the credential.
    Lease,
    /// WeCom refused the credential with this errcode, and the host knows of no change since.
    Blocked(i64),
    /// Somebody else has been fetching for too long.
    Busy,
}

/// The HTTP methods that WeCom's server API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Everything with a body.
    Post,
}

/// The corp Secret's place in a request. The host fills it in; the core never has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSecret {
    /// The key of the setting.
    pub setting: &'static str,
    /// The name of the query parameter.
    pub parameter: &'static str,
}

/// One call of WeCom's server API.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Origin and path prefix without a slash at the end, such as `https://qyapi.weixin.qq.com`.
    pub base: String,
    /// Such as `/cgi-bin/oa/applyevent`.
    pub path: &'static str,
    /// Parameters, not yet encoded, without the token.
    pub query: Vec<(&'static str, String)>,
    /// Goes into the query as `access_token`, the only place where WeCom reads it.
    pub token: Option<Secret>,
    /// UTF-8 JSON.
    pub body: Option<Vec<u8>>,
    /// The secret that the host adds.
    pub held: Option<HeldSecret>,
}

impl Request {
    /// The complete URL with the token in it. Not for printing.
    #[must_use]
    pub fn url(&self) -> Secret {
        let mut url = String::with_capacity(self.base.len() + self.path.len() + 600);
        url.push_str(&self.base);
        url.push_str(self.path);
        let token = self.token.iter().map(|token| ("access_token", token.expose()));
        let query = self.query.iter().map(|(name, value)| (*name, value.as_str()));
        for (separator, (name, value)) in
            core::iter::once('?').chain(core::iter::repeat('&')).zip(token.chain(query))
        {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            percent_encode(value, &mut url);
        }
        Secret::new(url)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("base", &self.base)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("token", &self.token)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("held", &self.held)
            .finish()
    }
}

/// Appends `value` with everything but RFC 3986's unreserved characters percent-encoded.
fn percent_encode(value: &str, url: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let hex = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            _ => url.extend(['%', hex(byte >> 4), hex(byte & 15)]),
        }
    }
}

/// What came back. Any status is an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `content-encoding`, where the host has left the body coded.
    pub coding: Option<String>,
    /// The body, whatever it is.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response(status {}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The host's policy forbids it; nothing was sent. Names the host's setting.
    Denied {
        /// The setting that would allow it.
        setting: String,
        /// What was denied.
        reason: String,
    },
    /// No connection; nothing was sent. In the host's words, which may be empty.
    Unreachable(String),
    /// Sent, and no complete answer came. Whether it took effect is unknown. In the host's words, which may be empty.
    Interrupted(String),
    /// The answer is larger than the host reads. It took effect.
    TooLarge,
}

/// A fact for the operator. Holds no secret by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A token was fetched.
    TokenFetched {
        /// As WeCom said.
        lifetime_seconds: u64,
    },
    /// WeCom refused a token before its time.
    TokenRefused {
        /// 40014, 41001 or 42001.
        errcode: i64,
    },
    /// WeCom refused the credential.
    CredentialBlocked {
        /// WeCom's code.
        errcode: i64,
    },
    /// WeCom refused a call.
    CallRefused {
        /// Which.
        path: &'static str,
        /// WeCom's code.
        errcode: i64,
    },
    /// There is no answer, or none that can be used.
    NoAnswer {
        /// The interface that was asked.
        path: &'static str,
        /// Why, in English.
        reason: String,
    },
    /// An answer was no sound JSON, and was put right before it was read.
    AnswerRepaired {
        /// The interface that was asked.
        path: &'static str,
        /// In how many places.
        places: usize,
    },
    /// An approval was submitted.
    Submitted {
        /// How many values were cut to WeCom's limits.
        cut: usize,
    },
    /// A submission whose outcome nobody knows.
    OutcomeUnknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_prints_neither_its_token_nor_its_body() {
        let request = Request {
            method: Method::Post,
            base: "https://qyapi.weixin.qq.com".into(),
            path: "/cgi-bin/oa/applyevent",
            query: vec![],
            token: Some(Secret::new("TOKEN-1".into())),
            body: Some(b"{\"creator_userid\":\"zhang.san\"}".to_vec()),
            held: None,
        };
        insta::assert_debug_snapshot!(request);
    }

    #[test]
    fn parameters_are_encoded_and_the_token_comes_first() {
        let request = Request {
            method: Method::Get,
            base: "https://qyapi.weixin.qq.com".into(),
            path: "/cgi-bin/user/get",
            query: vec![("userid", "a b&c=张".into())],
            token: Some(Secret::new("t+/=".into())),
            body: None,
            held: None,
        };
        assert_eq!(
            request.url().expose(),
            "https://qyapi.weixin.qq.com/cgi-bin/user/get?access_token=t%2B%2F%3D&userid=a%20b%26c%3D%E5%BC%A0"
        );
    }
}
