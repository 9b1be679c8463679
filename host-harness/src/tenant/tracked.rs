//! The calls of interfaces that an engine may leave out: the state of approvals, the test of a connection, and images of
//! configurations.

use zeroize::Zeroizing;

use super::Tenant;
use crate::bindings::exports::idaas::approval::{approval_tracking, engine_diagnostics};
use crate::call::{Call, Images};
use crate::contract::{
    Approval, CheckOptions, Finding, Page, ProvisionProblem, SettingValue, SubmissionQuery, TrackingProblem,
    Window,
};
use crate::error::{CallError, CallFailure};
use crate::settings::Settings;
use crate::state::Purity;

impl Tenant {
    /// Reads one approval: the authoritative state.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Unsupported`]: the engine does not tell states.
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn fetch(&self, approval_id: &str) -> Result<Result<Approval, TrackingProblem>, CallError> {
        let tracking = self.tracking()?;
        self.call(Purity::Outbound)
            .run(async |store, callee| {
                tracking.load(&mut *store, &callee.instance)?.call_fetch(store, approval_id).await
            })
            .await
    }

    /// Finds the approval that carries an idempotency key.
    ///
    /// # Errors
    /// As of [`fetch`](Self::fetch).
    pub async fn find_submission(
        &self,
        query: &SubmissionQuery,
    ) -> Result<Result<Option<String>, TrackingProblem>, CallError> {
        let tracking = self.tracking()?;
        self.call(Purity::Outbound)
            .run(async |store, callee| {
                tracking.load(&mut *store, &callee.instance)?.call_find_submission(store, query).await
            })
            .await
    }

    /// Lists the approvals submitted in a window, a page a call.
    ///
    /// # Errors
    /// As of [`fetch`](Self::fetch).
    pub async fn list_submitted(
        &self,
        window: Window,
        cursor: Option<&str>,
    ) -> Result<Result<Page, TrackingProblem>, CallError> {
        let tracking = self.tracking()?;
        self.call(Purity::Outbound)
            .run(async |store, callee| {
                tracking.load(&mut *store, &callee.instance)?.call_list_submitted(store, window, cursor).await
            })
            .await
    }

    /// Tests the connection step by step. Makes nothing at the provider.
    ///
    /// When a step passes and none fails, a credential that the provider has refused before is
    /// [asked about again](crate::tokens::TokenCache::unblock): it was put right there and not in the settings.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Unsupported`]: the engine does not diagnose.
    /// - [`CallError`] with [`CallFailure::Configuration`]: the settings have problems; that is the first finding.
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn check(&self, options: &CheckOptions) -> Result<Vec<Finding>, CallError> {
        let diagnostics = self.diagnostics()?;
        self.call(Purity::Outbound)
            .run(async |store, callee| {
                diagnostics.load(&mut *store, &callee.instance)?.call_check(store, options).await
            })
            .await
    }

    /// Makes the engine's own template at the provider, or confirms the existing one; the settings to store.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Unsupported`]: the engine does not make templates.
    /// - [`CallError`]: the engine gave no verdict. When its `requests_sent` is not 0, the template may exist.
    pub async fn provision(&self) -> Result<Result<Settings, ProvisionProblem>, CallError> {
        let diagnostics = self.diagnostics()?;
        let provisioned = self
            .call(Purity::Outbound)
            .run(async |store, callee| {
                diagnostics.load(&mut *store, &callee.instance)?.call_provision(store).await
            })
            .await?;
        Ok(provisioned.map(|settings| {
            settings
                .into_iter()
                .filter_map(|setting| match setting.value {
                    SettingValue::Text(value) => Some((setting.key, value)),
                    // The host has it already.
                    SettingValue::Held => None,
                })
                .collect()
        }))
    }

    /// The image of this tenant's configuration, `None` when it is not configured. A host needs no such call: every
    /// instance gets what it needs by itself. This is for tests of engines, and what it gives holds secrets.
    ///
    /// # Errors
    /// As of [`restore_image`](Self::restore_image).
    pub async fn save_image(&self) -> Result<Option<Zeroizing<Vec<u8>>>, CallError> {
        let images = self.images()?;
        self.call(Purity::Pure).run(async |store, callee| callee.save_image(store, images).await).await
    }

    /// Whether the engine takes these bytes for an image of its own. As [`save_image`](Self::save_image), for tests.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Unsupported`]: the engine gives no images.
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn restore_image(&self, image: &[u8]) -> Result<bool, CallError> {
        let images = self.images()?;
        Call { settings: None, ..self.call(Purity::Pure) }
            .run(async |store, callee| callee.restore_image(store, images, image).await)
            .await
    }

    fn images(&self) -> Result<&Images, CallError> {
        self.engine.loaded.indices.images().ok_or(unsupported("configuration-image"))
    }

    fn tracking(&self) -> Result<&approval_tracking::GuestIndices, CallError> {
        self.engine.loaded.indices.tracking.as_ref().ok_or(unsupported("approval-tracking"))
    }

    fn diagnostics(&self) -> Result<&engine_diagnostics::GuestIndices, CallError> {
        self.engine.loaded.indices.diagnostics.as_ref().ok_or(unsupported("engine-diagnostics"))
    }
}

const fn unsupported(interface: &'static str) -> CallError {
    CallError { error: CallFailure::Unsupported { interface }, requests_sent: 0 }
}
