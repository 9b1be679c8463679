//! What the engine says of itself: its settings, its needs, its guide.
//!
//! [`FIELDS`] is the one list of settings. [`crate::settings`] reads by it, so nothing can be described and not read.

use crate::text::{Text, text};

pub use fields::FIELDS;
pub use guide::{GUIDE, GuideStep, PASTES, Paste, PasteValue};

mod fields;
mod guide;

/// The engine's id among engines.
pub const ID: &str = "wecom";

/// WeCom's public API. A private deployment replaces it with the setting `api-base-url`.
pub const API_ORIGIN: &str = "https://qyapi.weixin.qq.com";

/// The engine's name.
pub const NAME: Text = text("WeCom approval", "企业微信审批");

/// What it does, in a sentence.
pub const SUMMARY: Text = text(
    "Sends access requests to WeCom's Approval app and brings the approvers' decisions back.",
    "将访问申请提交到企业微信审批应用，并带回审批结果。",
);

/// What kind of field a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    MultilineText,
    /// Shown once, stored encrypted.
    Secret,
    /// As [`Kind::Secret`]; the host may offer to generate it.
    GeneratedSecret {
        /// Characters to draw from.
        alphabet: &'static str,
        /// How many.
        length: u32,
    },
    /// Never passed to the engine.
    HeldSecret,
    /// Shown, not editable.
    Fixed(&'static str),
}

/// One field of the settings page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Lower-case words joined by hyphens.
    pub key: &'static str,
    /// As the product's guide calls it.
    pub label: Text,
    /// What it is for.
    pub help: Text,
    /// Where to find it in WeCom's console, or who decides it.
    pub place: Text,
    /// What kind of field.
    pub kind: Kind,
    /// Whether the engine needs it.
    pub required: bool,
    /// An ECMAScript regular expression for the whole value.
    pub pattern: Option<&'static str>,
    /// What an empty field means.
    pub default: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_unique_words_joined_by_hyphens() {
        let keys: BTreeSet<_> = FIELDS.iter().map(|field| field.key).collect();
        assert_eq!(keys.len(), FIELDS.len());
        assert!(keys.iter().all(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        let texts = FIELDS
            .iter()
            .flat_map(|field| [&field.label, &field.help, &field.place])
            .chain(GUIDE.iter().flat_map(|step| [&step.title, &step.body]))
            .chain(PASTES.iter().flat_map(|paste| [&paste.label, &paste.place]));
        for text in texts {
            assert!(!text.en.is_empty() && !text.zh_cn.is_empty(), "{text:?}");
            assert!(text.zh_cn.is_ascii() == (text.en == text.zh_cn), "not translated: {text:?}");
        }
    }

    #[test]
    fn the_guide_fills_every_required_setting_and_saves_before_it_pastes() {
        let filled: BTreeSet<_> = GUIDE.iter().flat_map(|step| step.settings).copied().collect();
        for field in FIELDS.iter().filter(|field| field.required) {
            assert!(filled.contains(field.key), "no step fills {}", field.key);
        }
        let shown = GUIDE.iter().position(|step| step.shows_callback_address);
        let last_filled = GUIDE.iter().rposition(|step| !step.settings.is_empty());
        assert!(shown > last_filled, "the callback address is pasted after everything is saved");
    }
}
