//! Where an engine's log lines go.

use std::fmt;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A detour.
    Debug,
    /// A decision.
    Info,
    /// Somebody may have to act.
    Warn,
    /// Somebody has to act.
    Error,
}

/// One line, already bounded and redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The engine's id.
    pub engine: String,
    /// The tenant's id.
    pub tenant: String,
    /// How much it matters.
    pub level: Level,
    /// A fixed phrase.
    pub event: String,
    /// What varies.
    pub fields: Vec<(String, String)>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.event)?;
        self.fields.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}

/// Takes log lines.
pub trait LogSink: Send + Sync {
    /// Takes one line. The call that the line is about goes on when this returns, so an implementation that may have to wait,
    /// for a disk or a collector, hands the line to a thread of its own. One that panics loses the line and not the call.
    fn write(&self, line: &Line);
}

/// Hands lines to `tracing`, target `approval_engine`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

impl LogSink for TracingLog {
    fn write(&self, line: &Line) {
        let (engine, tenant) = (line.engine.as_str(), line.tenant.as_str());
        match line.level {
            Level::Debug => tracing::debug!(target: "approval_engine", engine, tenant, "{line}"),
            Level::Info => tracing::info!(target: "approval_engine", engine, tenant, "{line}"),
            Level::Warn => tracing::warn!(target: "approval_engine", engine, tenant, "{line}"),
            Level::Error => tracing::error!(target: "approval_engine", engine, tenant, "{line}"),
        }
    }
}
