//! A case, as its file has it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::expect::Expected;
use crate::provider::{Draft, Feature, Letter, Person, Turn};
use crate::watch::Watch;

/// One thing that every engine must do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// A claim that can be false.
    pub title: String,
    /// What goes wrong for people when it is false.
    pub reason: String,
    /// The place of the contract that promises it.
    pub promise: String,
    /// Ids of known defects that it shows absent.
    #[serde(default)]
    pub answers: Vec<String>,
    /// What the provider's protocol must have.
    #[serde(default)]
    pub needs: Vec<Feature>,
    /// What the engine must offer.
    #[serde(default)]
    pub offers: Vec<Offer>,
    /// Looks at every call of the other cases, instead of making its own.
    #[serde(default)]
    pub watch: Option<Watch>,
    /// The script.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// What an engine may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// Exports `approval-tracking`.
    Tracking,
    /// Exports `engine-diagnostics`.
    Diagnostics,
    /// Exports `configuration-image`.
    Images,
    /// Claims the capability `explicit-steps`.
    ExplicitSteps,
    /// Claims the capability `member-confirmation`.
    MemberConfirmation,
}

/// One step of a script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// What happens.
    #[serde(rename = "do")]
    pub act: Act,
    /// Whose engine is called.
    #[serde(default)]
    pub tenant: Tenant,
    /// The idempotency key of a submission or a search.
    #[serde(default = "first_key")]
    pub key: String,
    /// How often it happens.
    #[serde(default = "once")]
    pub times: u32,
    /// JSON pointer into the result, and what must be there. Of several results, all must fit.
    #[serde(default)]
    pub expect: BTreeMap<String, Expected>,
    /// What the provider must have seen in this step.
    #[serde(default)]
    pub seen: Seen,
    /// Name for what is at a JSON pointer of the result, for a later step to compare with.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

fn first_key() -> String {
    String::from("REQ-1")
}

const fn once() -> u32 {
    1
}

/// Whose engine a step calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenant {
    /// The one that most steps are about.
    #[default]
    First,
    /// Another one, with the same settings.
    Second,
    /// The first one, whose host forgets to call `configure`.
    Unconfigured,
}

/// What happens in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The host calls `describe`.
    Describe,
    /// The host calls `configure`.
    Configure(Entry),
    /// Requests reach the callback address.
    Deliver(Letter),
    /// The host calls `resolve-user` with depth `mapping`.
    Map(Person),
    /// The host calls `resolve-user` with depth `confirmed`.
    Confirm(Person),
    /// The host calls `submit`.
    Submit(Draft),
    /// The host calls `fetch`.
    Fetch(Number),
    /// The host calls `find-submission` for the step's key in the hours around now.
    Find,
    /// The host calls `list-submitted` for the hours around now.
    List,
    /// The same, page after page until there is no cursor. The result is that of the last page with the ids of all.
    ListAll,
    /// The host calls `check` with a mapped account.
    Check,
    /// The host calls `provision`.
    Provision,
    /// The host asks for the image of the configuration.
    Save,
    /// A fresh instance gets an image.
    Restore(Image),
    /// The administrator takes the template out of the settings.
    ClearTemplate,
    /// The host stores the settings that `provision` gave last.
    Store,
    /// Something happens at the provider's.
    Provider(Turn),
    /// Seconds pass.
    Wait(u64),
}

/// What an administrator has entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// Sound settings.
    Sound,
    /// Nothing.
    Nothing,
    /// Sound settings and two keys that nobody knows.
    UnknownKeys,
    /// Sound settings, one of them twice.
    Twice,
    /// Sound settings, and the held secrets as text.
    HeldInTheClear,
    /// Sound settings but for one, once for each mistake that the provider knows.
    EachMistake,
    /// All of these mistakes at once.
    EveryMistake,
}

/// Which bytes are given for an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// Those that the engine gave last.
    Own,
    /// The same without the last byte.
    Cut,
    /// The same with a byte more.
    Longer,
    /// Several that no engine gave.
    Strange,
}

/// Which approval is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// The one that was submitted last.
    Newest,
    /// One that could exist and does not.
    Unknown,
}

/// What the provider must have seen in a step. What is left out may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seen {
    /// Requests of any kind.
    pub requests: Option<Count>,
    /// Requests that would make a form.
    pub submissions: Option<Count>,
    /// Forms that exist now and did not before.
    pub forms: Option<Count>,
    /// Access tokens handed out.
    pub tokens: Option<Count>,
    /// Templates that exist now and did not before.
    pub templates: Option<Count>,
    /// The key that the newest form carries.
    pub key: Option<String>,
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// Up to so many.
    AtMost {
        /// The most.
        #[serde(rename = "at-most")]
        at_most: u64,
    },
}

impl Count {
    /// Whether `number` fits.
    #[must_use]
    pub const fn admits(self, number: u64) -> bool {
        match self {
            Self::Exactly(exactly) => number == exactly,
            Self::AtMost { at_most } => number <= at_most,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(number) => number.fmt(f),
            Self::AtMost { at_most } => write!(f, "up to {at_most}"),
        }
    }
}
