//! What `generate!` makes of the contract. Nothing is written by hand here.
//!
//! The types compile natively too, so the protocol speaks them directly and nothing has to be converted. Their `Debug`
//! prints everything: a `Setting` becomes a [`Config`](crate::config::Config) at once.
#![allow(unsafe_code, warnings, clippy::all, clippy::restriction, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "tracked-engine",
    generate_all,
    additional_derives: [PartialEq, Eq],
    pub_export_macro: true,
    default_bindings_module: "webhook_protocol::contract",
});
