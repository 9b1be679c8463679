//! Whose callbacks these are.

use std::time::Duration;

use crate::AesKey;
use crate::model::{CorpId, TemplateId};
use crate::secret::Secret;

/// One Sign Token with its Aes Key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackKey {
    /// Sign Token: 1 to 32 letters and digits (D90930).
    pub token: Secret,
    /// Aes Key.
    pub aes_key: AesKey,
}

/// What the callback address has to know of its company.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// CorpId: the receiver of every callback.
    pub corp_id: &'a CorpId,
    /// The company whose customised-development app this is: the receiver of its verification GET, and of nothing else.
    pub provider_corp_id: Option<&'a CorpId>,
    /// The pair in use first, then the previous one during a rotation.
    pub keys: &'a [CallbackKey],
    /// How far a callback's timestamp may lie from its arrival, either way; its event a little further.
    pub window: Duration,
    /// The template that forms are made from.
    pub template_id: Option<&'a TemplateId>,
    /// Templates whose open forms are still ours.
    pub former_template_ids: &'a [TemplateId],
}

impl Endpoint<'_> {
    /// Whether a form made from this template is ours. Without any configured template every form is.
    #[must_use]
    pub fn owns(&self, template: &TemplateId) -> bool {
        match self.template_id {
            None => self.former_template_ids.is_empty() || self.former_template_ids.contains(template),
            Some(own) => own == template || self.former_template_ids.contains(template),
        }
    }

    /// Which of our templates is named somewhere in `text`. Their ids are plain ASCII, so a message about a form of ours
    /// holds its id as it is, whatever else it holds.
    pub(crate) fn named_in(&self, text: &str) -> Option<&TemplateId> {
        self.template_id.into_iter().chain(self.former_template_ids).find(|id| text.contains(id.as_str()))
    }
}
