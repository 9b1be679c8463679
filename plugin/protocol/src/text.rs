//! Text in both of the product's languages.

use std::borrow::Cow;

/// One text in English and Simplified Chinese. Neither is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// Simplified Chinese.
    pub zh_cn: Cow<'static, str>,
}

/// A text that is known beforehand.
#[must_use]
pub const fn text(en: &'static str, zh_cn: &'static str) -> Text {
    Text { en: Cow::Borrowed(en), zh_cn: Cow::Borrowed(zh_cn) }
}

impl Text {
    /// A text that is put together from values.
    #[must_use]
    pub const fn made(en: String, zh_cn: String) -> Self {
        Self { en: Cow::Owned(en), zh_cn: Cow::Owned(zh_cn) }
    }
}
