//! "Save" on the console's page: the address must prove that it holds the key before it gets any event.

use bytes::Bytes;
use http::{Request, StatusCode, Uri};

use super::ReceiveServer;
use super::envelope::{Sender, address_check};
use crate::crypto::{AesKey, CryptoError};
use crate::random::Random;

/// Characters of a callback token at most.
const TOKEN_CHARACTERS: usize = 32;

/// Why the console does not save a receive-event-server: "openapi回调地址请求不通过", errcode 40057.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveRefused {
    /// The address is not http or https with a host and a path.
    #[error(
        "the callback address is not http(s)://host/path: enter the whole address that the product shows"
    )]
    Address,
    /// The token is empty, longer than 32, or holds other characters than letters and digits.
    #[error("the token is not 1 to 32 letters and digits: generate another")]
    Token,
    /// The EncodingAESKey is not 43 letters and digits.
    #[error("the EncodingAESKey is not 43 letters and digits: generate another")]
    AesKey,
    /// An answer came, but no check was begun.
    #[error("no address check is under way: begin one first")]
    NotBegun,
    /// The address could not be reached.
    #[error(
        "the callback address could not be reached: is the product running, and does it serve this address?"
    )]
    Unreachable,
    /// The address did not answer in time; WeCom waits one second.
    #[error("the callback address did not answer the check in time")]
    TooSlow,
    /// The check was not answered with 200.
    #[error(
        "the callback address answered the check with {0}, not 200: do token and key match the product's?"
    )]
    Status(u16),
    /// The body is not the echo text and nothing else: no quotes, no JSON, no newline (D90930).
    #[error("the callback address answered {got} bytes that are not the {expected} digits of the check")]
    EchoDiffers {
        /// Length of the echo text.
        expected: usize,
        /// Length of the answer, bytes.
        got: usize,
    },
}

/// A save that waits for the answer to its check.
#[derive(Debug)]
pub(crate) struct AddressCheck {
    server: ReceiveServer,
    echo: String,
}

impl AddressCheck {
    /// The server to use from here on, if the answer is right.
    pub(crate) fn finish(self, response: &http::Response<Bytes>) -> Result<ReceiveServer, SaveRefused> {
        if response.status() != StatusCode::OK {
            return Err(SaveRefused::Status(response.status().as_u16()));
        }
        if response.body() != self.echo.as_bytes() {
            return Err(SaveRefused::EchoDiffers { expected: self.echo.len(), got: response.body().len() });
        }
        Ok(self.server)
    }
}

/// Checks the form of the settings and makes the request that checks the rest.
pub(crate) fn check_address(
    server: ReceiveServer,
    corp_id: &str,
    now: u64,
    random: &mut Random,
) -> Result<(AddressCheck, Request<Bytes>), SaveRefused> {
    let url = address(&server.url)?;
    let token = server.token.reveal();
    let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if token.is_empty() || token.len() > TOKEN_CHARACTERS || !plain {
        return Err(SaveRefused::Token);
    }
    let key = AesKey::parse(server.aes_key.reveal()).map_err(|_shape: CryptoError| SaveRefused::AesKey)?;
    let echo = random.digits(19);
    let sender = Sender { corp_id, url: &url, token, key: &key };
    let request = address_check(&sender, &echo, now, random);
    Ok((AddressCheck { server, echo }, request))
}

/// A bare host without a path is refused, as the console does.
pub(super) fn address(url: &str) -> Result<Uri, SaveRefused> {
    let uri: Uri = url.parse().map_err(|_malformed: http::uri::InvalidUri| SaveRefused::Address)?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let after_host =
        url.split_once("://").map(|(_, rest)| rest).and_then(|rest| rest.strip_prefix(authority));
    let has_path = after_host.is_some_and(|rest| rest.starts_with('/'));
    if scheme && !authority.is_empty() && has_path { Ok(uri) } else { Err(SaveRefused::Address) }
}
