//! What `generate!` makes of the contract. Nothing is written by hand here.
#![allow(unsafe_code, warnings, clippy::all, clippy::restriction, reason = "generated")]

wit_bindgen::generate!({
    path: "../wit",
    world: "kept-engine",
    generate_all,
});
