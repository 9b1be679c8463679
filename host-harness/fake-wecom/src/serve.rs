//! The fake on a socket: API, page, and the loop that delivers callbacks.
//!
//! ```no_run
//! use fake_wecom::serve::{save_receive_server, serve};
//! use fake_wecom::{ACCESS_TEMPLATE_ID, FakeWeCom, ReceiveServer, Setup, SystemClock};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakeWeCom::new(Setup::example(), SystemClock, 1);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! println!("http://{}/ shows the forms, API calls go below /cgi-bin/", listener.local_addr()?);
//! let server = tokio::spawn(serve(listener, fake.clone(), std::future::pending()));
//!
//! // As an administrator does in the console, once the product listens.
//! let settings = ReceiveServer {
//!     url: "http://127.0.0.1:8080/callback".to_owned(),
//!     token: "ExampleCallbackToken01".into(),
//!     aes_key: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into(),
//!     templates: [ACCESS_TEMPLATE_ID.to_owned()].into(),
//! };
//! save_receive_server(&fake, settings).await?;
//! # Ok(server.await??)
//! # }
//! ```

mod client;
mod deliver;
mod slow_body;
mod wire;

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;

pub use deliver::deliver_due;

use self::slow_body::SlowBody;
use self::wire::{Peer, WireListener};
use crate::{Answer, CallFault, FakeWeCom, ReceiveServer, SaveRefused, page};

/// Bytes of a request body at most.
const BODY_LIMIT: usize = 1 << 20;

/// Serves `fake` on `listener` until `shutdown` completes: the API under `/cgi-bin/`, the page at `/`, and
/// callbacks to the saved receive-event-server as they fall due.
///
/// A connection cannot be refused once the kernel has accepted it: a planned refusal and a planned cut both
/// close it without a byte. In process, [`Answer`] tells them apart.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    fake: FakeWeCom,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = Router::new().fallback(answer).with_state(fake.clone());
    let service = app.into_make_service_with_connect_info::<Peer>();
    let server = axum::serve(WireListener(listener), service).with_graceful_shutdown(shutdown);
    tokio::select! {
        served = server => served,
        never = deliver::run(fake) => match never {},
    }
}

/// Does what "save" does on the console's page, over HTTP.
///
/// # Errors
/// [`SaveRefused`]: a field has the wrong form, or the address did not answer the check, in time, with the
/// echo text.
pub async fn save_receive_server(fake: &FakeWeCom, server: ReceiveServer) -> Result<(), SaveRefused> {
    let request = fake.begin_save(server)?;
    let sent = tokio::time::timeout(fake.patience().address_check, client::send(request)).await;
    let response = sent
        .map_err(|_elapsed| SaveRefused::TooSlow)?
        .map_err(|_failed: client::SendFailed| SaveRefused::Unreachable)?;
    fake.finish_save(&response)
}

async fn answer(
    State(fake): State<FakeWeCom>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let is_page = page::owns(parts.uri.path());
    let fault = if is_page { None } else { fake.draw(&parts.uri) };
    let body = match fault {
        Some(CallFault::CutRequest(bytes)) => beginning(body, bytes).await,
        _ => match to_bytes(body, BODY_LIMIT).await {
            Ok(body) => body,
            Err(_too_long_or_broken) => return status(StatusCode::PAYLOAD_TOO_LARGE),
        },
    };
    let request = Request::from_parts(parts, body);
    if is_page {
        return page::respond(&fake, &request).map(Body::from);
    }
    let mut answer = fake.handle_under(fault, request, peer.address.ip());
    loop {
        answer = match answer {
            Answer::Response(response) => return response.map(Body::from),
            Answer::Refused | Answer::Cut => {
                peer.hang_up_after(0);
                return status(StatusCode::BAD_GATEWAY);
            }
            Answer::CutShort(bytes, response) => {
                peer.hang_up_after(bytes);
                return response.map(Body::from);
            }
            Answer::SlowBody(late, response) => {
                return response.map(|body| Body::new(SlowBody::new(body, late)));
            }
            Answer::Slow(late, answer) => {
                tokio::time::sleep(late).await;
                *answer
            }
        };
    }
}

/// The first bytes of a body, as many as asked for or a little more; the rest is never read.
async fn beginning(mut body: Body, bytes: usize) -> Bytes {
    let mut read = Vec::new();
    while read.len() < bytes {
        match body.frame().await {
            Some(Ok(frame)) => read.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
            Some(Err(_)) | None => break,
        }
    }
    Bytes::from(read)
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from(Bytes::new()));
    *response.status_mut() = status;
    response
}
