//! Which parts of WebAssembly an engine may use.
//!
//! Rust's `wasm32-unknown-unknown` and the component model need no more than these, and what is off can neither hold a
//! defect of the compiler that an engine reaches, nor tell it on what processor it runs: relaxed SIMD gives other results
//! on other processors, and shared memory makes a clock.

use wasmtime::WasmFeatures;

/// What is on.
const ON: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::COMPONENT_MODEL);

/// What is off: everything else that wasmtime knows, in this version and the next.
pub(super) const OFF: WasmFeatures = WasmFeatures::all().difference(ON);

/// The name of the part that a component uses and that is off, when that is why it does not compile.
pub(super) fn missing(error: &wasmtime::Error) -> Option<String> {
    if let Some(error) = error.downcast_ref::<wasmparser::BinaryReaderError>() {
        let names: Vec<&str> = error.missing_wasm_feature()?.iter_names().map(|(name, _)| name).collect();
        return Some(names.join(", "));
    }
    // Inside a function wasmtime hands on the words alone. A test fails when they change.
    let words = format!("{error:#}");
    let (before, _) = words.split_once(" support is not enabled")?;
    before.rsplit(": ").next().map(str::to_owned)
}
