//! The least client that can deliver a callback: plain HTTP/1.1, one connection a request, no redirects.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bytes of an answer at most; the echo text has 19, an event wants none.
const ANSWER_LIMIT: usize = 64 * 1024;

/// No answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SendFailed;

/// Sends `request` and reads the whole answer. It sets no time limit.
///
/// # Errors
/// [`SendFailed`]: not http, nobody listens, the connection broke, or the answer is too long.
pub(super) async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, SendFailed> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or(SendFailed)?.clone();
    if parts.uri.scheme_str() != Some("http") {
        return Err(SendFailed);
    }
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_invalid| SendFailed)?;
    parts.headers.insert(header::HOST, host);
    parts.uri = parts.uri.into_parts().path_and_query.map(Uri::from).unwrap_or_default();

    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let address = (host, authority.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address).await.map_err(|_unreachable| SendFailed)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_broken| SendFailed)?;
    // Ends by itself when the sender is dropped.
    tokio::spawn(connection);

    let request = Request::from_parts(parts, Full::new(body));
    let response = sender.send_request(request).await.map_err(|_broken| SendFailed)?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT).collect().await.map_err(|_too_long| SendFailed)?;
    Ok(Response::from_parts(parts, body.to_bytes()))
}
