//! Every instantiation followed, with its arguments.
//!
//! A component that is defined or passed on once can be instantiated twice in each of forty layers. What an instance of
//! one component comes to with the same arguments is counted once and remembered, so the count is exact and takes no
//! longer than the bytes allow. Where arguments differ each time, it is followed each time, up to
//! `limits.component_instances` and `limits.definitions`.

use std::collections::{BTreeMap, HashMap};

use super::read::{Item, Kind, Named, Read};
use super::{Needs, Refusal, bytes, within};
use crate::limits::Limits;

/// What an index stands for. Equal values come to the same wherever they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    /// Among [`Read::modules`].
    Module(usize),
    /// Among [`Walk::closures`].
    Component(usize),
    /// Among [`Walk::bundles`].
    Instance(usize),
    /// What the host would have to give, by its number among the imports of the whole.
    Foreign(usize),
    /// It leads to no instance.
    Plain,
}

type Exports = BTreeMap<String, Value>;

/// A component with what is around it.
#[derive(Clone, Copy)]
struct Closure {
    component: usize,
    /// `None` for the whole.
    around: Option<usize>,
}

/// The index spaces of a component that is being instantiated.
#[derive(Default)]
struct Scope {
    around: Option<usize>,
    modules: Vec<Value>,
    components: Vec<Value>,
    instances: Vec<Value>,
}

impl Scope {
    fn items(&self, kind: Kind) -> Option<&Vec<Value>> {
        match kind {
            Kind::Module => Some(&self.modules),
            Kind::Component => Some(&self.components),
            Kind::Instance => Some(&self.instances),
            Kind::Other => None,
        }
    }

    fn push(&mut self, kind: Kind, value: Value) {
        match kind {
            Kind::Module => self.modules.push(value),
            Kind::Component => self.components.push(value),
            Kind::Instance => self.instances.push(value),
            Kind::Other => {}
        }
    }
}

struct Walk<'a> {
    read: &'a Read,
    limits: &'a Limits,
    closures: Vec<Closure>,
    scopes: Vec<Scope>,
    bundles: Vec<Exports>,
    numbers: HashMap<Exports, usize>,
    known: HashMap<(usize, Exports), (Needs, Value)>,
    foreign: Vec<String>,
    /// Definitions, and instances of components, without those that were known.
    followed: u64,
    made: u64,
}

/// What one instance of the whole component takes.
pub(super) fn follow(read: &Read, limits: &Limits) -> Result<Needs, Refusal> {
    let mut walk = Walk {
        read,
        limits,
        closures: vec![Closure { component: read.root, around: None }],
        scopes: Vec::new(),
        bundles: Vec::new(),
        numbers: HashMap::new(),
        known: HashMap::new(),
        foreign: Vec::new(),
        followed: 0,
        made: 0,
    };
    let (needs, _) = walk.instantiate(0, &Exports::new(), 0)?;
    Ok(needs)
}

fn broken(what: &str) -> Refusal {
    Refusal::Unreadable(format!("its instances cannot be counted: {what}"))
}

impl Walk<'_> {
    /// One instance of a closure with these arguments. `depth` others are being made around it.
    fn instantiate(
        &mut self,
        number: usize,
        arguments: &Exports,
        depth: u64,
    ) -> Result<(Needs, Value), Refusal> {
        let key = (number, arguments.clone());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        if depth > 0 {
            self.made = self.made.saturating_add(1);
            within("limits.component_instances", self.made, self.limits.component_instances.into())?;
        }
        // This function calls itself, as deep as this.
        within("limits.nesting", depth, self.limits.nesting.into())?;
        let closure = *self.closures.get(number).ok_or_else(|| broken("a component is missing"))?;
        let read = self.read;
        let component =
            read.components.get(closure.component).ok_or_else(|| broken("a component is missing"))?;
        let mut needs = Needs::default();
        let mut exports = Exports::new();
        let scope = self.scopes.len();
        self.scopes.push(Scope { around: closure.around, ..Scope::default() });
        for item in &component.items {
            let weight = weight(item);
            needs.definitions = needs.definitions.saturating_add(weight);
            self.followed = self.followed.saturating_add(weight);
            within("limits.definitions", self.followed, self.limits.definitions.into())?;
            let (kind, value) = match item {
                Item::Module(module) => (Kind::Module, Value::Module(*module)),
                Item::Component(component) => {
                    self.closures.push(Closure { component: *component, around: Some(scope) });
                    (Kind::Component, Value::Component(self.closures.len().saturating_sub(1)))
                }
                Item::CoreInstance { module } => {
                    needs = needs.and(self.module(self.find(scope, Kind::Module, *module)?)?);
                    continue;
                }
                Item::Instance { component, arguments } => {
                    let component = match self.find(scope, Kind::Component, *component)? {
                        Value::Component(component) => component,
                        other
                        @ (Value::Module(_) | Value::Instance(_) | Value::Foreign(_) | Value::Plain) => {
                            return Err(self.not_ours(other));
                        }
                    };
                    let arguments = self.named(scope, arguments)?;
                    let (inner, instance) =
                        self.instantiate(component, &arguments, depth.saturating_add(1))?;
                    needs = needs.and(inner).and(Needs { component_instances: 1, ..Needs::default() });
                    (Kind::Instance, instance)
                }
                Item::Bundle(items) => {
                    let bundle = self.named(scope, items)?;
                    (Kind::Instance, self.bundle(bundle))
                }
                Item::AliasExport { kind, instance, name } => {
                    if *kind == Kind::Other {
                        continue;
                    }
                    let instance = self.find(scope, Kind::Instance, *instance)?;
                    (*kind, self.export(instance, name)?)
                }
                Item::AliasOuter { kind, count, index } => {
                    let mut from = scope;
                    for _ in 0..*count {
                        let around = self.scopes.get(from).and_then(|scope| scope.around);
                        from = around.ok_or_else(|| broken("an alias leads out of the component"))?;
                    }
                    (*kind, self.find(from, *kind, *index)?)
                }
                Item::Import { kind, name } if closure.around.is_none() => {
                    self.foreign.push(name.clone());
                    (*kind, Value::Foreign(self.foreign.len().saturating_sub(1)))
                }
                Item::Import { kind: Kind::Other, .. } => continue,
                Item::Import { kind, name } => {
                    let value = arguments.get(name).copied();
                    (*kind, value.ok_or_else(|| broken("an argument is missing"))?)
                }
                Item::Export(Named { name, kind, index }) => {
                    let value = self.find(scope, *kind, *index)?;
                    exports.insert(name.clone(), value);
                    (*kind, value)
                }
                Item::Lowered(count) => {
                    needs.lowered = needs.lowered.saturating_add(*count);
                    continue;
                }
                Item::Other(_) => continue,
            };
            if let Some(scope) = self.scopes.get_mut(scope) {
                scope.push(kind, value);
            }
        }
        let made = (needs, self.bundle(exports));
        self.known.insert(key, made);
        Ok(made)
    }

    fn find(&self, scope: usize, kind: Kind, index: u32) -> Result<Value, Refusal> {
        let Some(scope) = self.scopes.get(scope) else { return Err(broken("a component is missing")) };
        let Some(items) = scope.items(kind) else { return Ok(Value::Plain) };
        let found = usize::try_from(index).ok().and_then(|index| items.get(index));
        found.copied().ok_or_else(|| broken("an index leads to nothing"))
    }

    fn named(&self, scope: usize, items: &[Named]) -> Result<Exports, Refusal> {
        items.iter().map(|item| Ok((item.name.clone(), self.find(scope, item.kind, item.index)?))).collect()
    }

    /// The number of an instance that exports these; the same for the same.
    fn bundle(&mut self, exports: Exports) -> Value {
        if let Some(number) = self.numbers.get(&exports) {
            return Value::Instance(*number);
        }
        let number = self.bundles.len();
        self.bundles.push(exports.clone());
        self.numbers.insert(exports, number);
        Value::Instance(number)
    }

    fn export(&self, instance: Value, name: &str) -> Result<Value, Refusal> {
        match instance {
            Value::Instance(number) => self
                .bundles
                .get(number)
                .and_then(|exports| exports.get(name))
                .copied()
                .ok_or_else(|| broken("an instance lacks an export")),
            // What a host's instance gives is the host's as well.
            Value::Foreign(_) => Ok(instance),
            Value::Module(_) | Value::Component(_) | Value::Plain => {
                Err(broken("an alias is of no instance"))
            }
        }
    }

    fn module(&self, module: Value) -> Result<Needs, Refusal> {
        match module {
            Value::Module(number) => {
                self.read.modules.get(number).copied().ok_or_else(|| broken("a module is missing"))
            }
            other @ (Value::Component(_) | Value::Instance(_) | Value::Foreign(_) | Value::Plain) => {
                Err(self.not_ours(other))
            }
        }
    }

    fn not_ours(&self, value: Value) -> Refusal {
        match value {
            Value::Foreign(number) => {
                Refusal::Foreign { import: self.foreign.get(number).cloned().unwrap_or_default() }
            }
            Value::Module(_) | Value::Component(_) | Value::Instance(_) | Value::Plain => {
                broken("something else than a component or module is instantiated")
            }
        }
    }
}

/// How much following a definition takes, and wasmtime's own walk over it.
fn weight(item: &Item) -> u64 {
    match item {
        Item::Instance { arguments: items, .. } | Item::Bundle(items) => {
            items.iter().map(|item| name_weight(&item.name)).fold(1, u64::saturating_add)
        }
        Item::Import { name, .. } | Item::AliasExport { name, .. } | Item::Export(Named { name, .. }) => {
            name_weight(name)
        }
        Item::Other(count) => *count,
        Item::Lowered(_) => 0,
        Item::Module(_) | Item::Component(_) | Item::CoreInstance { .. } | Item::AliasOuter { .. } => 1,
    }
}

/// A name is copied and compared wherever it is followed.
fn name_weight(name: &str) -> u64 {
    bytes(name.len() / 128).saturating_add(1)
}
