//! The identity platform of the demo: a callback address, an inbox, and what it believes of each approval.
//!
//! As small as a host can be. It stores before it answers, and knows a message again by its de-duplication key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use host_harness::Tenant;
use host_harness::clock::Clock as _;
use host_harness::contract::{CallbackOutcome, CallbackRequest, Disposition, Event, Header, Status};
use http::{HeaderMap, Method, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::clock::DemoClock;
use super::timeline::word;

/// A request that reached the callback address, and what became of it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) query: String,
    pub(super) body: Bytes,
    pub(super) took: Duration,
    pub(super) status: u16,
    pub(super) meaning: Meaning,
}

/// What the platform made of a callback.
#[derive(Debug)]
pub(super) enum Meaning {
    /// The provider checked the address.
    Verified,
    /// Events; those that were not in the inbox yet.
    News(Vec<Event>),
    /// Events that were all in the inbox already.
    KnownAlready,
    /// Somebody else's form.
    Foreign,
    /// Of no use.
    Ignored(String),
    /// Not believed: the engine's reason and detail.
    Refused(String),
    /// The engine gave no verdict.
    Failed(String),
}

/// The platform.
#[derive(Clone)]
pub(super) struct Idaas(Arc<Shared>);

struct Shared {
    tenant: Tenant,
    clock: DemoClock,
    store: Mutex<Store>,
    seen: UnboundedSender<Seen>,
}

#[derive(Default)]
struct Store {
    inbox: BTreeSet<String>,
    approvals: BTreeMap<String, Status>,
}

impl Idaas {
    pub(super) fn new(tenant: Tenant, clock: DemoClock) -> (Self, UnboundedReceiver<Seen>) {
        let (seen, receiver) = unbounded_channel();
        (Self(Arc::new(Shared { tenant, clock, store: Mutex::default(), seen })), receiver)
    }

    /// Serves the callback address.
    pub(super) async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        axum::serve(listener, Router::new().fallback(callback).with_state(self)).await
    }

    /// What the platform believes, by approval.
    pub(super) fn approvals(&self) -> BTreeMap<String, Status> {
        self.with_store(|store| store.approvals.clone())
    }

    fn with_store<T>(&self, f: impl FnOnce(&mut Store) -> T) -> T {
        f(&mut self.0.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stores what is new. Returns what was.
    fn take_in(&self, events: &[Event]) -> Vec<Event> {
        self.with_store(|store| {
            let new: Vec<Event> = events
                .iter()
                .filter(|event| store.inbox.insert(event.deduplication_key.clone()))
                .cloned()
                .collect();
            for event in &new {
                store.approvals.insert(event.approval.approval_id.clone(), event.approval.status);
            }
            new
        })
    }

    fn meaning(&self, outcome: &CallbackOutcome) -> Meaning {
        match &outcome.disposition {
            Disposition::VerifiedAddress => Meaning::Verified,
            Disposition::Accepted(events) => match self.take_in(events) {
                new if new.is_empty() => Meaning::KnownAlready,
                new => Meaning::News(new),
            },
            Disposition::Foreign => Meaning::Foreign,
            Disposition::Ignored(kind) => Meaning::Ignored(kind.clone()),
            Disposition::Refused(refusal) => {
                Meaning::Refused(format!("{}: {}", word(&refusal.reason), refusal.detail))
            }
        }
    }
}

async fn callback(
    State(idaas): State<Idaas>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = CallbackRequest {
        method: method.to_string(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers
            .iter()
            .filter_map(|(name, value)| {
                Some(Header { name: name.to_string(), value: value.to_str().ok()?.to_owned() })
            })
            .collect(),
        body: body.to_vec(),
        received_at: idaas.0.clock.now().as_secs(),
    };
    let started = Instant::now();
    let outcome = idaas.0.tenant.handle_callback(&request).await;
    let took = started.elapsed();
    let (meaning, response) = match outcome {
        // Stored first, answered then: what was not stored, the provider sends again.
        Ok(outcome) => (idaas.meaning(&outcome), answer(outcome)),
        Err(error) => (Meaning::Failed(error.to_string()), status(StatusCode::SERVICE_UNAVAILABLE)),
    };
    let seen = Seen { query: request.query, body, took, status: response.status().as_u16(), meaning };
    // The story may be over.
    let _ = idaas.0.seen.send(seen);
    response
}

/// The engine's answer, byte for byte.
fn answer(outcome: CallbackOutcome) -> Response {
    let mut response = http::Response::builder().status(outcome.response.status);
    for header in &outcome.response.headers {
        response = response.header(&header.name, &header.value);
    }
    response
        .body(Body::from(outcome.response.body))
        .unwrap_or_else(|_malformed| status(StatusCode::BAD_GATEWAY))
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
