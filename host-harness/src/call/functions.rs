//! The functions that a callback needs, without what the generated bindings do anew in each instance: compare the types
//! of all functions, and copy out what `configure` tells.

use std::marker::PhantomData;
use std::sync::OnceLock;

use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, ComponentType, Instance, Lift, Lower, TypedFunc,
    WasmList, WasmStr,
};

use crate::bindings::exports::idaas::approval::approval_engine::{
    CallbackOutcome, CallbackRequest, Comparison, Configured, Paste, SettingProblem, SummaryLine,
};
use crate::contract::{APPROVAL_ENGINE, CONFIGURATION_IMAGE, Setting};
use crate::state::CallState;

/// What `configure` tells, left where it is in the engine's memory. The fields are the contract's.
#[derive(ComponentType, Lift)]
#[component(record)]
#[expect(dead_code, reason = "nobody reads it: that is what it is for")]
pub(super) struct Unread {
    summary: WasmList<SummaryLine>,
    fingerprint: WasmStr,
    #[component(name = "directory-attribute")]
    directory_attribute: WasmStr,
    #[component(name = "member-id-comparison")]
    member_id_comparison: Comparison,
    pastes: WasmList<Paste>,
    origins: WasmList<String>,
    notices: WasmList<SettingProblem>,
}

/// A function's parameters and results, as the contract has them.
pub(super) trait Signature {
    type Parameters<'a>: ComponentNamedList + Lower;
    type Results: ComponentNamedList + Lift;
}

/// `configure`, of whose answer a call reads whether it is sound, and [`crate::Tenant::configure`] all.
pub(super) struct Configure<C>(PhantomData<C>);
pub(super) struct HandleCallback;
pub(super) struct Save;
pub(super) struct Restore;

impl<C> Signature for Configure<C>
where
    (Result<C, Vec<SettingProblem>>,): ComponentNamedList + Lift,
{
    type Parameters<'a> = (&'a [Setting],);
    type Results = (Result<C, Vec<SettingProblem>>,);
}

impl Signature for HandleCallback {
    type Parameters<'a> = (&'a CallbackRequest,);
    type Results = (CallbackOutcome,);
}

impl Signature for Save {
    type Parameters<'a> = ();
    type Results = (Option<Vec<u8>>,);
}

impl Signature for Restore {
    type Parameters<'a> = (&'a [u8],);
    type Results = (bool,);
}

/// Where they are among an engine's exports.
pub(super) struct Functions {
    /// With its answer left unread.
    pub(super) configure: Export<Configure<Unread>>,
    pub(super) configure_and_read: Export<Configure<Configured>>,
    pub(super) handle_callback: Export<HandleCallback>,
    pub(super) images: Option<Images>,
}

/// Those of `configuration-image`, which an engine may leave out.
pub(crate) struct Images {
    pub(super) save: Export<Save>,
    pub(super) restore: Export<Restore>,
}

impl Functions {
    /// Finds them. Their types are not looked at. An interface that is there without one of its functions is an error.
    pub(super) fn find(component: &Component) -> wasmtime::Result<Self> {
        let engine = component.get_export_index(None, APPROVAL_ENGINE);
        let engine = engine.ok_or_else(|| wasmtime::format_err!("there is no `{APPROVAL_ENGINE}`"))?;
        let engine = Interface { component, name: APPROVAL_ENGINE, index: engine };
        let images = component.get_export_index(None, CONFIGURATION_IMAGE);
        let images = images.map(|index| {
            let images = Interface { component, name: CONFIGURATION_IMAGE, index };
            Ok::<_, wasmtime::Error>(Images {
                save: images.function("save")?,
                restore: images.function("restore")?,
            })
        });
        Ok(Self {
            configure: engine.function("configure")?,
            configure_and_read: engine.function("configure")?,
            handle_callback: engine.function("handle-callback")?,
            images: images.transpose()?,
        })
    }

    /// Compares their types with ours, for all instances of this component.
    pub(super) fn compare(&self, store: &mut Store<CallState>, instance: &Instance) -> wasmtime::Result<()> {
        self.configure.compare(store, instance)?;
        self.configure_and_read.compare(store, instance)?;
        self.handle_callback.compare(store, instance)?;
        if let Some(images) = &self.images {
            images.save.compare(store, instance)?;
            images.restore.compare(store, instance)?;
        }
        Ok(())
    }
}

/// An interface that a component exports.
struct Interface<'a> {
    component: &'a Component,
    name: &'static str,
    index: ComponentExportIndex,
}

impl Interface<'_> {
    fn function<S>(&self, name: &str) -> wasmtime::Result<Export<S>> {
        let function = self.component.get_export_index(Some(&self.index), name);
        let index = function.ok_or_else(|| wasmtime::format_err!("`{}` has no `{name}`", self.name))?;
        Ok(Export { index, compared: OnceLock::new(), signature: PhantomData })
    }
}

/// A function among a component's exports, whose type is compared with `S` once for all of the component's instances.
pub(super) struct Export<S> {
    index: ComponentExportIndex,
    /// Whether it has been, and is the same.
    compared: OnceLock<()>,
    signature: PhantomData<fn() -> S>,
}

impl<S: Signature> Export<S> {
    fn compare(&self, store: &mut Store<CallState>, instance: &Instance) -> wasmtime::Result<()> {
        instance.get_typed_func::<S::Parameters<'_>, S::Results>(store, self.index)?;
        self.compared.get_or_init(|| ());
        Ok(())
    }

    /// The function of an instance. Before the types have been compared, they are compared here.
    #[expect(unsafe_code, reason = "the types are compared once for an engine and not once for a call")]
    pub(super) fn of<'a>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<TypedFunc<S::Parameters<'a>, S::Results>> {
        if self.compared.get().is_none() {
            return instance.get_typed_func(store, self.index);
        }
        let function = instance.get_func(store, self.index);
        let function = function.ok_or_else(|| wasmtime::format_err!("an export is no function"))?;
        // SAFETY: `compare` has found the export of this index to have the type `S`, lifetimes apart, of which wasmtime
        // knows nothing. All instances of a component have the same types, and an index finds nothing in an instance of
        // another component.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
