//! The command line of the approval host harness.
//!
//! ```text
//! host-harness demo                      the whole story on this machine, with a fake WeCom
//! host-harness inspect FILE              what an engine is and needs
//! host-harness component FILE            the finished component, written with its digest
//! host-harness callbacks < in > out      recorded callbacks through an engine, in bulk
//! host-harness call FUNCTION ...         one call by hand, JSON in and out
//! host-harness record FUNCTION ...       one call by hand, kept under a key
//! host-harness replay FILE               the same call again, without a provider
//! host-harness check --settings FILE     the connection, tested step by step
//! host-harness provision --settings FILE the engine's template, made or confirmed
//! host-harness fake-wecom --state STATE  a WeCom on this machine to try all of that on
//! host-harness conform FILE              whether an engine keeps the contract's promises
//! host-harness conform --wrong           whether the kit catches engines that do not
//! ```

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use host_harness::redact;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod cache;
mod call;
mod callbacks;
mod check;
mod compile;
mod component;
mod configured;
mod conform;
mod connection;
mod demo;
mod error;
mod example;
mod fake;
mod host;
mod input;
mod inspect;
mod language;
mod provision;
mod record;
mod replay;

/// Loads, inspects and exercises approval engines.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// How much to log, to standard error. No level shows a secret, a token or a message.
    #[arg(long, global = true, value_enum, default_value_t = LogLevel::Warn)]
    log_level: LogLevel,
    #[command(flatten)]
    cache: cache::Options,
    #[command(flatten)]
    compile: compile::Limits,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the whole story against a fake WeCom on this machine.
    Demo(demo::Options),
    /// Prints what an engine is: imports, exports, size and digest without compiling it, then what it says of itself.
    Inspect {
        /// The component; without it, the WeCom engine that was built with this program.
        file: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes an engine that was built with this program to a file, and prints its SHA-256 as `sha256sum` does.
    Component(component::Options),
    /// Checks recorded callbacks: one JSON object a line in, one a line out.
    Callbacks {
        /// The component; without it, the WeCom engine that was built with this program.
        #[arg(long)]
        engine: Option<PathBuf>,
    },
    /// Calls one function of an engine: JSON in, JSON out.
    #[command(after_help = CALL_EXIT)]
    Call(call::Options),
    /// Calls one function like `call`, and keeps all that went into it, sealed, for `replay`.
    #[command(after_help = CALL_EXIT)]
    Record(record::Options),
    /// Does a recorded call again, on this or another version of the engine, and tells the first difference.
    #[command(after_help = REPLAY_EXIT)]
    Replay(replay::Options),
    /// Tests a connection step by step, with what to do about each fault.
    #[command(after_help = CHECK_EXIT)]
    Check(check::Options),
    /// Makes the engine's own template at the provider, or confirms the one in the settings if its field map fits.
    #[command(after_help = PROVISION_EXIT)]
    Provision(provision::Options),
    /// Serves a fake WeCom on this machine, in a state to try `check` on, with settings that fit it.
    FakeWecom(fake::Options),
    /// Plays the conformance kit's cases with an engine and its provider's fake.
    #[command(after_help = CONFORM_EXIT)]
    Conform(conform::Options),
    /// Compiles a component into a directory: what this program starts itself for.
    #[command(hide = true)]
    Compile(compile::Options),
}

const CALL_EXIT: &str =
    "Exit code: 0 when the function gives a result, 2 when it gives a problem, 1 when it gives neither.";

const REPLAY_EXIT: &str =
    "Exit code: 0 when the call is the same, 2 when there is a difference, 1 when it cannot be told.";

const CHECK_EXIT: &str =
    "Exit code: 0 when no step fails (a step may warn), 2 when one fails, 1 when nothing could be tested.";

const CONFORM_EXIT: &str = "Exit code: 0 when no case fails, 2 when one does, 1 when none could be played. With --wrong: 0 when the cases meant for each wrong engine catch it, every case catches one and the right engine passes, else 2.";

const PROVISION_EXIT: &str = "Exit code: 0 when the template is ready, 2 when the provider or the engine says no, 1 when there is no answer.";

#[derive(Clone, Copy, ValueEnum)]
enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// How much of an error is printed. It may repeat what an engine or a file says.
const ERROR_BYTES: usize = 4_000;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr(arguments.log_level);
    without_core_dumps();
    if let Command::Compile(options) = &arguments.command {
        return ended(compile::run(options, arguments.compile));
    }
    compile::choose(arguments.compile);
    let ran = cache::choose(&arguments.cache)
        .map_err(error::CliError::from)
        .and_then(|()| Ok(tokio::runtime::Runtime::new()?))
        .and_then(|runtime| runtime.block_on(run(arguments.command)));
    ended(ran)
}

/// How the program ends.
fn ended(ran: Result<ExitCode, error::CliError>) -> ExitCode {
    match ran {
        Ok(code) => code,
        // Whoever reads the output has closed it: `host-harness inspect | head`.
        Err(error::CliError::Output(reason)) if reason.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "host-harness: {}", redact::line(&error.to_string(), ERROR_BYTES));
            ExitCode::FAILURE
        }
    }
}

/// Settings are read into this process's memory: a crash must not write them to a disk.
fn without_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
            tracing::warn!(target: "host_harness", "core dumps cannot be switched off: {error}");
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, error::CliError> {
    match command {
        Command::Demo(options) => demo::run(options).await,
        Command::Inspect { file, json } => inspect::run(file.as_deref(), json).await,
        Command::Component(options) => component::run(&options),
        Command::Callbacks { engine } => callbacks::run(engine.as_deref()).await,
        Command::Call(options) => call::run(options).await,
        Command::Record(options) => record::run(options).await,
        Command::Replay(options) => replay::run(options).await,
        Command::Check(options) => check::run(options).await,
        Command::Provision(options) => provision::run(options).await,
        Command::FakeWecom(options) => fake::run(options).await,
        Command::Conform(options) => conform::run(options).await,
        Command::Compile(options) => compile::run(&options, compile::chosen()),
    }
}

/// Logs of this project alone: what libraries log of their connections is not ours to redact.
fn log_to_stderr(level: LogLevel) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let ours =
        ["approval_host", "approval_engine", "host_harness", "fake_wecom"].map(|target| (target, level));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()))
        .with(Targets::new().with_targets(ours))
        .init();
}
