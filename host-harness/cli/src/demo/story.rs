//! The story: from a mistake in the settings to a grant that is taken back.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Instant;

use fake_wecom::{ActionRefused, FakeWeCom};
use host_harness::contract::{Event, Operation};
use host_harness::outbound::https::Https;
use host_harness::{ApprovalEngine, Tenant};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use wecom_provider::props;

use super::clock::DemoClock;
use super::error::DemoError;
use super::idaas::{Idaas, Meaning, Seen};
use super::post::PATIENCE;
use super::timeline::{Timeline, word};
use crate::error::CliError;
use crate::example::{loopback, settings};

mod approving;
mod checking;
mod configuring;
mod ending;
mod resolving;
mod strangers;

/// The demo's cast and props.
pub(super) struct Story {
    timeline: Timeline,
    fake: FakeWeCom,
    clock: DemoClock,
    wecom: String,
    callback_url: String,
    tenant: Tenant,
    idaas: Idaas,
    seen: UnboundedReceiver<Seen>,
    outbound: Https,
}

impl Story {
    pub(super) fn new(
        engine: ApprovalEngine,
        fake: FakeWeCom,
        clock: DemoClock,
        wecom: SocketAddr,
        host: TcpListener,
    ) -> Result<Self, CliError> {
        let wecom = format!("http://{wecom}");
        let callback_url = format!("http://{}/callback/acme", host.local_addr()?);
        let settings = settings(&wecom);
        let tenant = engine.tenant("acme", &settings, &loopback(&engine, &settings));
        let (idaas, seen) = Idaas::new(tenant.clone(), clock.clone());
        tokio::spawn(idaas.clone().serve(host));
        Ok(Self {
            timeline: Timeline::default(),
            fake,
            clock,
            wecom,
            callback_url,
            tenant,
            idaas,
            seen,
            outbound: Https::new()?,
        })
    }

    /// Tells it all. `false` when a step came out otherwise than expected.
    pub(super) async fn tell(&mut self) -> Result<bool, CliError> {
        self.introduce()?;
        self.configure_with_mistakes().await?;
        self.configure().await?;
        self.verify_address().await?;
        self.check().await?;
        self.resolve().await?;
        let approved = self.approve_by_two().await?;
        self.reject().await?;
        self.withdraw().await?;
        self.revoke(&approved).await?;
        self.turn_away().await?;
        self.sum_up()?;
        Ok(self.timeline.finish()?)
    }

    fn introduce(&self) -> io::Result<()> {
        let engine = self.tenant.engine();
        let description = engine.description();
        let mut out = io::stdout().lock();
        writeln!(out, "An access request's way through WeCom, over HTTP on this machine.\n")?;
        writeln!(
            out,
            "    engine         {} {}, {} bytes",
            description.id,
            description.version,
            engine.size()
        )?;
        writeln!(out, "    imports        {}", engine.imports().join(", "))?;
        writeln!(out, "    fake WeCom     {}", self.wecom)?;
        writeln!(out, "    callbacks to   {}", self.callback_url)
    }

    /// A minute later, somebody does something in WeCom.
    fn later<T>(&self, act: impl FnOnce(&FakeWeCom) -> Result<T, ActionRefused>) -> Result<T, CliError> {
        self.clock.skip(60);
        Ok(act(&self.fake).map_err(DemoError::Act)?)
    }

    /// Submits a request and sees WeCom's news of it.
    async fn submit(&mut self, number: &str) -> Result<String, CliError> {
        let started = Instant::now();
        let submitted = self.tenant.submit(&props::request(number)).await?;
        let took = started.elapsed();
        let submission = submitted.map_err(|problem| DemoError::NotSubmitted {
            number: number.to_owned(),
            problem: problem.into(),
        })?;
        let id = submission.approval_id;
        self.timeline.engine("submit", took, format_args!("{number} is approval {id}"))?;
        let event = self.news().await?;
        if event.operation != Operation::Submitted || event.approval.approval_id != id {
            self.timeline.expect("WeCom's first news is of the submission", false)?;
        }
        Ok(id)
    }

    /// The next callback's event, told.
    async fn news(&mut self) -> Result<Event, CliError> {
        let seen = self.next().await?;
        self.report(&seen)?;
        let Meaning::News(events) = seen.meaning else {
            return Err(DemoError::NoNews.into());
        };
        Ok(events.into_iter().next().ok_or(DemoError::NoNews)?)
    }

    async fn next(&mut self) -> Result<Seen, DemoError> {
        tokio::time::timeout(PATIENCE, self.seen.recv()).await.ok().flatten().ok_or(DemoError::NoCallback)
    }

    fn report(&self, seen: &Seen) -> io::Result<()> {
        let what = match &seen.meaning {
            Meaning::Verified => String::from("address verified"),
            Meaning::News(events) => events.iter().map(sentence).collect::<Vec<_>>().join("; "),
            Meaning::KnownAlready => String::from("known already, nothing changes"),
            Meaning::Foreign => String::from("foreign, only counted"),
            Meaning::Ignored(kind) => format!("ignored: {kind}"),
            Meaning::Refused(reason) => format!("refused: {reason}"),
            Meaning::Failed(reason) => format!("no verdict: {reason}"),
        };
        self.timeline.engine("handle-callback", seen.took, format_args!("{what} → {}", seen.status))
    }
}

fn sentence(event: &Event) -> String {
    let actor = event.actor.as_deref().unwrap_or("a member");
    let words = if event.comment.is_empty() { String::new() } else { format!(" “{}”", event.comment) };
    let (operation, status) = (word(&event.operation), word(&event.approval.status));
    format!("{actor} {operation}{words}: {} is {status}", event.approval.approval_id)
}
