//! Accounts and members.

use std::time::Instant;

use fake_wecom::setup::member;
use host_harness::contract::{Account, Depth, MappingProblem, MappingProblemKind, Member};
use wecom_provider::props;

use super::Story;
use crate::demo::timeline::word;
use crate::error::CliError;

impl Story {
    pub(super) async fn resolve(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("Accounts are resolved to members, through the configured attribute alone")?;
        let started = Instant::now();
        let found = self.tenant.resolve_user(&props::account(&["ZHANG.SAN"]), Depth::Confirmed).await?;
        let took = started.elapsed();
        self.timeline.engine("resolve-user", took, resolved("u-1", &found))?;
        let expected = found.is_ok_and(|member| member.id == member::ZHANG_SAN && member.confirmed);
        self.timeline.expect("confirmed, in WeCom's own spelling", expected)?;

        let disabled = Account {
            id: String::from("u-9"),
            display_name: String::from("钱停"),
            ..props::account(&[member::DISABLED])
        };
        let started = Instant::now();
        let left = self.tenant.resolve_user(&disabled, Depth::Confirmed).await?;
        self.timeline.engine("resolve-user", started.elapsed(), resolved("u-9", &left))?;
        let problem = left.err();
        if let Some(problem) = &problem {
            let (applicant, administrator) = (&problem.for_applicant.en, &problem.for_administrator.en);
            self.timeline.tell("", format_args!("for the applicant: {applicant}"))?;
            self.timeline.tell("", format_args!("for the administrator: {administrator}"))?;
        }
        let inactive = problem.is_some_and(|problem| problem.kind == MappingProblemKind::Inactive);
        self.timeline.expect("a disabled member is told to both readers", inactive)?;
        Ok(())
    }
}

fn resolved(account: &str, answer: &Result<Member, MappingProblem>) -> String {
    match answer {
        Ok(Member { id, confirmed: true }) => format!("account {account} is {id}, confirmed"),
        Ok(Member { id, confirmed: false }) => format!("account {account} is {id}, not confirmed"),
        Err(problem) => format!("account {account}: {}", word(&problem.kind)),
    }
}
