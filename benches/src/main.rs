//! How fast the engine is inside the sandbox: `cargo bench-engine`.
//!
//! ```text
//! callbacks ─ threads ─ tenants ─ waiting ─ cold ─ size ──▶ tables, and at the end the goals
//!     │                    └─────────┴────────┴── child: this program again, with nothing else in its memory
//!     └── native: the same protocol without a sandbox, built twice
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum as _};

mod case;
mod child;
mod goal;
mod groups;
mod host;
mod machine;
mod native;
mod rounds;
mod stage;
mod statistics;
mod table;

use child::Task;
use groups::{Bench, Group};

/// A failure has one sentence.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures the engine: medians, spread and ratios, all contenders by turns in every round. A goal that is missed is no
/// failure.
#[derive(Parser)]
struct Arguments {
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Recorded callbacks to measure in place of the built-in ones, as `host-harness callbacks` reads them.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A tenth of the rounds.
    #[arg(long)]
    quick: bool,
    /// One group alone.
    #[arg(long, value_enum, value_name = "GROUP")]
    only: Option<Group>,
    /// Where a child process keeps compiled code.
    #[arg(long, hide = true)]
    cache: Option<PathBuf>,
    /// What it does.
    #[arg(long, hide = true)]
    task: Option<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has closed it: `cargo bench-engine | head`.
        Err(error) if error.downcast_ref().is_some_and(is_closed) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench-engine: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn run(arguments: &Arguments) -> Result<()> {
    let bench = Bench::new(arguments.component.as_deref(), arguments.input.as_deref(), arguments.quick)?;
    let mut out = io::stdout().lock();
    if let Some(task) = &arguments.task {
        return serde_json::from_str::<Task>(task)?.run(&bench, arguments.cache.as_deref(), &mut out);
    }
    writeln!(out, "{}\n", machine::description())?;
    // Recorded callbacks are for one group.
    let only = arguments.only.or(arguments.input.as_ref().map(|_| Group::Callbacks));
    let mut goals = Vec::new();
    for &group in Group::value_variants() {
        if only.is_none_or(|only| only == group) {
            goals.extend(match group {
                Group::Callbacks => groups::callbacks::run(&bench, &mut out),
                Group::Threads => groups::threads::run(&bench, &mut out),
                Group::Tenants => groups::tenants::run(&bench, &mut out),
                Group::Waiting => groups::waiting::run(&bench, &mut out),
                Group::Cold => groups::cold::run(&bench, &mut out),
                Group::Size => groups::size::run(&bench, &mut out),
            }?);
            out.flush()?;
        }
    }
    if !goals.is_empty() {
        goal::print(&goals, &mut out)?;
    }
    Ok(())
}
