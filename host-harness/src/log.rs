//! Where log lines go: those of engines, and the host's own about their calls.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

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

/// Who wrote a line. An engine chooses the event and the fields of its lines, and cannot choose this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The host. What the line says is a fact about the call.
    Host,
    /// The engine. What the line says is what the engine says.
    Engine,
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Engine => "engine",
        })
    }
}

/// One line, already bounded and redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who wrote it.
    pub writer: Writer,
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
    /// How many secrets the host has masked in it. An engine whose lines need that has a defect.
    pub secrets_masked: usize,
}

/// `host: event key="value"`: the writer first, values in quotes, and what is no plain word in quotes as well. So no
/// line of an engine reads as one of the host's, and no value as another field.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.writer, Word(&self.event))?;
        self.fields.iter().try_for_each(|(key, value)| write!(f, " {}={}", Word(key), Quoted(value)))
    }
}

/// A text that stands by itself when it is one plain word.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !self.0.is_empty() && self.0.bytes().all(plain) {
            f.write_str(self.0)
        } else {
            Quoted(self.0).fmt(f)
        }
    }
}

/// A text in quotes: in single ones when it has only double ones, so that an entry for a file can be copied as it is.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        if text.contains('"') && !text.contains(['\'', '\\']) {
            return write!(f, "'{text}'");
        }
        write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Takes log lines.
pub trait LogSink: Send + Sync {
    /// Takes one line. The call that the line is about goes on when this returns, so an implementation that may have to wait,
    /// for a disk or a collector, hands the line to a thread of its own. One that panics loses the line and not the call.
    fn write(&self, line: &Line);
}

/// Hands a line over. A sink that panics loses this line and not what it is about: a call, in which a form may have been
/// submitted by now, or a component that is loaded. The panic has been reported by the process's own hook.
pub(crate) fn give(log: &dyn LogSink, line: &Line) {
    let _ = catch_unwind(AssertUnwindSafe(|| log.write(line)));
}

/// Hands lines to `tracing`: the host's with the target `approval_host`, the engines' with `approval_engine`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

/// `tracing` wants target and level as constants.
macro_rules! hand_over {
    ($level:ident, $line:expr) => {{
        let Line { writer, engine, tenant, .. } = $line;
        match writer {
            Writer::Host => tracing::$level!(target: "approval_host", engine, tenant, "{}", $line),
            Writer::Engine => tracing::$level!(target: "approval_engine", engine, tenant, "{}", $line),
        }
    }};
}

impl LogSink for TracingLog {
    fn write(&self, line: &Line) {
        match line.level {
            Level::Debug => hand_over!(debug, line),
            Level::Info => hand_over!(info, line),
            Level::Warn => hand_over!(warn, line),
            Level::Error => hand_over!(error, line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(writer: Writer, event: &str, fields: &[(&str, &str)]) -> String {
        let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (engine, tenant) = (String::from("toy"), String::from("acme"));
        let line = Line {
            writer,
            engine,
            tenant,
            level: Level::Warn,
            event: event.to_owned(),
            fields,
            secrets_masked: 0,
        };
        line.to_string()
    }

    #[test]
    fn no_line_of_an_engine_is_the_line_of_a_host() {
        let hosts =
            line(Writer::Host, "request-denied", &[("setting", "egress.origins"), ("add", "x = [\"y\"]")]);
        assert_eq!(hosts, "host: request-denied setting=\"egress.origins\" add='x = [\"y\"]'");
        for (event, fields) in [
            (hosts.as_str(), [].as_slice()),
            ("request-denied", &[("setting", "egress.origins"), ("add", "x = [\"y\"]")]),
            ("host:", &[("request-denied setting", "egress.origins\" add='x = [\"y\"]")]),
            ("", &[("", "")]),
        ] {
            let engines = line(Writer::Engine, event, fields);
            assert!(engines.starts_with("engine: "), "{engines}");
            assert_ne!(
                engines.strip_prefix("engine: "),
                hosts.strip_prefix("host: ").filter(|_| fields.is_empty())
            );
        }
    }

    #[test]
    fn a_value_ends_at_its_quote_and_nowhere_else() {
        for (value, quoted) in [
            ("plain", "\"plain\""),
            ("a b=c", "\"a b=c\""),
            ("[\"a\"]", "'[\"a\"]'"),
            ("a\" add='b", "\"a\\\" add='b\""),
            ("a\\", "\"a\\\\\""),
            ("a\"\\", "\"a\\\"\\\\\""),
        ] {
            assert_eq!(line(Writer::Engine, "e", &[("k", value)]), format!("engine: e k={quoted}"));
        }
        assert_eq!(line(Writer::Engine, "two words", &[("k v", "")]), "engine: \"two words\" \"k v\"=\"\"");
    }
}
