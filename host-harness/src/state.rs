//! What one call has: its limits, its grants, its leases. Lives in the store and dies with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::egress::Egress;
use crate::limits::{Limits, MemoryLimiter, Meters};
use crate::log::{Level, Line};
use crate::redact;
use crate::replay::{Cued, Live, Tape};
use crate::runtime::Services;
use crate::secret::Secret;
use crate::tokens::{Key, Lease, Scope};

/// Bytes of a log line's event or key, and of a value.
const NAME_BYTES: usize = 64;
const VALUE_BYTES: usize = 256;

/// On whose behalf calls are made.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) engine: String,
    pub(crate) tenant: String,
    pub(crate) scope: Scope,
    /// What the provider counts by.
    pub(crate) credential: Scope,
    pub(crate) held: BTreeMap<String, Secret>,
    pub(crate) egress: Egress,
}

/// Whether a call may reach out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purity {
    /// `describe`, `configure`, `handle-callback`.
    Pure,
    /// The others.
    Outbound,
}

pub(crate) struct CallState {
    pub(crate) identity: Arc<Identity>,
    pub(crate) services: Services,
    pub(crate) limits: Arc<Limits>,
    pub(crate) purity: Purity,
    pub(crate) ends_at: Instant,
    pub(crate) meters: Arc<Meters>,
    pub(crate) memory: MemoryLimiter,
    pub(crate) leases: HashMap<Key, Lease>,
    pub(crate) log_lines: u32,
    pub(crate) tape: Option<Arc<Tape>>,
}

impl CallState {
    pub(crate) fn new(
        identity: Arc<Identity>,
        services: Services,
        limits: Arc<Limits>,
        purity: Purity,
        ends_at: Instant,
        meters: Arc<Meters>,
        tape: Option<Arc<Tape>>,
    ) -> Self {
        let memory = MemoryLimiter { bytes: limits.memory_bytes, meters: meters.clone() };
        Self {
            identity,
            services,
            limits,
            purity,
            ends_at,
            meters,
            memory,
            leases: HashMap::new(),
            log_lines: 0,
            tape,
        }
    }

    /// An import is called: for a replay, `read` makes its answer from the recorded one.
    pub(crate) fn cue<T>(
        &self,
        import: &str,
        arguments: impl FnOnce() -> Value,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> wasmtime::Result<Cued<T>> {
        match &self.tape {
            None => Ok(Cued::Live(Live::Unrecorded)),
            Some(tape) => tape.called(import, arguments()).read(read),
        }
    }

    /// An import that was carried out has its answer.
    pub(crate) fn answered(&self, live: Live, answer: impl FnOnce() -> Value) {
        if let (Some(tape), Live::Recorded(number)) = (&self.tape, live) {
            tape.answered(number, answer());
        }
    }

    /// What is left of the call's wall clock, less a margin in which the engine can still answer.
    pub(crate) fn patience(&self) -> Duration {
        const MARGIN: Duration = Duration::from_millis(500);
        self.ends_at.saturating_duration_since(Instant::now()).saturating_sub(MARGIN)
    }

    /// Writes a line about this call, unless it has written too many. Everything in it is bounded and redacted.
    pub(crate) fn note(&mut self, level: Level, event: &str, fields: Vec<(String, String)>) {
        self.log_lines = self.log_lines.saturating_add(1);
        let over = self.log_lines.saturating_sub(self.limits.log_lines);
        let (level, event, fields) = match over {
            0 => (level, event, fields),
            1 => (Level::Warn, "log-lines-dropped", vec![("setting".into(), "limits.log_lines".into())]),
            _ => return,
        };
        self.services.log.write(&Line {
            engine: self.identity.engine.clone(),
            tenant: self.identity.tenant.clone(),
            level,
            event: redact::line(event, NAME_BYTES),
            fields: fields
                .into_iter()
                .map(|(key, value)| (redact::line(&key, NAME_BYTES), redact::line(&value, VALUE_BYTES)))
                .collect(),
        });
    }
}

impl Drop for CallState {
    fn drop(&mut self) {
        for (key, lease) in self.leases.drain() {
            self.services.tokens.release(&key, lease);
        }
    }
}
