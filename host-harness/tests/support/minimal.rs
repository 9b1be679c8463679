//! An engine of the world `engine`, without tracking and diagnostics.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The component.
pub(crate) fn engine() -> Vec<u8> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wit = package.ancestors().map(|folder| folder.join("wit")).find(|wit| wit.is_dir()).unwrap();
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("engine")).unwrap();
    let mut module = wat::parse_str(include_str!("minimal.wat")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}
