//! Text in both of the product's languages.

use std::borrow::Cow;
use std::fmt;

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
    /// A text with values in it, such as `Text::filled(format_args!("HTTP {status}"), format_args!("状态码 {status}"))`.
    /// Takes arguments and not two `String`s, and is cold, so that the many places where one is made stay small.
    #[cold]
    #[must_use]
    pub fn filled(en: fmt::Arguments<'_>, zh_cn: fmt::Arguments<'_>) -> Self {
        Self::made(fmt::format(en), fmt::format(zh_cn))
    }

    /// A text that others have made.
    #[must_use]
    pub const fn made(en: String, zh_cn: String) -> Self {
        Self { en: Cow::Owned(en), zh_cn: Cow::Owned(zh_cn) }
    }
}
