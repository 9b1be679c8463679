//! A configuration, whose every rule was checked when it was made of settings.

use std::time::Duration;

use wecom_callback::Endpoint;

use crate::model::{CorpId, TemplateId};

pub use field_map::FieldMap;
pub use wecom_callback::{AesKey, AesKeyError, CallbackKey};

pub mod image;

mod field_map;

/// Everything the stories need to know. Made from settings by [`read`](crate::settings::read), which checks every rule, or
/// by [`image::restore`] from what was made so before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// CorpId: the receiver of every callback.
    pub corp_id: CorpId,
    /// The company whose customised-development app is used: the receiver of the verification of the address alone.
    pub provider_corp_id: Option<CorpId>,
    /// Agent ID of the app whose Secret is used.
    pub agent_id: u64,
    /// The key for the token cache: one credential, one key. Holds no secret.
    pub credential_key: String,
    /// The pair in use first, then the previous one during a rotation.
    pub callback_keys: Vec<CallbackKey>,
    /// How far a callback's timestamp may lie from its arrival, either way; its event a little further.
    pub callback_window: Duration,
    /// The directory attribute that holds the WeCom user id.
    pub user_attribute: String,
    /// The template that `submit` uses.
    pub template_id: Option<TemplateId>,
    /// Templates whose open forms are still ours.
    pub former_template_ids: Vec<TemplateId>,
    /// Field name to control id. Holds [`REQUEST_NUMBER`] whenever `template_id` is set.
    pub field_map: FieldMap,
    /// Origin and path prefix of WeCom's API, without a slash at the end.
    pub api_base: String,
}

/// The name in the field map of the control that carries the idempotency key.
pub const REQUEST_NUMBER: &str = "request-number";

impl Config {
    /// Whether a form made from this template is ours. Without any configured template every form is.
    #[must_use]
    pub fn owns(&self, template: &TemplateId) -> bool {
        self.endpoint().owns(template)
    }

    /// What the callback address has to know.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint<'_> {
        Endpoint {
            corp_id: &self.corp_id,
            provider_corp_id: self.provider_corp_id.as_ref(),
            keys: &self.callback_keys,
            window: self.callback_window,
            template_id: self.template_id.as_ref(),
            former_template_ids: &self.former_template_ids,
        }
    }
}
