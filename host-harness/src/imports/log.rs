//! `log`: bounded, redacted, on its way to the operator.

use crate::bindings::idaas::approval::log::{Field, Host, Level, Value};
use crate::log;
use crate::replay::{Cued, wire};
use crate::state::{CallState, FIELDS};

impl Host for CallState {
    fn write(&mut self, level: Level, event: String, fields: Vec<Field>) -> wasmtime::Result<()> {
        match self.cue("log.write", || wire::line(level, &event, &fields), |_none| Some(()))? {
            Cued::Live(live) => self.answered(live, || serde_json::Value::Null),
            Cued::Played(()) => return Ok(()),
        }
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        self.write(
            level,
            &event,
            fields.into_iter().take(FIELDS).map(|field| (field.key, text(field.value))).collect(),
        );
        Ok(())
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
    }
}
