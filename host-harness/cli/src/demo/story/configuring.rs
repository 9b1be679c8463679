//! The settings: saved with mistakes, corrected, and given to WeCom.

use std::collections::BTreeSet;
use std::time::Instant;

use fake_wecom::{CORP_ID, EXAMPLE_AES_KEY, ReceiveServer, SECRET, serve};
use wecom_provider::props;

use super::Story;
use crate::demo::idaas::Meaning;
use crate::error::CliError;
use crate::example::{loopback, settings};

impl Story {
    pub(super) async fn configure_with_mistakes(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The administrator saves settings with mistakes")?;
        let mistaken = settings(&self.wecom)
            .with("aes-key", EXAMPLE_AES_KEY.trim_end_matches('8'))
            .with("agent-id", "approval")
            .with("corp_id", CORP_ID);
        let engine = self.tenant.engine();
        let tenant = engine.tenant("acme", &mistaken, &loopback(engine, &mistaken));
        let started = Instant::now();
        let problems = tenant.configure().await?.err().unwrap_or_default();
        self.timeline.engine("configure", started.elapsed(), format_args!("{} problems", problems.len()))?;
        for problem in &problems {
            let (sentence, remedy) = (&problem.sentence.en, &problem.remedy.en);
            self.timeline.tell("", format_args!("{} [{}] {sentence}", problem.key, problem.code))?;
            self.timeline.tell("", format_args!("  → {remedy}"))?;
        }
        let keys: BTreeSet<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        self.timeline.expect(
            "all three mistakes are told at once",
            keys == BTreeSet::from(["aes-key", "agent-id", "corp_id"]),
        )?;
        Ok(())
    }

    pub(super) async fn configure(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The administrator corrects and saves them")?;
        let started = Instant::now();
        let configured = self.tenant.configure().await?;
        let took = started.elapsed();
        match &configured {
            Ok(configured) => {
                let fingerprint = configured.fingerprint.get(..12).unwrap_or_default();
                self.timeline.engine("configure", took, format_args!("ready, fingerprint {fingerprint}…"))?;
                for line in configured.summary.iter().filter(|line| line.key != "field-map") {
                    self.timeline.tell("", format_args!("{:<28} {}", line.key, line.value))?;
                }
            }
            Err(problems) => {
                self.timeline.engine("configure", took, format_args!("{} problems", problems.len()))?;
            }
        }
        let kept = configured.as_ref().is_ok_and(|configured| {
            !configured.summary.iter().any(|line| line.value == SECRET || line.value == EXAMPLE_AES_KEY)
        });
        self.timeline.expect("saved, and the summary shows no secret", kept)?;
        Ok(())
    }

    pub(super) async fn verify_address(&mut self) -> Result<(), CliError> {
        self.timeline
            .chapter("The administrator pastes the callback address into WeCom, which calls it at once")?;
        let server = ReceiveServer { url: self.callback_url.clone(), ..props::receive_server() };
        let saved = serve::save_receive_server(&self.fake, server).await;
        let seen = self.next().await?;
        self.report(&seen)?;
        self.timeline
            .tell("WeCom", saved.as_ref().map_or_else(ToString::to_string, |()| "address saved".into()))?;
        let verified = matches!(seen.meaning, Meaning::Verified) && saved.is_ok();
        self.timeline.expect("WeCom accepts the address", verified)?;
        Ok(())
    }
}
