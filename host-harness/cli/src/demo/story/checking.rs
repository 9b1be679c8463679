//! The test of the connection, before and after somebody changes WeCom.

use std::time::Instant;

use fake_wecom::setup::member;
use host_harness::clock::Clock as _;
use host_harness::contract::{CheckOptions, CheckVerdict, Finding};
use wecom_provider::props;

use super::Story;
use crate::error::CliError;
use crate::fake::State;

/// How often the connection is tested.
pub(super) const TESTS: usize = 2;

impl Story {
    pub(super) async fn check(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The administrator tests the connection, and again after a change in WeCom")?;
        let findings = self.tested().await?;
        let passed = findings.iter().all(|finding| finding.verdict == CheckVerdict::Ok);
        self.timeline.expect("every step passes", passed)?;

        let sound = self.fake.setup();
        self.fake.reconfigure(|setup| State::ControlDeleted.bring_about(setup));
        self.timeline.tell("WeCom", State::ControlDeleted.story())?;
        let findings = self.tested().await?;
        let mut asking = findings.iter().filter(|finding| finding.remedy.is_some());
        let found = asking.next().is_some_and(|fault| fault.id == "field-map") && asking.next().is_none();
        self.timeline.expect("one step fails, and says what to do", found)?;
        self.fake.reconfigure(|setup| *setup = sound);
        Ok(())
    }

    /// The findings, told in a line, with what to do about those that did not pass.
    async fn tested(&mut self) -> Result<Vec<Finding>, CliError> {
        let probe = Some(props::account(&[member::ZHANG_SAN]));
        let options = CheckOptions { now: self.clock.now().as_secs(), probe };
        let started = Instant::now();
        let findings = self.tenant.check(&options).await?;
        let took = started.elapsed();
        let of = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
        let [ok, warn, fail, skipped] =
            [CheckVerdict::Ok, CheckVerdict::Warn, CheckVerdict::Fail, CheckVerdict::Skipped].map(of);
        self.timeline.engine(
            "check",
            took,
            format_args!("{ok} steps pass, {warn} warn, {fail} fail, {skipped} are skipped"),
        )?;
        for finding in &findings {
            if let Some(remedy) = &finding.remedy {
                self.timeline.tell("", format_args!("{}: {}", finding.id, finding.evidence.en))?;
                self.timeline.tell("", format_args!("  → {}", remedy.en))?;
            }
        }
        Ok(findings)
    }
}
