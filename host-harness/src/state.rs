//! What one call has: its limits, its grants, its leases. Lives in the store and dies with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::egress::Egress;
use crate::limits::{Limits, MemoryLimiter, Meters};
use crate::log::{Level, Line};
use crate::runtime::Services;
use crate::secret::Secret;
use crate::tokens::{Key, Lease, Scope};

/// On whose behalf calls are made.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) engine: String,
    pub(crate) tenant: String,
    pub(crate) scope: Scope,
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
}

impl CallState {
    pub(crate) fn new(
        identity: Arc<Identity>,
        services: Services,
        limits: Arc<Limits>,
        purity: Purity,
        wall_clock: Duration,
        meters: Arc<Meters>,
    ) -> Self {
        let memory = MemoryLimiter { bytes: limits.memory_bytes, meters: meters.clone() };
        Self {
            identity,
            services,
            limits,
            purity,
            ends_at: Instant::now() + wall_clock,
            meters,
            memory,
            leases: HashMap::new(),
            log_lines: 0,
        }
    }

    /// What is left of the call's wall clock, less a margin in which the engine can still answer.
    pub(crate) fn patience(&self) -> Duration {
        const MARGIN: Duration = Duration::from_millis(500);
        self.ends_at.saturating_duration_since(Instant::now()).saturating_sub(MARGIN)
    }

    /// A line of the host's own about this call.
    pub(crate) fn note(&self, level: Level, event: &str, fields: Vec<(String, String)>) {
        self.services.log.write(&Line {
            engine: self.identity.engine.clone(),
            tenant: self.identity.tenant.clone(),
            level,
            event: event.to_owned(),
            fields,
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
