//! `fake-wecom`: a WeCom on this machine in a known state, with settings that fit it, to try `check` on.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use fake_wecom::setup::member;
use fake_wecom::{FakeWeCom, Setup, SystemClock, serve};
use serde_json::{Value, json};
use tempfile::TempDir;
use wecom_provider::props;

pub(crate) use self::state::State;
use crate::error::CliError;
use crate::{example, host, input};

mod state;

/// Of everything that the fake draws.
const SEED: u64 = 1;

#[derive(Args)]
pub(crate) struct Options {
    /// What an administrator did in WeCom.
    #[arg(long, value_enum, default_value_t = State::Well)]
    state: State,
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Serves until Ctrl-C.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let listener = host::listen(options.port, "--port").await?;
    let api = format!("http://{}", listener.local_addr()?);
    let mut setup = Setup::example();
    options.state.bring_about(&mut setup);
    let fake = FakeWeCom::new(setup, SystemClock, SEED);
    let files = Files::write(&api)?;
    let served = async {
        announce(options.state, &api, &files)?;
        serve::serve(listener, fake, std::future::pending()).await
    };
    tokio::select! {
        // Asked first, so that Ctrl-C is heard from the first line that is printed.
        biased;
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        served = served => served?,
    }
    Ok(ExitCode::SUCCESS)
}

fn announce(state: State, api: &str, files: &Files) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "A fake WeCom listens at {api}/ until Ctrl-C.\n{}.\n", state.story())?;
    writeln!(out, "Test the connection from another terminal:\n")?;
    writeln!(
        out,
        "    {} check --settings {} --probe {} --loopback",
        quoted(&std::env::current_exe()?),
        quoted(&files.settings),
        quoted(&files.account)
    )
}

/// A path as one word of a command.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path }
}

/// Settings that fit the fake and the account of 张三, in a directory that goes with this value.
struct Files {
    settings: PathBuf,
    account: PathBuf,
    _directory: TempDir,
}

impl Files {
    fn write(api: &str) -> Result<Self, CliError> {
        let unwritable = |path: &Path| {
            let path = path.display().to_string();
            |reason| CliError::Write { path, reason, remedy: "name another directory in TMPDIR" }
        };
        let directory = tempfile::Builder::new()
            .prefix("fake-wecom-")
            .tempdir()
            .map_err(unwritable(&std::env::temp_dir()))?;
        let write = |name: &str, content: &Value| {
            let path = directory.path().join(name);
            std::fs::write(&path, format!("{content:#}\n")).map_err(unwritable(&path))?;
            Ok::<_, CliError>(path)
        };
        Ok(Self {
            settings: write("settings.json", &input::as_json(&example::settings(api)))?,
            account: write("account.json", &account())?,
            _directory: directory,
        })
    }
}

fn account() -> Value {
    json!({
        "id": "u-1",
        "display-name": "张三",
        "attributes": [{ "name": props::ATTRIBUTE, "values": [member::ZHANG_SAN] }],
    })
}
