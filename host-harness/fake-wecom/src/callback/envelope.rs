//! A message in its envelope: sealed, signed, and addressed.

use bytes::Bytes;
use http::{Method, Request, Uri};

use crate::crypto::{AesKey, seal, sign};
use crate::random::Random;
use crate::setup::AGENT_ID;

/// Who sends, and with what.
pub(super) struct Sender<'a> {
    pub(super) corp_id: &'a str,
    pub(super) url: &'a Uri,
    pub(super) token: &'a str,
    pub(super) key: &'a AesKey,
}

/// A POST that carries `message`, sealed and signed at `now`.
pub(super) fn sealed_request(
    sender: &Sender<'_>,
    message: &str,
    now: u64,
    random: &mut Random,
) -> Request<Bytes> {
    let sealed = seal(sender.key, random.block(), message.as_bytes(), sender.corp_id);
    let signed = signed_query(sender, &sealed, now, random);
    let body = format!(
        "<xml><ToUserName><![CDATA[{}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>\
         <AgentID><![CDATA[{}]]></AgentID></xml>",
        sender.corp_id, AGENT_ID,
    );
    request(Method::POST, sender.url, &signed, Bytes::from(body))
}

/// The GET of the address check, with `echo` sealed in `echostr`.
pub(super) fn address_check(
    sender: &Sender<'_>,
    echo: &str,
    now: u64,
    random: &mut Random,
) -> Request<Bytes> {
    let sealed = seal(sender.key, random.block(), echo.as_bytes(), sender.corp_id);
    let mut query = signed_query(sender, &sealed, now, random);
    query.push_str("&echostr=");
    query.extend(url::form_urlencoded::byte_serialize(sealed.as_bytes()));
    request(Method::GET, sender.url, &query, Bytes::new())
}

fn signed_query(sender: &Sender<'_>, sealed: &str, now: u64, random: &mut Random) -> String {
    let (timestamp, nonce) = (now.to_string(), random.digits(10));
    let signature = sign(sender.token, &timestamp, &nonce, sealed);
    format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}")
}

/// The four values join whatever query the saved address has of its own.
fn request(method: Method, url: &Uri, query: &str, body: Bytes) -> Request<Bytes> {
    let own = url.query().map(|own| format!("{own}&")).unwrap_or_default();
    let target = format!("{}?{own}{query}", url.path());
    let mut parts = url.clone().into_parts();
    parts.path_and_query = target.try_into().ok();
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_else(|_invalid| url.clone());
    if request.method() == Method::POST {
        request.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/xml"));
    }
    request
}
