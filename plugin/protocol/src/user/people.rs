//! The members that one submission needs.

use super::{MappingProblem, Unconfirmed, confirm, map};
use crate::api::Obstacle;
use crate::config::Config;
use crate::exchange::Outbound;
use crate::model::{Account, Member, UserId};

/// Accounts mapped together, so that all problems are told at once, and asked for once each.
#[derive(Clone, Debug)]
pub struct People<'a> {
    config: &'a Config,
    /// Each member once, in the best spelling known. A list: a request has few, and a tree is 3 KB of the component.
    members: Vec<Member>,
}

/// Why people were not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleProblem {
    /// It is about these accounts, each with a message of its own.
    Persons(Vec<MappingProblem>),
    /// It would stop any question, so the first one ended it.
    Obstacle(Box<Obstacle>),
}

impl<'a> People<'a> {
    /// Maps all `accounts` through the configured attribute. No network.
    ///
    /// # Errors
    /// - One [`MappingProblem`] for each account that has no member.
    pub fn map<'b>(
        config: &'a Config,
        accounts: impl IntoIterator<Item = &'b Account>,
    ) -> Result<Self, Vec<MappingProblem>> {
        let mut members: Vec<Member> = Vec::new();
        let mut problems = Vec::new();
        for account in accounts {
            match map(config, account) {
                Ok(member) if members.iter().any(|known| known.id.same(&member.id)) => {}
                Ok(member) => members.push(member),
                Err(problem) if problems.contains(&problem) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(Self { config, members }) } else { Err(problems) }
    }

    /// Asks WeCom for the members of `accounts`, each distinct one once, and takes over WeCom's spelling.
    ///
    /// # Errors
    /// - [`PeopleProblem`]: all persons with a problem, or the obstacle that ended the questions.
    pub fn confirm<'b>(
        &mut self,
        outbound: &mut dyn Outbound,
        accounts: impl IntoIterator<Item = &'b Account>,
    ) -> Result<(), PeopleProblem> {
        let mut asked: Vec<UserId> = Vec::new();
        let mut problems = Vec::new();
        for account in accounts {
            let member = match map(self.config, account) {
                Ok(member) => member,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            if asked.iter().any(|asked| asked.same(&member.id)) {
                continue;
            }
            match confirm(self.config, outbound, account, &member.id) {
                Ok(confirmed) => self.spell(confirmed),
                Err(Unconfirmed::Person(problem)) => problems.push(problem),
                Err(Unconfirmed::Obstacle(obstacle)) => {
                    return Err(PeopleProblem::Obstacle(Box::new(obstacle)));
                }
            }
            asked.push(member.id);
        }
        if problems.is_empty() { Ok(()) } else { Err(PeopleProblem::Persons(problems)) }
    }

    /// The member of `account`, in the best spelling known.
    ///
    /// # Errors
    /// - [`MappingProblem`]: the account has none. Not for accounts that were mapped together.
    pub fn member(&self, account: &Account) -> Result<Member, MappingProblem> {
        let mapped = map(self.config, account)?;
        Ok(self.members.iter().find(|known| known.id.same(&mapped.id)).cloned().unwrap_or(mapped))
    }

    /// Takes over WeCom's own spelling of a member.
    fn spell(&mut self, confirmed: Member) {
        match self.members.iter_mut().find(|known| known.id.same(&confirmed.id)) {
            Some(known) => *known = confirmed,
            None => self.members.push(confirmed),
        }
    }
}
