//! A panic in wasm is a bare trap. The hook says first where it was.

use std::panic;
use std::sync::Once;

use crate::bindings::idaas::approval::log::{Field, Level, Value, write};

/// Sees to it that a panic is logged. The message stays out: it may hold what a sender chose.
pub(crate) fn report() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let at = panic.location();
            let place = at.map_or_else(|| "unknown", |at| at.file());
            let line = at.map_or(0, |at| at.line());
            write(
                Level::Error,
                "engine-panicked",
                &[
                    Field { key: String::from("file"), value: Value::Text(place.to_owned()) },
                    Field { key: String::from("line"), value: Value::Number(line.into()) },
                ],
            );
        }));
    });
}
