//! The language that texts for people are printed in.

use clap::ValueEnum;
use host_harness::contract::Text;

/// One of the two that every text of an engine is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Language {
    /// The text in this language.
    pub(crate) fn of(self, text: &Text) -> &str {
        self.choose(&text.en, &text.zh_cn)
    }

    /// One of two wordings.
    pub(crate) fn choose<'a>(self, en: &'a str, zh_cn: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::ZhCn => zh_cn,
        }
    }
}
