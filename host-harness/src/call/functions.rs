//! The two functions of every callback, without what the generated bindings do anew in each instance: compare the types
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
use crate::contract::{APPROVAL_ENGINE, Setting};
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

/// Where they are among an engine's exports.
pub(super) struct Functions {
    /// Whether their types are ours.
    compared: OnceLock<()>,
    configure: ComponentExportIndex,
    handle_callback: ComponentExportIndex,
}

impl Functions {
    /// Finds them. Their types are not looked at.
    pub(super) fn find(component: &Component) -> wasmtime::Result<Self> {
        let interface = component.get_export_index(None, APPROVAL_ENGINE);
        let find = |name: &str| {
            let function = component.get_export_index(interface.as_ref(), name);
            function.ok_or_else(|| wasmtime::format_err!("`approval-engine` has no `{name}`"))
        };
        Ok(Self {
            compared: OnceLock::new(),
            configure: find("configure")?,
            handle_callback: find("handle-callback")?,
        })
    }

    /// Compares their types with ours, for all instances of this component.
    pub(super) fn compare(&self, store: &mut Store<CallState>, instance: &Instance) -> wasmtime::Result<()> {
        let _: Configure<'_, Unread> = instance.get_typed_func(&mut *store, self.configure)?;
        let _: Configure<'_, Configured> = instance.get_typed_func(&mut *store, self.configure)?;
        let _: HandleCallback<'_> = instance.get_typed_func(store, self.handle_callback)?;
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
        // SAFETY: the three callers ask for the types that `compare` has found the exports to have. All instances of a
        // component have the same ones, and an index finds nothing in an instance of another component.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
