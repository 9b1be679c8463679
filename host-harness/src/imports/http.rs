//! `http`: policy, secrets, limits, and then out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::bindings::idaas::approval::http::{
    Denial, Error, Header, Host, Method, Request, Response, SecretPlace, SecretSlot,
};
use crate::egress::{Denied, Origin};
use crate::log::Level;
use crate::outbound::{Departure, SendError, coding};
use crate::redact::{self, Known};
use crate::replay::{Cued, wire};
use crate::state::{CallState, Identity, Purity};

/// Headers that belong to the connection, and so to the host.
pub const DENIED_HEADERS: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// The reason of a denial where the contract has the imports closed. Other breaches of it are denied for other reasons.
pub const CLOSED: &str = "describe, configure, handle-callback, a mapping, save and restore make no requests";

/// Why an answer does not reach the engine. The contract has no case of its own for it: `denied` would promise that
/// nothing was sent.
pub const WITHHELD: &str = "the answer contained a held secret, so the host keeps it back: the request was sent, and \
                            whether it had an effect is not known";

/// Less than this is no time for a request.
const SHORTEST: Duration = Duration::from_millis(500);

/// Bytes of a reason that the engine is told.
const REASON_BYTES: usize = 200;

const URL_BYTES: usize = 8_192;
const HEADERS: usize = 32;

impl Host for CallState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let live = match self.cue("http.send", || wire::request(&request), wire::to_answer)? {
            Cued::Live(live) => live,
            Cued::Played(answer) => return Ok(answer),
        };
        let answer = self.carry_out(request).await;
        self.answered(live, || wire::answer(&answer));
        Ok(answer)
    }
}

impl CallState {
    /// Sends what may leave.
    async fn carry_out(&mut self, request: Request) -> Result<Response, Error> {
        let departure = match self.prepare(request) {
            Ok(departure) => departure,
            Err(denied) => return Err(self.deny(denied)),
        };
        let fields = vec![
            ("method".into(), departure.request.method().to_string()),
            ("url".into(), self.printable(departure.request.uri())),
        ];
        // Sent with hardly any time left, nothing could come of it but doubt.
        if departure.timeout < SHORTEST {
            let reason = "the call's wall clock, `limits.outbound_call`, leaves no time for it";
            return Err(Error::Unreachable(String::from(reason)));
        }
        // Nothing leaves, and the engine may say so: for it, nobody is there.
        if let Err(hold) = self.services.pace.spend(self.identity.credential) {
            self.note(Level::Warn, "request-held", vec![("reason".into(), hold.to_string())]);
            return Err(Error::Unreachable(hold.to_string()));
        }
        self.meters.requests.fetch_add(1, Ordering::Relaxed);
        let origin = origin(departure.request.uri());
        let started = Instant::now();
        let outbound = self.services.outbound.clone();
        let identity = self.identity.clone();
        let limit = departure.response_bytes;
        let sending = async {
            match outbound.send(departure).await {
                Ok(answer) => examined(answer, limit, identity).await,
                Err(error) => (Err(error), false),
            }
        };
        let (answer, withheld) = self.meters.cpu.sparing(sending).await;
        self.note_answer(fields.clone(), &answer, started);
        self.note_time(&answer);
        if withheld {
            self.note(Level::Warn, "answer-withheld", fields);
            return Err(Error::Interrupted(String::from(WITHHELD)));
        }
        answer.map(response).map_err(|error| self.refused(error, &origin))
    }

    /// Checks everything that can be checked before anything is sent.
    fn prepare(&mut self, request: Request) -> Result<Departure, Denied> {
        let limits = self.limits.clone();
        let denied = |setting, reason: &str| Err(Denied::new(setting, reason));
        if self.purity == Purity::Pure {
            return denied("contract", CLOSED);
        }
        if self.meters.requests.load(Ordering::Relaxed) >= limits.requests {
            return denied(
                "limits.requests",
                &format!("the call has made all of its {} requests", limits.requests),
            );
        }
        let body = request.body.unwrap_or_default();
        if body.len() > limits.request_bytes {
            return denied(
                "limits.request_bytes",
                &format!("the body has {} bytes, of {} at most", body.len(), limits.request_bytes),
            );
        }
        // Every one of them is copied into the request, where the list of headers has a size that it cannot exceed.
        if request.url.len() > URL_BYTES
            || request.headers.len().saturating_add(request.secrets.len()) > HEADERS
        {
            return denied("contract", "the URL, or the list of headers and secrets, is too long");
        }
        let Ok(mut url) = Url::parse(&request.url) else {
            return denied("egress.origins", "the URL is not absolute");
        };
        let addresses = self.identity.egress.check(&url)?;
        url.set_fragment(None);

        let mut headers = http::HeaderMap::with_capacity(request.headers.len());
        for Header { name, value } in request.headers {
            add_header(&mut headers, &name, &value, false)?;
        }
        for SecretSlot { setting, place } in request.secrets {
            let Some(secret) = self.identity.held.get(&setting) else {
                return denied("settings", &format!("no held secret {}", self.known.line(&setting, 64)));
            };
            let (SecretPlace::Query(name) | SecretPlace::Header(name)) = &place;
            if name.len() > URL_BYTES {
                return denied("contract", "the name of a secret's place is too long");
            }
            match place {
                SecretPlace::Query(name) => {
                    self.known.learn_name(&name);
                    add_parameter(&mut url, &name, secret.expose());
                    if url.as_str().len() > URL_BYTES {
                        return denied("contract", "the URL is too long with its secrets");
                    }
                }
                SecretPlace::Header(name) => {
                    self.known.learn_name(&name);
                    add_header(&mut headers, &name, secret.expose(), true)?;
                }
            }
        }

        let mut prepared = http::Request::new(Bytes::from(body));
        *prepared.method_mut() = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        // What is sent is read again on its way. Two readers that differ would undo the check.
        let uri = http::Uri::try_from(url.as_str()).ok();
        let Some(uri) = uri.filter(|uri| Url::parse(&uri.to_string()).as_ref() == Ok(&url)) else {
            return denied("contract", "the URL cannot be sent as it is");
        };
        *prepared.uri_mut() = uri;
        *prepared.headers_mut() = headers;
        Ok(Departure {
            request: prepared,
            addresses,
            timeout: limits.request.min(self.patience()),
            response_bytes: limits.response_bytes,
        })
    }

    /// A URL without its query.
    fn printable(&self, uri: &http::Uri) -> String {
        self.known.line(&format!("{}{}", origin(uri), uri.path()), REASON_BYTES)
    }

    fn note_answer(
        &mut self,
        mut fields: Vec<(String, String)>,
        answer: &Result<http::Response<Bytes>, SendError>,
        started: Instant,
    ) {
        fields.push(match answer {
            Ok(response) => ("status".into(), response.status().as_u16().to_string()),
            Err(error) => ("error".into(), format!("{error:?}")),
        });
        fields.push(("ms".into(), started.elapsed().as_millis().to_string()));
        self.note(Level::Debug, "request", fields);
    }

    /// What the provider's clock shows is in its answer. One that differs is told: signatures, tokens and the search for a
    /// lost submission rest on it.
    fn note_time(&mut self, answer: &Result<http::Response<Bytes>, SendError>) {
        let date = answer.as_ref().ok().and_then(|response| response.headers().get(http::header::DATE));
        let shows = date
            .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
            .and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        let Some(shows) = shows else { return };
        if let Some(skew) = self.services.pace.hear_time(self.identity.credential, shows) {
            let fields = vec![(String::from("provider-ahead-seconds"), skew.to_string())];
            self.note(Level::Warn, "clock-skew", fields);
        }
    }

    /// Tells the operator what would allow it, and the engine that it is denied.
    fn deny(&mut self, Denied { setting, reason, add }: Denied) -> Error {
        let reason = self.known.line(&reason, REASON_BYTES);
        let mut fields = vec![("setting".into(), setting.to_owned()), ("reason".into(), reason.clone())];
        fields.extend(add.map(|add| (String::from("add"), add)));
        self.note(Level::Warn, "request-denied", fields);
        Error::Denied(Denial { setting: setting.to_owned(), reason })
    }

    /// The engine's view of a failure.
    fn refused(&mut self, error: SendError, origin: &str) -> Error {
        match error {
            SendError::ForbiddenAddress(class) => self.deny(Denied::address(class, origin)),
            SendError::Unreachable(reason) => Error::Unreachable(self.known.line(&reason, REASON_BYTES)),
            SendError::Interrupted(reason) => Error::Interrupted(self.known.line(&reason, REASON_BYTES)),
            SendError::TooLarge => {
                let limit = self.limits.response_bytes as u64;
                let fields = vec![
                    (String::from("setting"), String::from("limits.response_bytes")),
                    (String::from("limit"), limit.to_string()),
                ];
                self.note(Level::Warn, "response-too-large", fields);
                Error::TooLarge(limit)
            }
        }
    }
}

fn add_header(headers: &mut http::HeaderMap, name: &str, value: &str, secret: bool) -> Result<(), Denied> {
    let unfit = || Denied::new("contract", format!("header {} cannot be sent", redact::line(name, 64)));
    let parsed = HeaderName::try_from(name).map_err(|_malformed| unfit())?;
    if DENIED_HEADERS.contains(&parsed.as_str()) {
        return Err(unfit());
    }
    let mut value = HeaderValue::try_from(value).map_err(|_malformed| unfit())?;
    value.set_sensitive(secret);
    headers.try_append(parsed, value).map_err(|_full| unfit())?;
    Ok(())
}

/// Appends a parameter, encoded so that every server decodes it alike.
fn add_parameter(url: &mut Url, name: &str, value: &str) {
    let pair = format!(
        "{}={}",
        utf8_percent_encode(name, NON_ALPHANUMERIC),
        utf8_percent_encode(value, NON_ALPHANUMERIC)
    );
    let query = match url.query() {
        Some(query) if !query.is_empty() => format!("{query}&{pair}"),
        Some(_) | None => pair,
    };
    url.set_query(Some(&query));
}

fn response(response: http::Response<Bytes>) -> Response {
    let (parts, body) = response.into_parts();
    Response {
        status: parts.status.as_u16(),
        headers: parts
            .headers
            .iter()
            .filter_map(|(name, value)| {
                Some(Header { name: name.to_string(), value: value.to_str().ok()?.to_owned() })
            })
            .collect(),
        body: body.into(),
    }
}

/// A URL's scheme, host and port.
fn origin(uri: &http::Uri) -> String {
    Origin::of(&uri.to_string()).map(|origin| origin.to_string()).unwrap_or_default()
}

/// The answer without its coding, and whether it shows a secret.
async fn examined(
    answer: http::Response<Bytes>,
    limit: usize,
    identity: Arc<Identity>,
) -> (Result<http::Response<Bytes>, SendError>, bool) {
    let apart = takes_long(&answer);
    let examine = move || {
        let answer = coding::decoded(answer, limit);
        let withheld = answer.as_ref().is_ok_and(|response| shows(&identity.unseen, response));
        (answer, withheld)
    };
    let unexamined =
        || SendError::Interrupted(String::from("the host could not search the answer for secrets"));
    done(apart, examine).await.unwrap_or_else(|_ended| (Err(unexamined()), false))
}

/// Whether decoding and searching an answer would keep other tasks waiting. What is compressed can be of any size.
fn takes_long(answer: &http::Response<Bytes>) -> bool {
    const AT_ONCE: usize = 64 << 10;
    answer.body().len() > AT_ONCE || coding::is_gzip(answer)
}

/// Does the work at once, or `apart`, on a thread that no other task waits for.
async fn done<T: Send + 'static>(
    apart: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    if apart { tokio::task::spawn_blocking(work).await } else { Ok(work()) }
}

/// Whether an answer shows one of these secrets, raw or encoded, in its body or its headers.
fn shows(secrets: &Known, response: &http::Response<Bytes>) -> bool {
    response.headers().values().any(|value| secrets.occur_in(value.as_bytes()))
        || secrets.occur_in(response.body())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_secret_is_encoded_behind_what_the_query_holds() {
        let mut url = Url::parse("https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1").unwrap();
        add_parameter(&mut url, "corpsecret", "a+b/c=&d");
        assert_eq!(url.query(), Some("corpid=ww1&corpsecret=a%2Bb%2Fc%3D%26d"));
    }

    #[test]
    fn an_answer_shows_a_secret_in_its_body_or_its_headers() {
        let held = Known::of([&Secret::new("S3CR3T/+value")]);
        let answer = |header: &str, body: &str| {
            let answer = http::Response::builder().header("location", header);
            answer.body(Bytes::from(body.to_owned())).unwrap()
        };
        for (header, body) in [
            ("https://x/?s=S3CR3T%2F%2Bvalue", ""),
            ("S3CR3T/+value", ""),
            ("", "{\"you\":\"S3CR3T\\/\\u002bvalue\"}"),
            ("", "UzNDUjNULyt2YWx1ZQ=="),
        ] {
            assert!(shows(&held, &answer(header, body)), "{header} {body}");
        }
        assert!(!shows(&held, &answer("https://x/?s=***", "{\"errcode\":0}")));
        assert!(!shows(&Known::default(), &answer("S3CR3T/+value", "S3CR3T/+value")));
    }

    #[tokio::test]
    async fn what_takes_long_is_done_on_another_thread() {
        let answer = |coding: &str, bytes: usize| {
            let builder = http::Response::builder().header(http::header::CONTENT_ENCODING, coding);
            builder.body(Bytes::from(vec![b'x'; bytes])).unwrap()
        };
        assert!(!takes_long(&answer("identity", 64 << 10)));
        assert!(takes_long(&answer("identity", (64 << 10) + 1)));
        assert!(takes_long(&answer("gzip", 20)));
        let thread = || std::thread::current().id();
        assert_eq!(done(false, thread).await.unwrap(), thread());
        assert_ne!(done(true, thread).await.unwrap(), thread());
    }

    #[test]
    fn a_header_that_is_the_connections_or_would_break_out_of_its_line_is_denied() {
        let mut headers = http::HeaderMap::new();
        for name in DENIED_HEADERS.into_iter().chain(["Host", "TRANSFER-ENCODING", "Content-Length"]) {
            assert!(
                add_header(&mut headers, name, "x", false).is_err_and(|denied| denied.setting == "contract")
            );
        }
        for name in ["", " host", "host ", "x y", "x:", ":authority", "x\r\nhost", "x\n", "x\0", "hôst"] {
            assert!(
                add_header(&mut headers, name, "x", false).is_err_and(|denied| denied.setting == "contract")
            );
        }
        for value in ["x\r\nhost: evil.example", "x\n\nGET / HTTP/1.1", "x\r", "x\0", "\u{7f}"] {
            for secret in [false, true] {
                let denied = add_header(&mut headers, "x-note", value, secret).unwrap_err();
                assert_eq!(denied, Denied::new("contract", "header x-note cannot be sent"));
            }
        }
        assert!(headers.is_empty());
        add_header(&mut headers, "accept", "application/json", false).unwrap();
        assert_eq!(headers.len(), 1);
    }
}
