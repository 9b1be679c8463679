//! The fake WeCom on loopback, holding each request twice: when it has arrived, and when it has taken effect.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use conformance::EGRESS;
use fake_wecom::FakeWeCom;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::child::Step;

/// Serves until it is dropped.
pub(crate) struct Provider {
    pub(crate) url: String,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Held {
    fake: FakeWeCom,
    steps: mpsc::UnboundedSender<Step>,
}

impl Provider {
    pub(crate) async fn serve(fake: FakeWeCom, steps: mpsc::UnboundedSender<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Held { fake, steps });
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, server }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(held): State<Held>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().trim_start_matches("/cgi-bin/").to_owned();
    let request = http::Request::from_parts(parts, to_bytes(body, 1 << 20).await.unwrap());
    if !held.goes_on(format!("arrived {path}")).await {
        return no_answer();
    }
    let response = held.fake.handle(request, EGRESS).into_response().unwrap();
    if !held.goes_on(format!("took effect {path}")).await {
        return no_answer();
    }
    response.map(Body::from)
}

impl Held {
    /// Whether the host lives on; a host that was killed hears nothing.
    async fn goes_on(&self, step: String) -> bool {
        let (go, gone) = oneshot::channel();
        self.steps.send(Step::Provider(step, go)).is_ok() && gone.await.is_ok()
    }
}

fn no_answer() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
