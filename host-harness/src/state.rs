//! What one call has: its limits, its grants, its leases. Lives in the store and dies with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::egress::Egress;
use crate::limits::{Limits, Meters, SpaceLimiter};
use crate::log::{self, Level, Line, Writer};
use crate::redact::Known;
use crate::replay::{Cued, Live, Tape};
use crate::runtime::Services;
use crate::secret::Secret;
use crate::slots::Slots;
use crate::tokens::{Key, Lease, Scope};

/// Fields of a log line, and bytes of its event or a key, and of a value.
pub(crate) const FIELDS: usize = 16;
pub(crate) const NAME_BYTES: usize = 64;
pub(crate) const VALUE_BYTES: usize = 256;

/// On whose behalf calls are made.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) engine: String,
    pub(crate) tenant: String,
    pub(crate) scope: Scope,
    /// What the provider counts by.
    pub(crate) credential: Scope,
    /// What requests of this engine may carry: held, and described as held.
    pub(crate) held: BTreeMap<String, Secret>,
    /// All secrets of the settings, for what is printed.
    pub(crate) secrets: Known,
    /// Those that no engine may see, for what comes back.
    pub(crate) unseen: Known,
    pub(crate) egress: Egress,
    pub(crate) slots: Arc<Slots>,
}

/// Whether a call may reach out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purity {
    /// `describe`, `configure`, `handle-callback`, `resolve-user` with depth `mapping`, `save` and `restore`.
    Pure,
    /// The others.
    Outbound,
}

pub(crate) struct CallState {
    pub(crate) identity: Arc<Identity>,
    pub(crate) services: Services,
    pub(crate) limits: Arc<Limits>,
    /// Of what runs now: `configure` is pure in front of any function.
    pub(crate) purity: Purity,
    pub(crate) ends_at: Instant,
    pub(crate) meters: Arc<Meters>,
    pub(crate) space: SpaceLimiter,
    pub(crate) leases: HashMap<Key, Lease>,
    pub(crate) tape: Option<Arc<Tape>>,
    /// What this call must not print: the secrets of the settings, and the tokens that it has met.
    pub(crate) known: Known,
    written: Volume,
    noted: Volume,
}

/// How much has been logged.
#[derive(Default)]
struct Volume {
    lines: u32,
    bytes: usize,
    /// The limit that was hit. That line was replaced by one that says so.
    over: Option<&'static str>,
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
        let space = SpaceLimiter::new(&limits, meters.total_memory.clone(), identity.slots.memory.clone());
        let known = identity.secrets.clone();
        Self {
            identity,
            services,
            limits,
            purity,
            ends_at,
            meters,
            space,
            leases: HashMap::new(),
            tape,
            known,
            written: Volume::default(),
            noted: Volume::default(),
        }
    }

    /// An import is called, which is where an engine's time is looked at too. For a replay, `read` makes the answer from
    /// the recorded one.
    pub(crate) fn cue<T>(
        &self,
        import: &str,
        arguments: impl FnOnce() -> Value,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> wasmtime::Result<Cued<T>> {
        self.meters.cpu.check()?;
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

    /// Writes a line of the engine's, unless it has written too much.
    pub(crate) fn write(&mut self, level: Level, event: &str, fields: Vec<(String, String)>) {
        let line = self.line(Writer::Engine, level, event, fields);
        let line = self.written.within(&self.limits, line);
        self.give(line);
    }

    /// Writes a line of the host's own about this call. An engine that has logged too much cannot silence it.
    pub(crate) fn note(&mut self, level: Level, event: &str, fields: Vec<(String, String)>) {
        let line = self.line(Writer::Host, level, event, fields);
        let line = self.noted.within(&self.limits, line);
        self.give(line);
    }

    /// Everything in a line is bounded and redacted.
    fn line(&self, writer: Writer, level: Level, event: &str, fields: Vec<(String, String)>) -> Line {
        let mut secrets_masked = 0;
        let mut masked = |text: &str, bytes| {
            let masked = self.known.mask(text, bytes);
            secrets_masked += masked.secrets;
            masked.text
        };
        let event = masked(event, NAME_BYTES);
        let fields = fields
            .into_iter()
            .map(|(key, value)| (masked(&key, NAME_BYTES), masked(&value, VALUE_BYTES)))
            .collect();
        let Identity { engine, tenant, .. } = &*self.identity;
        Line { writer, engine: engine.clone(), tenant: tenant.clone(), level, event, fields, secrets_masked }
    }

    fn give(&self, line: Option<Line>) {
        if let Some(line) = line {
            log::give(&*self.services.log, &line);
        }
    }
}

impl Volume {
    /// The line; the first time that it is too much, one that says so instead; then nothing.
    fn within(&mut self, limits: &Limits, line: Line) -> Option<Line> {
        if self.over.is_some() {
            return None;
        }
        let fields = line.fields.iter().map(|(key, value)| key.len() + value.len());
        self.lines = self.lines.saturating_add(1);
        self.bytes = self.bytes.saturating_add(line.event.len() + fields.sum::<usize>());
        self.over = if self.lines > limits.log_lines {
            Some("limits.log_lines")
        } else if self.bytes > limits.log_bytes {
            Some("limits.log_bytes")
        } else {
            None
        };
        let Some(setting) = self.over else { return Some(line) };
        let fields = vec![(String::from("setting"), setting.to_owned())];
        // The host says so, also where the engine has written too much.
        let (writer, level, secrets_masked) = (Writer::Host, Level::Warn, 0);
        Some(Line { writer, level, event: String::from("log-lines-dropped"), fields, secrets_masked, ..line })
    }
}

impl Drop for CallState {
    fn drop(&mut self) {
        for (key, lease) in self.leases.drain() {
            self.services.tokens.release(&key, lease);
        }
    }
}
