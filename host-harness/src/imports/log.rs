//! `log`: bounded, redacted, on its way to the operator.

use crate::bindings::idaas::approval::log::{Field, Host, Level, Value};
use crate::log::{self, Line};
use crate::redact;
use crate::state::CallState;

/// Fields of one line.
const FIELDS: usize = 16;
/// Bytes of a value, and of an event or a key.
const VALUE_BYTES: usize = 256;
const NAME_BYTES: usize = 64;

impl Host for CallState {
    fn write(&mut self, level: Level, event: String, fields: Vec<Field>) -> wasmtime::Result<()> {
        self.log_lines += 1;
        if self.log_lines == self.limits.log_lines + 1 {
            self.note(
                log::Level::Warn,
                "log-lines-dropped",
                vec![("setting".into(), "limits.log_lines".into())],
            );
        }
        if self.log_lines > self.limits.log_lines {
            return Ok(());
        }
        let line = Line {
            engine: self.identity.engine.clone(),
            tenant: self.identity.tenant.clone(),
            level: match level {
                Level::Debug => log::Level::Debug,
                Level::Info => log::Level::Info,
                Level::Warn => log::Level::Warn,
                Level::Error => log::Level::Error,
            },
            event: redact::line(&event, NAME_BYTES),
            fields: fields.into_iter().take(FIELDS).map(field).collect(),
        };
        self.services.log.write(&line);
        Ok(())
    }
}

fn field(field: Field) -> (String, String) {
    let value = match field.value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
    };
    (redact::line(&field.key, NAME_BYTES), redact::line(&value, VALUE_BYTES))
}
