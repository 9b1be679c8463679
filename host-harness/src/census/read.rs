//! A component's bytes, read into the definitions that matter for counting.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentType,
    ComponentTypeRef, Encoding, FunctionBody, Instance, InstanceTypeDeclaration, Parser, Payload, TypeRef,
};

use super::values::{self, Signatures};
use super::{Needs, Outline, Refusal, bytes, types, within};
use crate::limits::Limits;

/// A component that has been read.
pub(super) struct Read {
    pub(super) components: Vec<Component>,
    /// What one instance of each module takes.
    pub(super) modules: Vec<Needs>,
    /// Which of the components is the whole.
    pub(super) root: usize,
    pub(super) totals: Totals,
    pub(super) outline: Outline,
}

/// What is in the bytes, instantiated or not: wasmtime compiles all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) functions: u64,
    /// Of the largest function.
    pub(super) function_bytes: u64,
    /// Of the function that has the most, its parameters among them.
    pub(super) function_locals: u64,
    /// Bytes of each function times its locals.
    pub(super) local_bytes: u64,
    /// Values that calls, branches and blocks of all functions carry.
    pub(super) values: u64,
    /// Types, their fields, cases, parameters and declarations.
    pub(super) types: u64,
    /// Other definitions of modules.
    pub(super) definitions: u64,
}

/// The definitions of one component, in their order.
#[derive(Default)]
pub(super) struct Component {
    pub(super) items: Vec<Item>,
}

/// One definition. Indices are those of the component's own index spaces.
pub(super) enum Item {
    /// A module, by its number among [`Read::modules`].
    Module(usize),
    /// A component, by its number among [`Read::components`].
    Component(usize),
    /// An instance of this module.
    CoreInstance {
        module: u32,
    },
    /// An instance of this component.
    Instance {
        component: u32,
        arguments: Vec<Named>,
    },
    /// An instance that is put together from what is there.
    Bundle(Vec<Named>),
    AliasExport {
        kind: Kind,
        instance: u32,
        name: String,
    },
    AliasOuter {
        kind: Kind,
        count: u32,
        index: u32,
    },
    Import {
        kind: Kind,
        name: String,
    },
    Export(Named),
    /// Functions that are lowered.
    Lowered(u64),
    /// Anything else, and how much of it.
    Other(u64),
}

/// Something under a name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) index: u32,
}

/// The index spaces that lead to instances.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Component,
    Instance,
    /// Functions, types and values.
    Other,
}

impl From<ComponentExternalKind> for Kind {
    fn from(kind: ComponentExternalKind) -> Self {
        match kind {
            ComponentExternalKind::Module => Self::Module,
            ComponentExternalKind::Component => Self::Component,
            ComponentExternalKind::Instance => Self::Instance,
            ComponentExternalKind::Func | ComponentExternalKind::Value | ComponentExternalKind::Type => {
                Self::Other
            }
        }
    }
}

/// What is open while the bytes are read.
enum Open {
    Component(Component),
    Module(Module),
}

#[derive(Default)]
struct Module {
    needs: Needs,
    signatures: Signatures,
    /// How many of the functions are imported.
    imported: usize,
    bodies: usize,
}

/// Reads all of it.
pub(super) fn read(component: &[u8], limits: &Limits) -> Result<Read, Refusal> {
    let mut reading = Reading {
        bytes: component,
        nesting: limits.nesting.into(),
        open: Vec::new(),
        root_types: Vec::new(),
        read: Read {
            components: Vec::new(),
            modules: Vec::new(),
            root: 0,
            totals: Totals::default(),
            outline: Outline::default(),
        },
    };
    for payload in Parser::new(0).parse_all(component) {
        reading.take(payload?)?;
    }
    if reading.read.components.is_empty() {
        return Err(Refusal::Unreadable(String::from("it ends before it has begun")));
    }
    Ok(reading.read)
}

struct Reading<'a> {
    bytes: &'a [u8],
    nesting: u64,
    open: Vec<Open>,
    /// Of each type of the whole component: whether it is an instance that only names types.
    root_types: Vec<bool>,
    read: Read,
}

impl<'a> Reading<'a> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the sections of the two are read apart")]
    fn take(&mut self, payload: Payload<'a>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding, .. } => self.begin(encoding),
            Payload::End(_) => {
                self.end();
                Ok(())
            }
            payload => match self.open.pop() {
                Some(Open::Component(mut component)) => {
                    self.component(&mut component, payload)?;
                    self.open.push(Open::Component(component));
                    Ok(())
                }
                Some(Open::Module(mut module)) => {
                    module.take(payload, &mut self.read.totals)?;
                    self.open.push(Open::Module(module));
                    Ok(())
                }
                None => Ok(()),
            },
        }
    }

    fn begin(&mut self, encoding: Encoding) -> Result<(), Refusal> {
        self.open.push(match encoding {
            Encoding::Component => Open::Component(Component::default()),
            Encoding::Module if self.open.is_empty() => {
                return Err(Refusal::Unreadable(String::from("it is a core module")));
            }
            Encoding::Module => Open::Module(Module::default()),
        });
        within("limits.nesting", self.depth(), self.nesting)
    }

    fn depth(&self) -> u64 {
        bytes(self.open.len())
    }

    fn end(&mut self) {
        let item = match self.open.pop() {
            Some(Open::Component(component)) => {
                self.read.components.push(component);
                self.read.root = self.read.components.len().saturating_sub(1);
                Item::Component(self.read.root)
            }
            Some(Open::Module(module)) => {
                self.read.modules.push(Needs { instances: 1, ..module.needs });
                Item::Module(self.read.modules.len().saturating_sub(1))
            }
            None => return,
        };
        if let Some(Open::Component(around)) = self.open.last_mut() {
            around.items.push(item);
        }
    }

    /// One section of a component, which is not among the open ones meanwhile.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections have no part in it")]
    fn component(&mut self, component: &mut Component, payload: Payload<'a>) -> Result<(), Refusal> {
        let whole = self.open.is_empty();
        let items = &mut component.items;
        match payload {
            Payload::InstanceSection(section) => {
                for instance in section {
                    match instance? {
                        Instance::Instantiate { module_index, args } => {
                            items.push(Item::Other(bytes(args.len())));
                            items.push(Item::CoreInstance { module: module_index });
                        }
                        Instance::FromExports(exports) => items.push(Item::Other(bytes(exports.len()))),
                    }
                }
            }
            Payload::CoreTypeSection(section) => {
                for ty in section {
                    let parts = types::core_parts(&ty?).saturating_add(1);
                    self.read.totals.types = self.read.totals.types.saturating_add(parts);
                }
            }
            Payload::ComponentTypeSection(section) => {
                let depth = self.depth().saturating_add(1);
                let parts = types::parts(self.bytes, section.range(), depth, self.nesting)?;
                self.read.totals.types = self.read.totals.types.saturating_add(parts);
                items.push(Item::Other(section.count().into()));
                if whole {
                    for ty in section {
                        self.root_types.push(names_types_only(&ty?));
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    items.push(match instance? {
                        ComponentInstance::Instantiate { component_index, args } => Item::Instance {
                            component: component_index,
                            arguments: args.iter().map(|arg| named(arg.name, arg.kind, arg.index)).collect(),
                        },
                        ComponentInstance::FromExports(exports) => Item::Bundle(
                            exports.iter().map(|item| named(item.name.name, item.kind, item.index)).collect(),
                        ),
                    });
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    let item = self.alias(alias?, whole);
                    items.push(item);
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                let mut lowered = 0_u64;
                let count = section.count();
                for function in section {
                    if matches!(function?, wasmparser::CanonicalFunction::Lower { .. }) {
                        lowered = lowered.saturating_add(1);
                    }
                }
                items.push(Item::Lowered(lowered));
                items.push(Item::Other(count.into()));
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import?;
                    if whole {
                        self.import(import.name.name, &import.ty);
                    }
                    items.push(Item::Import {
                        kind: import.ty.kind().into(),
                        name: import.name.name.to_owned(),
                    });
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    if whole {
                        self.read.outline.exports.push(export.name.name.to_owned());
                        if export.kind == ComponentExternalKind::Type {
                            self.root_types.push(self.is_types_only(export.index));
                        }
                    }
                    items.push(Item::Export(named(export.name.name, export.kind, export.index)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'_>, whole: bool) -> Item {
        match alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => {
                if whole && kind == ComponentExternalKind::Type {
                    self.root_types.push(false);
                }
                Item::AliasExport { kind: kind.into(), instance: instance_index, name: name.to_owned() }
            }
            ComponentAlias::CoreInstanceExport { .. } => Item::Other(1),
            ComponentAlias::Outer { kind, count, index } => {
                if whole && kind == ComponentOuterAliasKind::Type {
                    self.root_types.push(self.is_types_only(index));
                }
                match kind {
                    ComponentOuterAliasKind::CoreModule => {
                        Item::AliasOuter { kind: Kind::Module, count, index }
                    }
                    ComponentOuterAliasKind::Component => {
                        Item::AliasOuter { kind: Kind::Component, count, index }
                    }
                    ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => Item::Other(1),
                }
            }
        }
    }

    /// An import of the whole component.
    fn import(&mut self, name: &str, ty: &ComponentTypeRef) {
        let types_only = match ty {
            ComponentTypeRef::Instance(index) => self.is_types_only(*index),
            ComponentTypeRef::Type(bounds) => matches!(bounds, wasmparser::TypeBounds::Eq(_)),
            ComponentTypeRef::Module(_)
            | ComponentTypeRef::Func(_)
            | ComponentTypeRef::Value(_)
            | ComponentTypeRef::Component(_) => false,
        };
        if let ComponentTypeRef::Type(bounds) = ty {
            self.root_types.push(match bounds {
                wasmparser::TypeBounds::Eq(index) => self.is_types_only(*index),
                wasmparser::TypeBounds::SubResource => false,
            });
        }
        if !types_only {
            self.read.outline.imports.push(name.to_owned());
        }
    }

    fn is_types_only(&self, index: u32) -> bool {
        usize::try_from(index).ok().and_then(|index| self.root_types.get(index).copied()).unwrap_or(false)
    }
}

fn named(name: &str, kind: ComponentExternalKind, index: u32) -> Named {
    Named { name: name.to_owned(), kind: kind.into(), index }
}

/// An instance without functions or resources gives nothing: it only names types.
fn names_types_only(ty: &ComponentType<'_>) -> bool {
    let ComponentType::Instance(declarations) = ty else { return false };
    declarations.iter().all(|declaration| match declaration {
        InstanceTypeDeclaration::Export { ty, .. } => {
            matches!(ty, ComponentTypeRef::Type(wasmparser::TypeBounds::Eq(_)))
        }
        InstanceTypeDeclaration::CoreType(_)
        | InstanceTypeDeclaration::Type(_)
        | InstanceTypeDeclaration::Alias(_) => true,
    })
}

impl Module {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections have no part in it")]
    fn take(&mut self, payload: Payload<'_>, totals: &mut Totals) -> Result<(), Refusal> {
        const PAGE: u32 = 16;
        let mut defines = |count: u32| totals.definitions = totals.definitions.saturating_add(count.into());
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.types() {
                        totals.types = totals.types.saturating_add(1);
                        self.signatures.add_type(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                totals.functions = totals.functions.saturating_add(section.count().into());
                for ty in section {
                    self.signatures.add_function(ty?);
                }
            }
            Payload::CodeSectionEntry(body) => self.body(&body, totals)?,
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    let page = 1_u64.checked_shl(memory.page_size_log2.unwrap_or(PAGE)).unwrap_or(u64::MAX);
                    let memory_bytes = memory.initial.saturating_mul(page);
                    self.needs = self.needs.and(Needs { memories: 1, memory_bytes, ..Needs::default() });
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table_elements = table?.ty.initial;
                    self.needs = self.needs.and(Needs { tables: 1, table_elements, ..Needs::default() });
                }
            }
            Payload::ImportSection(section) => {
                let mut imports = 0;
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import?.ty {
                        self.signatures.add_function(ty);
                        self.imported = self.signatures.functions();
                    }
                    imports += 1;
                }
                defines(imports);
            }
            Payload::GlobalSection(section) => defines(section.count()),
            Payload::ExportSection(section) => defines(section.count()),
            Payload::ElementSection(section) => defines(section.count()),
            Payload::DataSection(section) => defines(section.count()),
            Payload::TagSection(section) => defines(section.count()),
            _ => {}
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'_>, totals: &mut Totals) -> Result<(), Refusal> {
        let function = self.signatures.of(self.imported.saturating_add(self.bodies));
        let mut locals = function.parameters;
        self.bodies = self.bodies.saturating_add(1);
        for group in body.get_locals_reader()? {
            locals = locals.saturating_add(group?.0.into());
        }
        let size = bytes(body.range().len());
        totals.function_bytes = totals.function_bytes.max(size);
        totals.function_locals = totals.function_locals.max(locals);
        totals.local_bytes = totals.local_bytes.saturating_add(size.saturating_mul(locals));
        let carried = values::carried(body, function, &self.signatures)?;
        totals.values = totals.values.saturating_add(carried);
        Ok(())
    }
}
