//! Settings in, the configuration's summary out.

use wecom_protocol::config::Config;
use wecom_protocol::describe::{PASTES, Paste, PasteValue};
use wecom_protocol::settings::{Configured, Problem, Value};

use super::list;
use crate::bindings::exports::idaas::approval::approval_engine as wit;

/// A setting as the protocol reads it.
pub(crate) fn given(setting: wit::Setting) -> (String, Value) {
    let value = match setting.value {
        wit::SettingValue::Text(text) => Value::Text(text),
        wit::SettingValue::Held => Value::Held,
    };
    (setting.key, value)
}

/// What the host learns of a sound configuration, and what stays here.
pub(crate) fn configured(configured: Configured) -> (wit::Configured, Config) {
    let Configured { config, summary, fingerprint, origins, notices } = configured;
    let told = wit::Configured {
        summary: summary
            .into_iter()
            .map(|(key, value)| wit::SummaryLine { key: key.to_owned(), value })
            .collect(),
        fingerprint,
        directory_attribute: config.user_attribute.clone(),
        member_id_comparison: wit::Comparison::IgnoringCase,
        pastes: list(PASTES),
        origins,
        notices: list(notices),
    };
    (told, config)
}

impl From<&Paste> for wit::Paste {
    fn from(paste: &Paste) -> Self {
        Self {
            label: (&paste.label).into(),
            place: (&paste.place).into(),
            value: match paste.value {
                PasteValue::CallbackAddress => wit::PasteValue::CallbackAddress,
                PasteValue::Setting(key) => wit::PasteValue::Setting(key.to_owned()),
            },
        }
    }
}

impl From<Problem> for wit::SettingProblem {
    fn from(problem: Problem) -> Self {
        Self {
            key: problem.key,
            code: problem.code.to_owned(),
            sentence: problem.sentence.into(),
            remedy: problem.remedy.into(),
        }
    }
}
