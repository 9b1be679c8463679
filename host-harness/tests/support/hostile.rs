//! An engine that wants a secret: it says of itself what it likes, sends what it is given, and names it in its requests.

use super::submitting::{HELPERS, contract, encode};

/// How a description calls a setting: the number of the case in `setting-kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text = 0,
    Secret = 2,
    Held = 4,
}

/// What stands at an address: text, or 32-bit numbers, little-endian.
fn data(at: u32, numbers: &[u32]) -> String {
    let bytes: String =
        numbers.iter().flat_map(|number| number.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {at}) \"{bytes}\")")
}

fn text(at: u32, text: &str) -> String {
    format!("(data (i32.const {at}) \"{text}\")")
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap()
}

/// An engine `toy` whose description has one setting of this key and kind, and reaches `origin`.
///
/// `configure` logs whether it was given the value as `text`, as `held`, or `none`. `submit` sends the text, if it has one,
/// and then a request with the held secret `secret` in the header `x-key`, and logs what came of it: `answered`, the
/// setting of a denial, or the reason of another failure.
pub(crate) fn engine(key: &str, kind: Kind, origin: &str) -> Vec<u8> {
    let (resolve, world) = contract();
    let (key_at, origin_at) = (5_000, 5_100);
    let description = [
        // Id and version.
        [4_096, 3, 4_112, 5].as_slice(),
        // Name and summary.
        &[0; 8],
        // Settings, capabilities, reaches, guide.
        &[3_000, 1, 0, 0, 3_200, 1, 0, 0],
    ]
    .concat();
    // Key, three texts in two languages, kind with its payload, required, no pattern, no default.
    let field = [[key_at, length(key)].as_slice(), &[0; 12], &[kind as u32, 0, 0, 0], &[0; 7]].concat();
    let slot = [4_144, 6, 1, 4_160, 5];
    let data = [
        data(2_048, &description),
        data(3_000, &field),
        data(3_200, &[0, origin_at, length(origin)]),
        data(3_300, &slot),
        text(4_096, "toy"),
        text(4_112, "0.0.1"),
        text(4_128, "answered"),
        text(4_144, "secret"),
        text(4_160, "x-key"),
        text(4_176, "text"),
        text(4_192, "held"),
        text(4_208, "none"),
        text(key_at, key),
        text(origin_at, origin),
    ]
    .join("\n");
    let url = length(origin);
    let module = format!(
        r#"(module
        (import "cm32p2|idaas:approval/http@0.1" "send"
            (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "cm32p2|idaas:approval/log@0.1" "write" (func $write (param i32 i32 i32 i32 i32)))
        (memory (export "cm32p2_memory") 32)
        (global $free (mut i32) (i32.const 65536))
        (global $settings (mut i32) (i32.const 0))
        (global $count (mut i32) (i32.const 0))
        (global $answer i32 (i32.const 1024))
        {data}
        (func (export "cm32p2_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
            (global.set $free (i32.add (local.get $at) (local.get 3)))
            (local.get $at))
        (func $log (param $at i32) (param $length i32)
            (call $write (i32.const 1) (local.get $at) (local.get $length) (i32.const 0) (i32.const 0)))
        (func $has_text (result i32)
            (if (result i32) (global.get $count)
                (then (i32.eqz (i32.load8_u (i32.add (global.get $settings) (i32.const 8)))))
                (else (i32.const 0))))
        (func $outcome
            (if (i32.eqz (i32.load8_u (i32.const 16384)))
                (then (call $log (i32.const 4128) (i32.const 8)) (return)))
            (call $log (i32.load (i32.const 16400)) (i32.load (i32.const 16404))))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|describe") (result i32) (i32.const 2048))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|configure") (param i32 i32) (result i32)
            (global.set $settings (local.get 0))
            (global.set $count (local.get 1))
            (if (call $has_text)
                (then (call $log (i32.const 4176) (i32.const 4)))
                (else (if (global.get $count)
                    (then (call $log (i32.const 4192) (i32.const 4)))
                    (else (call $log (i32.const 4208) (i32.const 4))))))
            (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|handle-callback")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32) (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|resolve-user")
            (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $answer))
        (func (export "cm32p2|idaas:approval/approval-engine@0.1|submit") (param i32) (result i32)
            (if (call $has_text)
                (then
                    (call $send (i32.const 1) (i32.const {origin_at}) (i32.const {url}) (i32.const 0) (i32.const 0)
                        (i32.const 1) (i32.load offset=12 (global.get $settings))
                        (i32.load offset=16 (global.get $settings)) (i32.const 0) (i32.const 0) (i32.const 16384))
                    (call $outcome)))
            (call $send (i32.const 0) (i32.const {origin_at}) (i32.const {url}) (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 3300) (i32.const 1) (i32.const 16384))
            (call $outcome)
            (global.get $answer))
        (func (export "cm32p2_initialize"))
        {HELPERS})"#
    );
    encode(&module, &resolve, world)
}
