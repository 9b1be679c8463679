//! What WeCom refuses.

use wecom_protocol::errcode::{Refusal, RefusalClass};

use crate::bindings::exports::idaas::approval::types as wit;

impl From<Refusal> for wit::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            class: refusal.class.into(),
            code: refusal.code,
            provider_text: refusal.provider_text,
            sentence: refusal.sentence.into(),
            remedy: refusal.remedy.into(),
        }
    }
}

impl From<RefusalClass> for wit::RefusalClass {
    fn from(class: RefusalClass) -> Self {
        match class {
            RefusalClass::Token => Self::Token,
            RefusalClass::Credentials => Self::Credentials,
            RefusalClass::Address => Self::Address,
            RefusalClass::Permission => Self::Permission,
            RefusalClass::Disabled => Self::Disabled,
            RefusalClass::Template => Self::Template,
            RefusalClass::Form => Self::Form,
            RefusalClass::Member => Self::Member,
            RefusalClass::RateLimit => Self::RateLimit,
            RefusalClass::Transient => Self::Transient,
            RefusalClass::Other => Self::Other,
        }
    }
}
