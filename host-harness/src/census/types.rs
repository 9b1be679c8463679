//! The parts of types, counted without reading a type inside a type by recursion.
//!
//! wasmparser reads a component type inside a component type by calling itself, without a limit, and three bytes are
//! enough for one level: a component of a few kilobytes would overflow the stack, which ends the process.

use std::ops::Range;

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentDefinedType, ComponentExternName, ComponentImport, ComponentType,
    ComponentTypeRef, CoreType,
};

use super::{Refusal, within};

/// What is being read, and how many of its parts are left.
struct Open {
    kind: Kind,
    left: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Section,
    Instance,
    Component,
}

/// Counts the parts of the types in one section, whose range begins with its count. `depth` components are open around
/// it, and `nesting` is the limit of both together.
pub(super) fn parts(
    component: &[u8],
    section: Range<usize>,
    depth: u64,
    nesting: u64,
) -> Result<u64, Refusal> {
    let unreadable = || Refusal::Unreadable(String::from("a section of types ends too early"));
    let mut reader = BinaryReader::new(component.get(section.clone()).ok_or_else(unreadable)?, section.start);
    let mut open = vec![Open { kind: Kind::Section, left: reader.read_var_u32()? }];
    let mut parts = 0_u64;
    while let Some(top) = open.last_mut() {
        let Some(left) = top.left.checked_sub(1) else {
            open.pop();
            continue;
        };
        top.left = left;
        parts = parts.saturating_add(1);
        if top.kind != Kind::Section {
            match (reader.read_u8()?, top.kind) {
                (0x00, _) => {
                    parts = parts.saturating_add(core_parts(&reader.read()?));
                    continue;
                }
                (0x01, _) => {}
                (0x02, _) => {
                    reader.read::<ComponentAlias<'_>>()?;
                    continue;
                }
                (0x03, Kind::Component) => {
                    reader.read::<ComponentImport<'_>>()?;
                    continue;
                }
                (0x04, _) => {
                    reader.read::<ComponentExternName<'_>>()?;
                    reader.read::<ComponentTypeRef>()?;
                    continue;
                }
                (byte, _) => {
                    return Err(Refusal::Unreadable(format!(
                        "a type cannot declare what begins with {byte:#04x}"
                    )));
                }
            }
        }
        let mut ahead = reader.clone();
        let kind = match ahead.read_u8()? {
            0x41 => Kind::Component,
            0x42 => Kind::Instance,
            _ => {
                parts = parts.saturating_add(own_parts(&reader.read()?));
                continue;
            }
        };
        let left = ahead.read_var_u32()?;
        reader = ahead;
        open.push(Open { kind, left });
        let deep = depth.saturating_add(u64::try_from(open.len()).unwrap_or(u64::MAX)).saturating_sub(1);
        within("limits.nesting", deep, nesting)?;
    }
    Ok(parts)
}

/// Fields, cases, parameters: what a type has beside itself.
fn own_parts(ty: &ComponentType<'_>) -> u64 {
    let count = match ty {
        ComponentType::Defined(defined) => match defined {
            ComponentDefinedType::Record(fields) => fields.len(),
            ComponentDefinedType::Variant(cases) => cases.len(),
            ComponentDefinedType::Tuple(parts) => parts.len(),
            ComponentDefinedType::Flags(names) | ComponentDefinedType::Enum(names) => names.len(),
            // So many copies are made of it where it is passed.
            ComponentDefinedType::FixedLengthList(_, length) => {
                usize::try_from(*length).unwrap_or(usize::MAX)
            }
            ComponentDefinedType::Primitive(_)
            | ComponentDefinedType::List(_)
            | ComponentDefinedType::Map(..)
            | ComponentDefinedType::Option(_)
            | ComponentDefinedType::Result { .. }
            | ComponentDefinedType::Own(_)
            | ComponentDefinedType::Borrow(_)
            | ComponentDefinedType::Future(_)
            | ComponentDefinedType::Stream(_) => 0,
        },
        ComponentType::Func(function) => function.params.len(),
        // Read part by part before it comes to this.
        ComponentType::Component(declarations) => declarations.len(),
        ComponentType::Instance(declarations) => declarations.len(),
        ComponentType::Resource { .. } => 0,
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The types of a recursion group, or the declarations of a module's type.
pub(super) fn core_parts(ty: &CoreType<'_>) -> u64 {
    let count = match ty {
        CoreType::Rec(group) => group.types().len(),
        CoreType::Module(declarations) => declarations.len(),
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}
