//! What a component will need, counted before it is compiled.
//!
//! wasmtime counts as well, but tells it in words, and only after compiling. A component of a kilobyte can ask for a
//! million instances.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    Encoding, Instance, Parser, Payload,
};

use crate::error::LoadError;
use crate::limits::Limits;

/// What instantiating takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Needs {
    instances: u64,
    memories: u64,
    /// Of the largest memory, to begin with.
    memory_bytes: u64,
    tables: u64,
    /// Of the largest table, to begin with.
    table_elements: u64,
}

impl Needs {
    fn and(self, other: Self) -> Self {
        Self {
            instances: self.instances.saturating_add(other.instances),
            memories: self.memories.saturating_add(other.memories),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            tables: self.tables.saturating_add(other.tables),
            table_elements: self.table_elements.max(other.table_elements),
        }
    }
}

/// Refuses a component that needs more than `limits` allow.
///
/// What cannot be read here wasmtime refuses with the reason. What comes in from outside of a nested component and
/// the glue between two of them is not counted; there wasmtime's own counts hold, which have the same limits.
///
/// # Errors
/// - [`LoadError::Exceeds`]: it needs more, and the limit is named.
pub(crate) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let Ok(needs) = count(component) else { return Ok(()) };
    let bytes = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
    for (setting, needs, allows) in [
        ("limits.instances", needs.instances, limits.instances.into()),
        ("limits.memories", needs.memories, limits.memories.into()),
        ("limits.memory_bytes", needs.memory_bytes, bytes(limits.memory_bytes)),
        ("limits.tables", needs.tables, limits.tables.into()),
        ("limits.table_elements", needs.table_elements, bytes(limits.table_elements)),
    ] {
        if needs > allows {
            return Err(LoadError::Exceeds { setting, needs, allows });
        }
    }
    Ok(())
}

/// A module or a component while it is read. An item that comes from outside is `None`.
#[derive(Default)]
struct Scope {
    needs: Needs,
    modules: Vec<Option<Needs>>,
    components: Vec<Option<Needs>>,
    is_module: bool,
}

impl Scope {
    fn declare(&mut self, kind: ComponentExternalKind) {
        match kind {
            ComponentExternalKind::Module => self.modules.push(None),
            ComponentExternalKind::Component => self.components.push(None),
            ComponentExternalKind::Func
            | ComponentExternalKind::Value
            | ComponentExternalKind::Type
            | ComponentExternalKind::Instance => {}
        }
    }
}

fn item(items: &[Option<Needs>], index: u32) -> Option<Needs> {
    usize::try_from(index).ok().and_then(|index| items.get(index).copied().flatten())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections are inside of one")]
fn count(component: &[u8]) -> Result<Needs, BinaryReaderError> {
    let mut whole = Needs::default();
    let mut outer: Vec<Scope> = Vec::new();
    let mut scope = Scope::default();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        match payload {
            Payload::Version { encoding, .. } => {
                let is_module = encoding == Encoding::Module;
                outer.push(std::mem::replace(&mut scope, Scope { is_module, ..Scope::default() }));
            }
            Payload::End(_) => {
                let read = std::mem::replace(&mut scope, outer.pop().unwrap_or_default());
                if read.is_module {
                    scope.modules.push(Some(Needs { instances: 1, ..read.needs }));
                } else {
                    scope.components.push(Some(read.needs));
                }
                whole = read.needs;
            }
            _ => declare(payload, &mut scope, &outer)?,
        }
    }
    Ok(whole)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most sections have no part in it")]
fn declare(payload: Payload<'_>, scope: &mut Scope, outer: &[Scope]) -> Result<(), BinaryReaderError> {
    const PAGE: u32 = 16;
    match payload {
        Payload::MemorySection(memories) => {
            for memory in memories {
                let memory = memory?;
                let page = 1_u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE)).unwrap_or(u64::MAX);
                let memory_bytes = memory.initial.saturating_mul(page);
                scope.needs = scope.needs.and(Needs { memories: 1, memory_bytes, ..Needs::default() });
            }
        }
        Payload::TableSection(tables) => {
            for table in tables {
                let table_elements = table?.ty.initial;
                scope.needs = scope.needs.and(Needs { tables: 1, table_elements, ..Needs::default() });
            }
        }
        Payload::InstanceSection(instances) => {
            for instance in instances {
                if let Instance::Instantiate { module_index, .. } = instance? {
                    let unknown = Needs { instances: 1, ..Needs::default() };
                    scope.needs = scope.needs.and(item(&scope.modules, module_index).unwrap_or(unknown));
                }
            }
        }
        Payload::ComponentInstanceSection(instances) => {
            for instance in instances {
                if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                    let needs = item(&scope.components, component_index).unwrap_or_default();
                    scope.needs = scope.needs.and(needs);
                }
            }
        }
        Payload::ComponentAliasSection(aliases) => {
            for alias in aliases {
                match alias? {
                    ComponentAlias::InstanceExport { kind, .. } => scope.declare(kind),
                    ComponentAlias::Outer { kind, count, index } => {
                        alias_outer(scope, outer, kind, count, index)
                    }
                    ComponentAlias::CoreInstanceExport { .. } => {}
                }
            }
        }
        Payload::ComponentImportSection(imports) => {
            for import in imports {
                scope.declare(import?.ty.kind());
            }
        }
        Payload::ComponentExportSection(exports) => {
            // An export is a new item of its kind as well.
            for export in exports {
                let export = export?;
                match export.kind {
                    ComponentExternalKind::Module => scope.modules.push(item(&scope.modules, export.index)),
                    ComponentExternalKind::Component => {
                        scope.components.push(item(&scope.components, export.index));
                    }
                    kind => scope.declare(kind),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// `count` scopes out; 0 is the scope itself.
fn alias_outer(scope: &mut Scope, outer: &[Scope], kind: ComponentOuterAliasKind, count: u32, index: u32) {
    let from = usize::try_from(count).ok().and_then(|count| outer.len().checked_sub(count));
    let find = |own: &[Option<Needs>], items: fn(&Scope) -> &[Option<Needs>]| match from {
        Some(at) if at == outer.len() => item(own, index),
        Some(at) => outer.get(at).and_then(|scope| item(items(scope), index)),
        None => None,
    };
    match kind {
        ComponentOuterAliasKind::CoreModule => {
            let found = find(&scope.modules, |scope| &scope.modules);
            scope.modules.push(found);
        }
        ComponentOuterAliasKind::Component => {
            let found = find(&scope.components, |scope| &scope.components);
            scope.components.push(found);
        }
        ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> Needs {
        count(&wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn every_instance_of_a_module_counts_with_its_memories_and_tables() {
        let two = r#"(component
            (core module $m (memory 2) (table 7 funcref) (table 3 funcref))
            (core module $unused (memory 1000))
            (core instance (instantiate $m))
            (core instance (instantiate $m)))"#;
        let counted =
            Needs { instances: 2, memories: 2, memory_bytes: 2 << 16, tables: 4, table_elements: 7 };
        assert_eq!(needs(two), counted);
    }

    #[test]
    fn components_inside_components_multiply_also_through_aliases_and_exports() {
        let doubled = r#"(component
            (core module $m (memory 1))
            (component $a
                (alias outer 1 $m (core module $n))
                (core instance (instantiate $n))
                (core instance (instantiate $n)))
            (component $b (alias outer 1 $a (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))
            (export $d "d" (component $b))
            (instance (instantiate $b))
            (instance (instantiate $d)))"#;
        let counted = Needs { instances: 8, memories: 8, memory_bytes: 1 << 16, ..Needs::default() };
        assert_eq!(needs(doubled), counted);
    }

    /// wasmtime would make each of them while it compiles.
    #[test]
    fn a_component_that_doubles_itself_forty_times_is_counted_at_once() {
        let mut text = String::from(
            "(core module $m) (component $c0 (alias outer 1 $m (core module $n)) (core instance (instantiate $n)))",
        );
        for level in 1..=40 {
            let below = level - 1;
            text += &format!(
                "(component $c{level} (alias outer 1 $c{below} (component $b)) (instance (instantiate $b)) (instance (instantiate $b)))"
            );
        }
        let bomb = wat::parse_str(format!("(component {text} (instance (instantiate $c40)))")).unwrap();
        let refused = check(&bomb, &Limits::default()).unwrap_err();
        assert_eq!(refused, LoadError::Exceeds { setting: "limits.instances", needs: 1 << 40, allows: 4 });
    }

    #[test]
    fn our_own_engine_needs_what_the_defaults_allow() {
        let needs = count(wecom_component::WECOM_ENGINE).unwrap();
        assert_eq!((needs.instances, needs.memories), (3, 1));
        assert_eq!(check(wecom_component::WECOM_ENGINE, &Limits::default()), Ok(()));
    }
}
