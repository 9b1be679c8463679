//! The functions of every callback, without what the generated bindings do anew in each instance: compare the types
//! of all functions, and copy out what `configure` tells.

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

/// `configure`, of whose answer a call reads whether it is sound, and [`crate::Tenant::configure`] all.
type Configure<'a, C> = TypedFunc<(&'a [Setting],), (Result<C, Vec<SettingProblem>>,)>;
type HandleCallback<'a> = TypedFunc<(&'a CallbackRequest,), (CallbackOutcome,)>;
type Save = TypedFunc<(), (Option<Vec<u8>>,)>;
type Restore<'a> = TypedFunc<(&'a [u8],), (bool,)>;

/// Where they are among an engine's exports.
pub(super) struct Functions {
    /// Whether their types are ours.
    compared: OnceLock<()>,
    configure: ComponentExportIndex,
    handle_callback: ComponentExportIndex,
    images: Option<Images>,
}

/// Those of `configuration-image`, which an engine may leave out.
#[derive(Clone, Copy)]
struct Images {
    save: ComponentExportIndex,
    restore: ComponentExportIndex,
}

impl Functions {
    /// Finds them. Their types are not looked at. An interface that is there without one of its functions is an error.
    pub(super) fn find(component: &Component) -> wasmtime::Result<Self> {
        let find = |interface: &ComponentExportIndex, name: &str| {
            let function = component.get_export_index(Some(interface), name);
            function.ok_or_else(|| wasmtime::format_err!("the engine has no `{name}`"))
        };
        let engine = component.get_export_index(None, APPROVAL_ENGINE);
        let engine = engine.ok_or_else(|| wasmtime::format_err!("there is no `{APPROVAL_ENGINE}`"))?;
        let images = component.get_export_index(None, CONFIGURATION_IMAGE);
        let images = images.map(|image| {
            Ok::<_, wasmtime::Error>(Images {
                save: find(&image, "save")?,
                restore: find(&image, "restore")?,
            })
        });
        Ok(Self {
            compared: OnceLock::new(),
            configure: find(&engine, "configure")?,
            handle_callback: find(&engine, "handle-callback")?,
            images: images.transpose()?,
        })
    }

    /// Whether the engine gives images of its configurations.
    pub(super) const fn gives_images(&self) -> bool {
        self.images.is_some()
    }

    /// Compares their types with ours, for all instances of this component.
    pub(super) fn compare(&self, store: &mut Store<CallState>, instance: &Instance) -> wasmtime::Result<()> {
        let _: Configure<'_, Unread> = instance.get_typed_func(&mut *store, self.configure)?;
        let _: Configure<'_, Configured> = instance.get_typed_func(&mut *store, self.configure)?;
        let _: HandleCallback<'_> = instance.get_typed_func(&mut *store, self.handle_callback)?;
        if let Some(images) = self.images {
            let _: Save = instance.get_typed_func(&mut *store, images.save)?;
            let _: Restore<'_> = instance.get_typed_func(store, images.restore)?;
        }
        self.compared.get_or_init(|| ());
        Ok(())
    }

    /// With its answer left unread.
    pub(super) fn configure<'a>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<Configure<'a, Unread>> {
        self.typed(store, instance, self.configure)
    }

    /// With its answer.
    pub(super) fn configure_and_read<'a>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<Configure<'a, Configured>> {
        self.typed(store, instance, self.configure)
    }

    pub(super) fn handle_callback<'a>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<HandleCallback<'a>> {
        self.typed(store, instance, self.handle_callback)
    }

    /// What gives the image of an instance's configuration; `None` when the engine has no such thing.
    pub(super) fn save(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<Option<Save>> {
        self.images.map(|images| self.typed(store, instance, images.save)).transpose()
    }

    /// What configures an instance by an image.
    pub(super) fn restore<'a>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<Option<Restore<'a>>> {
        self.images.map(|images| self.typed(store, instance, images.restore)).transpose()
    }

    /// A function of an instance. Its type is one of those that [`compare`](Self::compare) has compared; before that has
    /// happened it is compared here.
    #[expect(unsafe_code, reason = "the types are compared once for an engine and not once for a call")]
    fn typed<P, R>(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
        function: ComponentExportIndex,
    ) -> wasmtime::Result<TypedFunc<P, R>>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if self.compared.get().is_none() {
            return instance.get_typed_func(store, function);
        }
        let function = instance.get_func(store, function);
        let function = function.ok_or_else(|| wasmtime::format_err!("an export is no function"))?;
        // SAFETY: the callers, all above, ask for the types that `compare` has found the exports to have. All instances of a
        // component have the same ones, and an index finds nothing in an instance of another component.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
