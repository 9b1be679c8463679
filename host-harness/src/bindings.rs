//! What `bindgen!` makes of the contract. Nothing is written by hand here.
//!
//! It is the larger world, and no engine has to offer all of it: the host loads each interface by itself.
#![allow(clippy::all, clippy::restriction, clippy::pedantic, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "kept-engine",
    imports: {
        "idaas:approval/http.send": async | trappable,
        "idaas:approval/token-cache.acquire": async | trappable,
        "idaas:approval/token-cache.block": async | trappable,
        "idaas:approval/token-cache.publish": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    additional_derives: [PartialEq, Eq],
});
