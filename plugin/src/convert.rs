//! Values of the contract and values of the protocol, one for the other. No decisions: every case is named, so a new
//! one does not compile until it has a place here.

pub(crate) mod approval;
pub(crate) mod callback;
pub(crate) mod description;
pub(crate) mod diagnostics;
pub(crate) mod refusal;
pub(crate) mod settings;
pub(crate) mod submission;
pub(crate) mod tracking;
pub(crate) mod user;

use wecom_protocol::text::Text;

use crate::bindings::exports::idaas::approval::types as wit;

impl From<Text> for wit::Text {
    fn from(text: Text) -> Self {
        Self { en: text.en.into_owned(), zh_cn: text.zh_cn.into_owned() }
    }
}

impl From<&Text> for wit::Text {
    fn from(text: &Text) -> Self {
        text.clone().into()
    }
}

impl From<wit::Text> for Text {
    fn from(text: wit::Text) -> Self {
        Self::made(text.en, text.zh_cn)
    }
}

/// A list, each value converted.
fn list<T, U: From<T>>(values: impl IntoIterator<Item = T>) -> Vec<U> {
    values.into_iter().map(Into::into).collect()
}
