//! From an account of the platform to a member of WeCom.
//!
//! Only the configured attribute counts. Nothing is guessed from a telephone number or an address, since both change
//! hands, and nothing is remembered.
#![expect(clippy::result_large_err, reason = "a failure ends the call that meets it and is made once")]

use crate::api::{self, Obstacle};
use crate::config::Config;
use crate::errcode::Refusal;
use crate::exchange::Outbound;
use crate::model::{Account, Member, UserId};
use crate::text::Text;
use crate::token;

pub use people::{People, PeopleProblem};

mod attribute;
mod people;
mod words;

/// The interface that tells of one member.
pub const PATH: &str = "/cgi-bin/user/get";

/// How far [`resolve`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Reads the attribute. No network.
    Mapping,
    /// Also asks WeCom whether the member exists and is active.
    Confirmed,
}

/// Why an account has no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappingProblemKind {
    /// The account lacks the attribute, or it is empty.
    AttributeEmpty,
    /// The attribute has several different values.
    SeveralValues,
    /// The value cannot be a member id.
    Malformed,
    /// WeCom knows no such member, or the app may not see it; 60111 means both.
    NotFound,
    /// The member is disabled, not activated or has left.
    Inactive,
    /// The member is outside what the app may see.
    OutOfScope,
    /// WeCom refused the question itself.
    Refused,
    /// No answer. Try later.
    Unavailable,
    /// WeCom answered about somebody else.
    Other,
}

/// An account that could not be mapped, told to both readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingProblem {
    /// Why.
    pub kind: MappingProblemKind,
    /// [`Account::id`].
    pub account_id: String,
    /// The directory attribute that was read.
    pub attribute: String,
    /// The member id that was tried, when there was one; 80 bytes at most.
    pub member_id: Option<UserId>,
    /// What the applicant can do.
    pub for_applicant: Text,
    /// What the administrator has to do.
    pub for_administrator: Text,
    /// Set when WeCom answered with an error.
    pub refusal: Option<Refusal>,
    /// Set when `kind` is `Unavailable` and a time is known.
    pub retry_after_seconds: Option<u32>,
}

/// Finds the one member for `account`. Reads only; safe to repeat.
///
/// # Errors
/// - [`MappingProblem`]: its `kind` says why, and both of its texts say who has to do what.
pub fn resolve(
    config: &Config,
    outbound: &mut dyn Outbound,
    account: &Account,
    depth: Depth,
) -> Result<Member, MappingProblem> {
    let member = map(config, account)?;
    match depth {
        Depth::Mapping => Ok(member),
        Depth::Confirmed => match confirm(config, outbound, account, &member.id) {
            Ok(member) => Ok(member),
            Err(Unconfirmed::Person(problem)) => Err(problem),
            Err(Unconfirmed::Obstacle(obstacle)) => {
                Err(words::obstacle(config, account, &member.id, obstacle))
            }
        },
    }
}

/// Reads the attribute. No network.
///
/// # Errors
/// - [`MappingProblem`] with `AttributeEmpty`, `SeveralValues` or `Malformed`.
pub fn map(config: &Config, account: &Account) -> Result<Member, MappingProblem> {
    attribute::read(config, account).map(|id| Member { id, confirmed: false })
}

/// Why a member is not confirmed.
enum Unconfirmed {
    /// It is about this person.
    Person(MappingProblem),
    /// It would stop any question.
    Obstacle(Obstacle),
}

/// Asks WeCom for one member. The result has WeCom's own spelling of the id.
fn confirm(
    config: &Config,
    outbound: &mut dyn Outbound,
    account: &Account,
    asked: &UserId,
) -> Result<Member, Unconfirmed> {
    let person =
        |kind, reason| Unconfirmed::Person(words::confirmation(config, account, asked, kind, reason));
    let request = api::get(config, PATH, vec![("userid", asked.as_str().to_owned())]);
    let answer = match token::call(config, outbound, request) {
        Ok(answer) => answer,
        Err(api::Failure::Refused { errcode, refusal, path }) => {
            return Err(match kind_of(errcode) {
                Some(kind) => person(kind, words::Reason::Refusal(refusal)),
                None => Unconfirmed::Obstacle(api::Failure::Refused { errcode, refusal, path }.of_a_read()),
            });
        }
        Err(failure) => return Err(Unconfirmed::Obstacle(failure.of_a_read())),
    };
    let id = UserId(answer.get("userid").text());
    if !id.same(asked) {
        return Err(person(MappingProblemKind::Other, words::Reason::SomebodyElse));
    }
    match answer.get("status").integer() {
        Some(1) => Ok(Member { id, confirmed: true }),
        Some(status) => Err(person(MappingProblemKind::Inactive, words::Reason::Status(status))),
        // The member exists and WeCom keeps its state to itself: true, and no confirmation.
        None => Ok(Member { id, confirmed: false }),
    }
}

/// What an errcode of user/get says about the person; `None` when it says nothing about them.
const fn kind_of(errcode: i64) -> Option<MappingProblemKind> {
    match errcode {
        60111 | 46004 | 301021 | 81013 => Some(MappingProblemKind::NotFound),
        60011 | 60021 => Some(MappingProblemKind::OutOfScope),
        40003 | 40031 => Some(MappingProblemKind::Malformed),
        _ => None,
    }
}
