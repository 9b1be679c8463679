//! A call once more, on another host, with what its imports gave the first time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use host_harness::clock::ManualClock;
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::pace::{Pace, Quota};
use host_harness::secret::Secret;
use host_harness::tokens::{Acquired, Key, Lease, Scope, TokenCache};
use host_harness::{ApprovalEngine, Grant, Services};

use crate::T0;
use crate::call;
use crate::record::{Call, Import, copy};

/// The first difference; `None` when there is none.
pub(crate) async fn difference(engine: &ApprovalEngine, call: &Call) -> Option<String> {
    let player = Arc::new(Player::new(call));
    let services = Services {
        outbound: player.clone(),
        tokens: player.clone(),
        pace: Arc::new(Pace::new(Arc::new(ManualClock::at(T0)), Quota::default())),
        log: player.clone(),
    };
    let grant = Grant::trusting_description(engine, &call.settings);
    let tenant = engine.with_services(services).tenant("replay", &call.settings, &grant);
    let tenant = if call.configured { tenant } else { tenant.without_configure() };
    let output = call::call(&tenant, call.function, &call.input).await;
    if let Some(difference) = player.difference() {
        return Some(difference);
    }
    (output != call.output).then(|| String::from("another answer"))
}

/// Gives what was given before, as long as the same is asked.
struct Player {
    imports: Mutex<VecDeque<Import>>,
    difference: Mutex<Option<String>>,
}

impl Player {
    fn new(call: &Call) -> Self {
        Self { imports: Mutex::new(call.imports.iter().cloned().collect()), difference: Mutex::default() }
    }

    fn next(&self) -> Option<Import> {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn differs(&self, how: &str) {
        self.difference.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| how.to_owned());
    }

    fn difference(&self) -> Option<String> {
        if !self.imports.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            self.differs("fewer uses of its imports");
        }
        self.difference.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether two requests are the same bytes.
fn same(one: &http::Request<Bytes>, other: &http::Request<Bytes>) -> bool {
    one.method() == other.method()
        && one.uri() == other.uri()
        && one.headers() == other.headers()
        && one.body() == other.body()
}

impl Outbound for Player {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        let answer = match self.next() {
            Some(Import::Send { request, answer }) if same(&request, &departure.request) => answer,
            Some(_) | None => {
                self.differs("another request");
                Err(SendError::Unreachable(String::from("the recording has another request here")))
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

impl TokenCache for Player {
    fn acquire<'a>(
        &'a self,
        key: &'a Key,
        refused: Option<&'a Secret>,
        _: Duration,
    ) -> BoxFuture<'a, Acquired> {
        let acquired = match self.next() {
            Some(Import::Acquire { key: then, refused: before, acquired })
                if then == key.name && before.as_ref() == refused =>
            {
                copy(&acquired)
            }
            Some(_) | None => {
                self.differs("another use of the token cache");
                Acquired::Busy
            }
        };
        Box::pin(std::future::ready(acquired))
    }

    fn publish<'a>(&'a self, key: &'a Key, _: Lease, token: Secret, _: Duration) -> BoxFuture<'a, ()> {
        match self.next() {
            Some(Import::Publish { key: then, token: before }) if then == key.name && before == token => {}
            Some(_) | None => self.differs("another token kept"),
        }
        Box::pin(std::future::ready(()))
    }

    fn block<'a>(&'a self, key: &'a Key, _: Lease, _: String) -> BoxFuture<'a, ()> {
        match self.next() {
            Some(Import::Block { key: then }) if then == key.name => {}
            Some(_) | None => self.differs("another credential blocked"),
        }
        Box::pin(std::future::ready(()))
    }

    fn release(&self, _: &Key, _: Lease) {}

    fn forget(&self, _: Scope) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// How long a request takes stands in the host's own lines: they are not compared.
impl LogSink for Player {
    fn write(&self, _: &Line) {}
}
