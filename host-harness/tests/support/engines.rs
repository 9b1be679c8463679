//! Engines that are wrong on purpose: every function of the contract, and the same few instructions in each.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// Traps at once.
pub(crate) const TRAP: &str = "unreachable";

/// Never ends.
pub(crate) const LOOP: &str = "loop br 0 end unreachable";

/// Takes memory until there is none, and then traps as Rust does.
pub(crate) const BOMB: &str = "loop i32.const 16 memory.grow i32.const 0 i32.ge_s br_if 0 end unreachable";

/// Calls itself until the stack ends.
pub(crate) const RECURSION: &str = "call $deep unreachable";

/// An engine whose every function has this body.
pub(crate) fn engine(body: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("engine")).unwrap();
    let dummy = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let text = wasmprinter::print_bytes(dummy).unwrap();
    let text = text.replace("unreachable", body);
    let end = text.rfind(')').unwrap();
    let text = format!("{}(func $deep call $deep))", &text[..end]);
    let mut module = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}
