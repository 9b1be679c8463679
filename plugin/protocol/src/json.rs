//! JSON of ours. `serde_json::json!` would do, but it sends every value through serde: 13 KB of the component.

use core::mem;

use serde_json::{Map, Value};

/// An object of these fields.
pub(crate) fn object<const N: usize>(mut fields: [(&str, Value); N]) -> Value {
    collect(&mut fields)
}

/// [`object`] for any number of fields, so that there is one copy of the loop.
fn collect(fields: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), mem::take(value));
    }
    Value::Object(object)
}
