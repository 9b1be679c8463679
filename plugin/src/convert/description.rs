//! The description.

use wecom_protocol::describe::{API_ORIGIN, FIELDS, Field, GUIDE, GuideStep, ID, Kind, NAME, SUMMARY};
use wecom_protocol::settings::key;

use super::list;
use crate::bindings::exports::idaas::approval::approval_engine as wit;

/// What the engine says of itself.
pub(crate) fn description() -> wit::Description {
    wit::Description {
        id: ID.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: NAME.into(),
        summary: SUMMARY.into(),
        settings: list(FIELDS),
        capabilities: vec![
            wit::Capability::Tracking,
            wit::Capability::Diagnostics,
            wit::Capability::ExplicitSteps,
            wit::Capability::TemplateSteps,
            wit::Capability::MemberConfirmation,
        ],
        reaches: vec![
            wit::Reach::Origin(API_ORIGIN.to_owned()),
            wit::Reach::Setting(key::API_BASE_URL.to_owned()),
        ],
        guide: list(GUIDE),
    }
}

impl From<&Field> for wit::SettingField {
    fn from(field: &Field) -> Self {
        Self {
            key: field.key.to_owned(),
            label: (&field.label).into(),
            help: (&field.help).into(),
            place: (&field.place).into(),
            kind: field.kind.into(),
            required: field.required,
            pattern: field.pattern.map(str::to_owned),
            default_value: field.default.map(str::to_owned),
        }
    }
}

impl From<Kind> for wit::SettingKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::MultilineText => Self::MultilineText,
            Kind::Secret => Self::Secret,
            Kind::GeneratedSecret { alphabet, length } => {
                Self::GeneratedSecret(wit::Generator { alphabet: alphabet.to_owned(), length })
            }
            Kind::HeldSecret => Self::HeldSecret,
            Kind::Fixed(value) => Self::Fixed(value.to_owned()),
        }
    }
}

impl From<&GuideStep> for wit::GuideStep {
    fn from(step: &GuideStep) -> Self {
        Self {
            title: (&step.title).into(),
            body: (&step.body).into(),
            settings: step.settings.iter().map(|key| (*key).to_owned()).collect(),
            shows_callback_address: step.shows_callback_address,
        }
    }
}
