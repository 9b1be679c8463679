//! `demo`: the whole story on this machine, over real HTTP, through the real component.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use fake_wecom::{FakeWeCom, Setup, serve};
use host_harness::Services;
use host_harness::log::TracingLog;
use host_harness::outbound::https::Https;

pub(crate) use self::error::DemoError;
use crate::error::CliError;
use crate::host;

mod clock;
mod error;
mod idaas;
mod post;
mod story;
mod timeline;

#[derive(Args)]
pub(crate) struct Options {
    /// Keep going after the story, so that a person can tap Agree or Reject on the fake's page.
    #[arg(long)]
    pause: bool,
    /// Port of the fake WeCom; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    wecom_port: u16,
    /// Port of the identity platform; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    host_port: u16,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let wecom = host::listen(options.wecom_port, "--wecom-port").await?;
    let host = host::listen(options.host_port, "--host-port").await?;
    let wecom_address = wecom.local_addr()?;

    let mut setup = Setup::example();
    // WeCom waits one second for the address check. A busy machine may need more, and that is not the story.
    setup.patience.address_check = post::PATIENCE;
    setup.patience.event = post::PATIENCE;
    let clock = clock::DemoClock::default();
    let fake = FakeWeCom::new(setup, clock.clone(), 1);
    tokio::spawn(serve::serve(wecom, fake.clone(), std::future::pending()));
    // One clock for everybody in the story, or each minute that it skips would be a difference of clocks.
    let services =
        Services::in_memory(Arc::new(Https::new()?), Arc::new(TracingLog), Arc::new(clock.clone()));
    let engine = host::engine(None).await?.with_services(services);
    let mut story = story::Story::new(engine, fake, clock, wecom_address, host)?;
    let held = story.tell().await?;
    if options.pause {
        story.pause().await?;
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
