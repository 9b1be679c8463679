//! A panic in wasm is a bare trap. The hook says first where it was.

use std::panic::set_hook;
use std::sync::Once;

use webhook_protocol::log::{Field, Level, Value, write};

/// Sees to it that a panic is logged. The message stays out: it may hold what a sender chose.
pub(crate) fn report() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        set_hook(Box::new(|panic| {
            let place =
                panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
            write(Level::Error, "engine-panicked", &[Field { key: "at".into(), value: Value::Text(place) }]);
        }));
    });
}
