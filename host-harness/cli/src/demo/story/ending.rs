//! What each side holds in the end, and the fake left to a person.

use std::collections::BTreeSet;

use fake_wecom::CallOutcome;

use super::Story;
use super::checking::TESTS;
use crate::demo::timeline::word;
use crate::error::CliError;

impl Story {
    pub(super) fn sum_up(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("What each side holds in the end")?;
        for (id, status) in self.idaas.approvals() {
            self.timeline.tell("platform", format_args!("{id} {}", word(&status)))?;
        }
        for form in self.fake.forms() {
            self.timeline.tell("WeCom", format_args!("{} {}", form.sp_no, word(&form.status)))?;
        }
        let calls = self.fake.calls();
        for path in calls.iter().map(|call| call.path.as_str()).collect::<BTreeSet<_>>() {
            let all: Vec<_> = calls.iter().filter(|call| call.path == path).collect();
            let refused = all
                .iter()
                .filter(|call| !matches!(call.outcome, CallOutcome::Answered { errcode: Some(0), .. }))
                .count();
            self.timeline.tell("WeCom", format_args!("{path:<24} {} calls, {refused} refused", all.len()))?;
        }
        let fetched = self.fake.calls_to("gettoken").len();
        self.timeline
            .expect("one token served every call, and each test fetched its own", fetched == 1 + TESTS)?;
        let submitted = self.fake.calls_to("oa/applyevent").len();
        self.timeline.expect("one form for one request", submitted == self.idaas.approvals().len())?;
        Ok(())
    }

    /// Keeps going until Ctrl-C, with one more request to decide on.
    pub(in crate::demo) async fn pause(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("Your turn")?;
        let id = self.submit("REQ-2026-0005").await?;
        self.timeline.tell("you", format_args!("open {}/ and tap Agree or Reject on {id}", self.wecom))?;
        self.timeline.tell("", "Ctrl-C ends the demo")?;
        loop {
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
                seen = self.seen.recv() => match seen {
                    Some(seen) => self.report(&seen)?,
                    None => return Ok(()),
                },
            }
        }
    }
}
