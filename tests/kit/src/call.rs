//! How a function is called: by its name, but for two that have none in JSON.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_harness::{CallError, Tenant};
use serde_json::{Value, json};

/// The functions of `configuration-image`. A host keeps what they exchange to itself, so it has them in Rust alone.
pub(crate) const SAVE: &str = "save";
pub(crate) const RESTORE: &str = "restore";

/// Calls `function` with `input`, both in the contract's own names.
pub(crate) async fn call(tenant: &Tenant, function: &str, input: &Value) -> Result<Value, CallError> {
    match function {
        SAVE => Ok(tenant.save_image().await?.map_or(Value::Null, |image| of_bytes(&image))),
        RESTORE => Ok(json!(tenant.restore_image(&to_bytes(input)).await?)),
        _ => tenant.call_json(function, input).await,
    }
}

/// An image without its last byte.
pub(crate) fn cut(image: &Value) -> Value {
    let mut bytes = to_bytes(image);
    bytes.pop();
    of_bytes(&bytes)
}

/// An image with this byte behind it.
pub(crate) fn longer(image: &Value, byte: u8) -> Value {
    let mut bytes = to_bytes(image);
    bytes.push(byte);
    of_bytes(&bytes)
}

/// Bytes as the contract's JSON has them.
fn of_bytes(bytes: &[u8]) -> Value {
    match str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_binary) => json!({ "base64": BASE64_STANDARD.encode(bytes) }),
    }
}

/// What [`of_bytes`] has written.
fn to_bytes(value: &Value) -> Vec<u8> {
    let binary = || BASE64_STANDARD.decode(value.get("base64")?.as_str()?).ok();
    value.as_str().map(|text| text.as_bytes().to_vec()).or_else(binary).unwrap_or_default()
}
