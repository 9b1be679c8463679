//! An engine that is sound, and whose `submit` does what a test wants.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

/// Where the keys of tokens are.
pub(crate) const KEYS: u32 = 12_544;

/// What `$say` logs: 60 bytes.
pub(crate) const LINE: &str = "an engine that has a lot to say says it again and again, so.";

/// An engine that is sound but for `submit`, which has this body and then says that all went well. What it can call:
/// `$ask` sends a GET to `url` with as many bytes as it is told, and logs what came of it; `$say` logs [`LINE`]; `$take`
/// asks for the token under a key of two letters, [`KEYS`] and the number it is given times two, publishes one when it has
/// the lease, and logs `leased` or `busy`.
pub(crate) fn engine(url: &str, body: &str) -> Vec<u8> {
    configuring(url, "", body)
}

/// The same, and `configure` does something as well.
pub(crate) fn configuring(url: &str, configure: &str, body: &str) -> Vec<u8> {
    let (resolve, world) = contract();
    let length = url.len();
    let line = LINE;
    let keys: String =
        ('a'..='z').flat_map(|first| ('a'..='z').flat_map(move |second| [first, second])).collect();
    let text = format!(
        r#"(module
        (import "cm32p2|idaas:approval/http@0.1" "send"
            (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "cm32p2|idaas:approval/token-cache@0.1" "acquire"
            (func $acquire (param i32 i32 i32 i32 i32 i32)))
        (import "cm32p2|idaas:approval/token-cache@0.1" "publish"
            (func $publish (param i32 i32 i32 i32 i32)))
        (import "cm32p2|idaas:approval/log@0.1" "write" (func $write (param i32 i32 i32 i32 i32)))
        (memory (export "cm32p2_memory") 32)
        (global $free (mut i32) (i32.const 65536))
        ;; An answer of nothing but zeros is the first case of everything, and empty.
        (global $answer i32 (i32.const 1024))
        (data (i32.const 2048) "\00\10\00\00\05\00\00\00")
        (data (i32.const 4096) "wrong")
        (data (i32.const 4112) "answered")
        (data (i32.const 4128) "too-large")
        (data (i32.const 4144) "leased")
        (data (i32.const 4160) "busy")
        (data (i32.const 8192) "{url}")
        (data (i32.const 12288) "{line}")
        (data (i32.const {KEYS}) "{keys}")
        (func (export "cm32p2_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
            (global.set $free (i32.add (local.get $at) (local.get 3)))
            (local.get $at))
        (func $log (param $at i32) (param $length i32)
            (call $write (i32.const 1) (local.get $at) (local.get $length) (i32.const 0) (i32.const 0)))
        (func $say (call $log (i32.const 12288) (i32.const 60)))
        (func $take (param $number i32) (local $at i32)
            (local.set $at (i32.add (i32.const {KEYS}) (i32.mul (local.get $number) (i32.const 2))))
            (call $acquire (local.get $at) (i32.const 2)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16448))
            (if (i32.eq (i32.load8_u (i32.const 16448)) (i32.const 1))
                (then
                    (call $publish (local.get $at) (i32.const 2) (i32.const 4096) (i32.const 5) (i32.const 600))
                    (call $log (i32.const 4144) (i32.const 6))))
            (if (i32.eq (i32.load8_u (i32.const 16448)) (i32.const 3))
                (then (call $log (i32.const 4160) (i32.const 4)))))
        (func $ask (param $bytes i32)
            (call $send (i32.const 0) (i32.const 8192) (i32.const {length}) (i32.const 0) (i32.const 0)
                (i32.const 1) (i32.const 65536) (local.get $bytes) (i32.const 0) (i32.const 0) (i32.const 16384))
            (if (i32.eqz (i32.load8_u (i32.const 16384)))
                (then (call $log (i32.const 4112) (i32.const 8)) (return)))
            (if (i32.eq (i32.load8_u (i32.const 16392)) (i32.const 3))
                (then (call $log (i32.const 4128) (i32.const 9)) (return)))
            ;; The setting of a denial, or the reason of another failure.
            (call $log (i32.load (i32.const 16400)) (i32.load (i32.const 16404))))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|describe") (result i32) (i32.const 2048))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|configure") (param i32 i32) (result i32)
            {configure} (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|handle-callback")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32) (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|resolve-user")
            (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|submit") (param i32) (result i32)
            {body} (global.get $answer))
        (func (export "cm32p2_initialize"))
        {HELPERS})"#
    );
    encode(&text, &resolve, world)
}

pub(crate) fn contract() -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wit = package.ancestors().map(|folder| folder.join("wit")).find(|wit| wit.is_dir()).unwrap();
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("engine")).unwrap();
    (resolve, world)
}

pub(crate) const HELPERS: &str = "(table $many 0 funcref)
    (func $deep call $deep)
    (func $down (param i32)
        local.get 0 i32.eqz if return end
        local.get 0 i32.const 1 i32.sub call $down)";

pub(crate) fn encode(text: &str, resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}
