//! A page for people: what the Approval app shows, and its buttons.
//!
//! Server-rendered, without scripts. Whoever can reach the port can press the buttons, but another site
//! cannot press them through somebody's browser: a POST needs an `Origin` that is this very host.

mod forms;
mod html;
mod press;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};

use crate::FakeWeCom;

const STYLE: &str = include_str!("page/style.css");

/// Nothing but the style sheet beside the page, and forms that go to this host only.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Whether a path belongs to the page. Everything else is the API.
pub(crate) fn owns(path: &str) -> bool {
    path == "/" || path.starts_with("/page/")
}

/// Answers a request for the page: `GET /`, `GET /page/style.css`, `POST /page/forms/{sp_no}/{action}`.
pub(crate) fn respond(fake: &FakeWeCom, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    if request.method() == Method::POST {
        return press_button(fake, request, path);
    }
    match path {
        "/" => page(StatusCode::OK, "text/html; charset=utf-8", forms::render(fake)),
        "/page/style.css" => page(StatusCode::OK, "text/css; charset=utf-8", STYLE.to_owned()),
        _ => message(StatusCode::NOT_FOUND, "There is no such page."),
    }
}

fn press_button(fake: &FakeWeCom, request: &Request<Bytes>, path: &str) -> Response<Bytes> {
    if !is_same_site(request.headers()) {
        return message(
            StatusCode::FORBIDDEN,
            "This button was pressed on another site, so nothing was done.",
        );
    }
    let target = path.strip_prefix("/page/forms/").and_then(|rest| rest.split_once('/'));
    let Some((sp_no, action)) = target else {
        return message(StatusCode::NOT_FOUND, "There is no such button.");
    };
    match press::press(fake, sp_no, action, request.body()) {
        None => message(StatusCode::NOT_FOUND, "There is no such button."),
        Some(Err(refused)) => message(StatusCode::CONFLICT, &refused.to_string()),
        Some(Ok(())) => {
            let mut response = page(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
            response
        }
    }
}

/// Browsers send `Origin` with every POST; whoever sends none is no browser showing this page.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.parse::<Uri>().ok());
    let origin_host = origin.as_ref().and_then(Uri::authority).map(http::uri::Authority::as_str);
    let host = text(header::HOST);
    host.is_some() && origin_host == host
}

fn message(status: StatusCode, text: &str) -> Response<Bytes> {
    page(status, "text/html; charset=utf-8", html::message(text))
}

fn page(status: StatusCode, kind: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Under `no-referrer`, browsers send `Origin: null` with a POST, and the buttons would be refused.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
