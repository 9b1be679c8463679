//! Engines that are wrong on purpose: every function of the contract, and the same few instructions in each.

use wit_component::dummy_module;
use wit_parser::ManglingAndAbi;

use submitting::{HELPERS, contract, encode};

#[path = "submitting.rs"]
pub(crate) mod submitting;

/// Traps at once.
pub(crate) const TRAP: &str = "unreachable";

/// Never ends.
pub(crate) const LOOP: &str = "loop br 0 end unreachable";

/// Takes memory until there is none, and then traps as Rust does.
pub(crate) const BOMB: &str = "loop i32.const 16 memory.grow i32.const 0 i32.ge_s br_if 0 end unreachable";

/// Makes a table larger until that is refused.
pub(crate) const TABLE_BOMB: &str =
    "loop ref.null func i32.const 1000 table.grow $many i32.const 0 i32.ge_s br_if 0 end unreachable";

/// Calls itself until the stack ends.
pub(crate) const RECURSION: &str = "call $deep unreachable";

/// Calls itself a thousand times, and then traps.
pub(crate) const DEEP: &str = "i32.const 1000 call $down unreachable";

/// Spends its time in the host: each call copies a mebibyte.
pub(crate) const HOST_CALLS: &str = "(memory.grow (i32.const 32)) drop \
     loop i32.const 1 i32.const 0 i32.const 1048576 i32.const 0 i32.const 0 call 4 br 0 end unreachable";

/// Has the host copy 17 MiB in one call.
pub(crate) const COPIES: &str = "(memory.grow (i32.const 280)) drop \
     i32.const 1 i32.const 0 i32.const 17825792 i32.const 0 i32.const 0 call 4 unreachable";

/// An engine whose every function has this body.
pub(crate) fn engine(body: &str) -> Vec<u8> {
    let (resolve, world) = contract();
    let dummy = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let text = wasmprinter::print_bytes(dummy).unwrap();
    let text = text.replace("unreachable", body);
    let end = text.rfind(')').unwrap();
    let text = format!("{}{HELPERS})", &text[..end]);
    encode(&text, &resolve, world)
}
