//! What happens between an engine and the world in one call.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use host_harness::clock::Clock;
use host_harness::log::{Line, LogSink};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use host_harness::secret::Secret;
use host_harness::tokens::{Acquired, Key, Lease, MemoryTokens, Scope, TokenCache};
use host_harness::{CallError, Settings};
use serde_json::Value;

use crate::provider::Stage;

/// One call of an engine, and everything that it gave away.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The case and what it was doing, for people.
    pub(crate) place: String,
    pub(crate) function: &'static str,
    pub(crate) input: Value,
    pub(crate) settings: Arc<Settings>,
    pub(crate) configured: bool,
    pub(crate) output: Result<Value, CallError>,
    pub(crate) imports: Vec<Import>,
    pub(crate) lines: Vec<Line>,
}

impl Call {
    /// The case and the step, without what exactly it was doing.
    pub(crate) fn step(&self) -> &str {
        self.place.split(':').next().unwrap_or_default()
    }
}

/// One use of an import, and what it gave.
#[derive(Clone)]
pub(crate) enum Import {
    Send { request: Box<http::Request<Bytes>>, answer: Result<http::Response<Bytes>, SendError> },
    Acquire { key: String, refused: Option<Secret>, acquired: Arc<Acquired> },
    Publish { key: String, token: Secret },
    Block { key: String },
}

/// The kind alone: a request holds secrets.
impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send { .. } => "Send",
            Self::Acquire { .. } => "Acquire",
            Self::Publish { .. } => "Publish",
            Self::Block { .. } => "Block",
        })
    }
}

/// The services of one world. Everything that passes is written down.
pub(crate) struct Recorder {
    stage: Arc<dyn Stage>,
    tokens: MemoryTokens,
    imports: Mutex<Vec<Import>>,
    lines: Mutex<Vec<Line>>,
}

impl Recorder {
    pub(crate) fn new(stage: Arc<dyn Stage>, clock: Arc<dyn Clock>) -> Self {
        Self { stage, tokens: MemoryTokens::new(clock), imports: Mutex::default(), lines: Mutex::default() }
    }

    /// What was written down since the last time.
    pub(crate) fn take(&self) -> (Vec<Import>, Vec<Line>) {
        let taken = |lines: &Mutex<Vec<Line>>| {
            std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner))
        };
        (
            std::mem::take(&mut *self.imports.lock().unwrap_or_else(PoisonError::into_inner)),
            taken(&self.lines),
        )
    }

    fn note(&self, import: Import) {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).push(import);
    }
}

impl Outbound for Recorder {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        let request = departure.request;
        let answer = self.stage.answer(request.clone()).and_then(|response| {
            if response.body().len() > departure.response_bytes {
                Err(SendError::TooLarge)
            } else {
                Ok(response)
            }
        });
        self.note(Import::Send { request: Box::new(request), answer: answer.clone() });
        Box::pin(std::future::ready(answer))
    }
}

impl TokenCache for Recorder {
    fn acquire<'a>(
        &'a self,
        key: &'a Key,
        refused: Option<&'a Secret>,
        patience: Duration,
    ) -> BoxFuture<'a, Acquired> {
        Box::pin(async move {
            let acquired = self.tokens.acquire(key, refused, patience).await;
            self.note(Import::Acquire {
                key: key.name.clone(),
                refused: refused.cloned(),
                acquired: Arc::new(copy(&acquired)),
            });
            acquired
        })
    }

    fn publish<'a>(
        &'a self,
        key: &'a Key,
        lease: Lease,
        token: Secret,
        lifetime: Duration,
    ) -> BoxFuture<'a, ()> {
        self.note(Import::Publish { key: key.name.clone(), token: token.clone() });
        self.tokens.publish(key, lease, token, lifetime)
    }

    fn block<'a>(&'a self, key: &'a Key, lease: Lease, code: String) -> BoxFuture<'a, ()> {
        self.note(Import::Block { key: key.name.clone() });
        self.tokens.block(key, lease, code)
    }

    fn release(&self, key: &Key, lease: Lease) {
        self.tokens.release(key, lease);
    }

    fn forget(&self, scope: Scope) -> BoxFuture<'_, ()> {
        self.tokens.forget(scope)
    }

    fn unblock(&self, scope: Scope) -> BoxFuture<'_, ()> {
        self.tokens.unblock(scope)
    }
}

impl LogSink for Recorder {
    fn write(&self, line: &Line) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
    }
}

pub(crate) fn copy(acquired: &Acquired) -> Acquired {
    match acquired {
        Acquired::Token(token) => Acquired::Token(token.clone()),
        Acquired::Lease(lease) => Acquired::Lease(*lease),
        Acquired::Blocked(code) => Acquired::Blocked(code.clone()),
        Acquired::Busy => Acquired::Busy,
    }
}
