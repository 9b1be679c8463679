//! The endpoint on a socket. Callbacks are delivered by whoever holds the [`Company`].

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use tokio::net::TcpListener;

use crate::company::{Answer, Company};

/// Bytes of a request body at most.
const BODY_LIMIT: usize = 1 << 20;

/// Serves the endpoint, at every path, until `shutdown` completes. A planned cut or refusal is 502 here, as from a
/// gateway: in process, [`Answer`] tells them apart.
///
/// # Errors
/// - The listener failed.
pub async fn serve(
    listener: TcpListener,
    company: Company,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = Router::new().fallback(answer).with_state(company);
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}

async fn answer(State(company): State<Company>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    match company.handle(&Request::from_parts(parts, body)) {
        Answer::Response(response) => response.map(Body::from),
        Answer::Unreachable | Answer::Cut => status(StatusCode::BAD_GATEWAY),
    }
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
