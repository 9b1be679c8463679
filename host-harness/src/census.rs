//! What a component comes to, counted before it is compiled.
//!
//! wasmtime counts as well, but only after it has done the work, and part of it not at all: a component of a kilobyte can
//! ask for a million instances, and a module of a hundred kilobytes for minutes of compiling. So the host reads the
//! component, follows every instantiation with its arguments, and refuses by the name of a limit. **What cannot be
//! counted is refused.**
//!
//! The time that this takes is bounded by the limits themselves: bytes before anything is read, nesting while it is read,
//! and the definitions that are followed.

use crate::error::LoadError;
use crate::limits::Limits;

mod effective;
mod read;
mod types;
mod values;

use read::Totals;

/// What instantiating takes, after every instance has been followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Needs {
    /// Core instances.
    instances: u64,
    memories: u64,
    /// Of the largest memory, to begin with.
    memory_bytes: u64,
    tables: u64,
    /// Of the largest table, to begin with.
    table_elements: u64,
    /// Instances of components inside the component.
    component_instances: u64,
    /// Definitions in all component instances.
    definitions: u64,
    /// Functions that are lowered in all component instances.
    lowered: u64,
}

impl Needs {
    fn and(self, other: Self) -> Self {
        Self {
            instances: self.instances.saturating_add(other.instances),
            memories: self.memories.saturating_add(other.memories),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            tables: self.tables.saturating_add(other.tables),
            table_elements: self.table_elements.max(other.table_elements),
            component_instances: self.component_instances.saturating_add(other.component_instances),
            definitions: self.definitions.saturating_add(other.definitions),
            lowered: self.lowered.saturating_add(other.lowered),
        }
    }
}

/// Why a component is not even compiled.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// It cannot be read, or not be followed.
    Unreadable(String),
    /// It needs more than a limit allows.
    Exceeds { setting: &'static str, needs: u64, allows: u64 },
    /// It instantiates what a host would have to give it.
    Foreign { import: String },
}

impl From<wasmparser::BinaryReaderError> for Refusal {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Unreadable(error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<Refusal> for LoadError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unreadable(reason) => Self::NoComponent { reason },
            Refusal::Exceeds { setting, needs, allows } => Self::Exceeds { setting, needs, allows },
            Refusal::Foreign { import } => Self::ForeignImports { imports: vec![import] },
        }
    }
}

/// What a component imports and exports, read from its bytes without compiling any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Outline {
    /// Reads it. It takes milliseconds for any component, and says nothing of whether the component is sound.
    ///
    /// # Errors
    /// - [`LoadError::NoComponent`]: the bytes are something else.
    /// - [`LoadError::Exceeds`]: it has more bytes or nests deeper than `limits` allow.
    pub fn read(component: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        check_size(component, limits)?;
        Ok(read::read(component, limits)?.outline)
    }

    /// The names of what it imports, without the instances that only name types: they give nothing.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// The names of what it exports.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.exports
    }
}

/// Refuses a component of too many bytes, before anything of it is read.
///
/// # Errors
/// - [`LoadError::Exceeds`]: naming `limits.component_bytes`.
pub(crate) fn check_size(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    Ok(within("limits.component_bytes", bytes(component.len()), bytes(limits.component_bytes))?)
}

/// Refuses a component that comes to more than `limits` allow.
///
/// # Errors
/// - [`LoadError::Exceeds`]: it needs more, and the limit is named.
/// - [`LoadError::NoComponent`]: it cannot be counted.
/// - [`LoadError::ForeignImports`]: it instantiates a component or module that it imports.
pub(crate) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let read = read::read(component, limits)?;
    let needs = effective::follow(&read, limits)?;
    compare(&needs, &read.totals, limits).map_err(LoadError::from)
}

fn compare(needs: &Needs, totals: &Totals, limits: &Limits) -> Result<(), Refusal> {
    let definitions = needs.definitions.saturating_add(totals.definitions);
    // Between two components inside, each lowered function may become code for every part of every type.
    let adapters = needs.lowered.saturating_mul(totals.types);
    for (setting, needs, allows) in [
        ("limits.instances", needs.instances, limits.instances.into()),
        ("limits.memories", needs.memories, limits.memories.into()),
        ("limits.memory_bytes", needs.memory_bytes, bytes(limits.memory_bytes)),
        ("limits.tables", needs.tables, limits.tables.into()),
        ("limits.table_elements", needs.table_elements, bytes(limits.table_elements)),
        ("limits.component_instances", needs.component_instances, limits.component_instances.into()),
        ("limits.functions", totals.functions, limits.functions.into()),
        ("limits.function_bytes", totals.function_bytes, bytes(limits.function_bytes)),
        ("limits.function_locals", totals.function_locals, limits.function_locals.into()),
        ("limits.local_bytes", totals.local_bytes, limits.local_bytes),
        ("limits.values", totals.values, limits.values),
        ("limits.types", totals.types, limits.types.into()),
        ("limits.adapter_types", adapters, limits.adapter_types),
        ("limits.definitions", definitions, limits.definitions.into()),
    ] {
        within(setting, needs, allows)?;
    }
    Ok(())
}

fn within(setting: &'static str, needs: u64, allows: u64) -> Result<(), Refusal> {
    if needs > allows { Err(Refusal::Exceeds { setting, needs, allows }) } else { Ok(()) }
}

fn bytes(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
