//! What WeCom's refusals mean, and who has to act.
//!
//! One table holds every errcode of the calls that this crate makes. A code outside the table is permanent and
//! of class [`RefusalClass::Other`]: guessing that it will pass makes loops.

use crate::secret::Secret;
use crate::text::Text;

pub(crate) use message::scrub;

mod message;
mod remedy;
mod table;

/// Who can remove the cause of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalClass {
    /// Access token refused even after one renewal.
    Token,
    /// The credential is wrong, disabled or of another app.
    Credentials,
    /// The caller's address is not allowed.
    Address,
    /// The app lacks a permission.
    Permission,
    /// WeCom has the corp, the app or the approvals switched off.
    Disabled,
    /// The form's template cannot be used.
    Template,
    /// WeCom found a value of the form wrong.
    Form,
    /// A person is unknown, invisible or not allowed.
    Member,
    /// Too many calls.
    RateLimit,
    /// WeCom is busy or failed inside.
    Transient,
    /// A code that the table does not know, or no code of WeCom's at all.
    Other,
}

/// What a caller does about an errcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing changes until somebody acts.
    Permanent,
    /// Turned away at the door: nothing happened, and later it may.
    Transient,
    /// Failed inside WeCom: a read can be asked again, a write may have taken effect.
    Doubtful,
    /// The access token is spent: renew it once, ask again once.
    RenewToken,
    /// The credential itself is wrong. After some more attempts WeCom bans the caller's address for an hour.
    BlockCredential,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// WeCom's number.
    pub errcode: i64,
    /// Who can remove the cause.
    pub class: RefusalClass,
    /// What a caller does.
    pub treatment: Treatment,
    /// What it means.
    pub sentence: Text,
    /// What to do, and where in WeCom's console.
    pub remedy: Text,
}

/// All rows, by number.
#[must_use]
pub fn known() -> &'static [Meaning] {
    &table::ROWS
}

/// The row of an errcode.
#[must_use]
pub fn meaning(errcode: i64) -> Option<&'static Meaning> {
    table::ROWS.iter().find(|row| row.errcode == errcode)
}

/// What a caller does about an errcode. Unknown ones are permanent.
#[must_use]
pub fn treatment(errcode: i64) -> Treatment {
    meaning(errcode).map_or(Treatment::Permanent, |row| row.treatment)
}

/// WeCom, or the way to it, said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who can remove the cause.
    pub class: RefusalClass,
    /// WeCom's errcode in decimal, or [`EGRESS_DENIED`].
    pub code: String,
    /// WeCom's own words without secrets and control characters, at most 512 bytes, the `hint` kept.
    pub provider_text: String,
    /// What it means.
    pub sentence: Text,
    /// What to do, and who does it.
    pub remedy: Text,
}

/// The code of a refusal that comes from the host's egress policy.
pub const EGRESS_DENIED: &str = "egress-denied";

/// 60020: the caller's address is not on the app's list.
const ADDRESS_NOT_ALLOWED: i64 = 60020;

impl Refusal {
    /// Explains an errcode. `errmsg` is unstable text: it is quoted, and only 60020's address is read from it.
    /// `token` is the one that the call carried; it is blotted out wherever it appears.
    #[cold] // keeps callers small
    #[must_use]
    pub fn new(errcode: i64, errmsg: &str, token: Option<&Secret>) -> Self {
        let (class, sentence, remedy) = match meaning(errcode) {
            Some(row) => (row.class, row.sentence.clone(), row.remedy.clone()),
            None => (RefusalClass::Other, remedy::unknown(errcode), remedy::UNKNOWN_REMEDY),
        };
        let remedy = match message::address(errmsg) {
            Some(address) if errcode == ADDRESS_NOT_ALLOWED => remedy::allow_address(address),
            _ => remedy,
        };
        Self {
            class,
            code: errcode.to_string(),
            provider_text: message::scrub(errmsg, token),
            sentence,
            remedy,
        }
    }

    /// Explains an answer that is none, under a code that is not WeCom's.
    pub(crate) fn of_no_answer(code: &str, sentence: Text) -> Self {
        Self {
            class: RefusalClass::Other,
            code: code.to_owned(),
            provider_text: String::new(),
            sentence,
            remedy: remedy::ENGINE_REMEDY,
        }
    }

    /// Explains that the host's policy keeps the engine from calling at all. `setting` would allow it.
    #[must_use]
    pub fn egress_denied(setting: &str, reason: &str) -> Self {
        let setting = message::scrub(setting, None);
        Self {
            class: RefusalClass::Other,
            code: EGRESS_DENIED.to_owned(),
            provider_text: message::scrub(reason, None),
            sentence: Text::made(
                "the host's own policy did not let the request out; WeCom was not asked".to_owned(),
                "本平台的出站策略阻止了该请求，企业微信未收到请求".to_owned(),
            ),
            remedy: Text::filled(
                format_args!("the platform's operator allows it in the host's setting: {setting}"),
                format_args!("请平台运维人员在主机设置中放行：{setting}"),
            ),
        }
    }
}
