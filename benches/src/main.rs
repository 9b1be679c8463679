//! How fast the engine is inside the sandbox. `cargo bench-engine`

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

mod case;
mod goal;
mod groups;
mod host;
mod native;
mod rounds;
mod statistics;
mod table;

use groups::Bench;

/// A failure has one sentence.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the engine: medians, spread and ratios, all contenders by turns in every round. A goal that is missed is no
/// failure.
#[derive(Parser)]
struct Arguments {
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// A tenth of the rounds.
    #[arg(long)]
    quick: bool,
    /// One group alone.
    #[arg(long, value_enum, value_name = "GROUP")]
    only: Option<Group>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    Callbacks,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench-engine: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let bench = Bench::new(arguments.component, arguments.quick)?;
    let mut out = io::stdout().lock();
    let mut goals = Vec::new();
    for &group in Group::value_variants() {
        if arguments.only.is_none_or(|only| only == group) {
            goals.extend(match group {
                Group::Callbacks => groups::callbacks::run(&bench, &mut out)?,
            });
        }
    }
    goal::print(&goals, &mut out)?;
    Ok(())
}
