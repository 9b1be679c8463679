//! `replay`: a recorded call again, without a provider.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use host_harness::redact;
use host_harness::replay::{Difference, Recording, Replayed};

use crate::error::CliError;
use crate::{host, record};

#[derive(Args)]
pub(crate) struct Options {
    /// What `record` has written.
    file: PathBuf,
    /// The file with its key.
    #[arg(long)]
    key: PathBuf,
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long)]
    engine: Option<PathBuf>,
    /// Show the values that differ. They may be secrets.
    #[arg(long)]
    reveal: bool,
}

/// How much of a text of an engine or a file is printed.
const TEXT_BYTES: usize = 200;

/// Ends with success only when the engine did the same.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let sealed = std::fs::read_to_string(&options.file).map_err(|error| CliError::Input {
        what: "the recording",
        path: options.file.display().to_string(),
        reason: error.to_string(),
        remedy: "name a file that `record` has written",
    })?;
    let recording = Recording::open(&sealed, &record::read_key(&options.key)?)?;
    let engine = host::engine(options.engine.as_deref()).await?;
    let mut out = io::stdout().lock();

    let origin = recording.origin();
    let plain = |text: &str| redact::line(text, TEXT_BYTES);
    let [function, id, version, digest] =
        [&origin.function, &origin.engine, &origin.version, &origin.digest].map(|text| plain(text));
    writeln!(out, "recorded  {function} of {id} {version}")?;
    writeln!(out, "          sha256 {digest}")?;
    let description = engine.description();
    writeln!(out, "replayed  on {} {}", plain(&description.id), plain(&description.version))?;
    writeln!(out, "          sha256 {}", engine.digest())?;
    match engine.replay(&recording).await? {
        Replayed::Same { imports } => {
            writeln!(out, "the same  {imports} calls of imports, and the result")?;
            Ok(ExitCode::SUCCESS)
        }
        Replayed::SameUntilCut { import } => {
            writeln!(out, "the same  up to call {import} of an import, where the recorded call was cut off")?;
            Ok(ExitCode::SUCCESS)
        }
        Replayed::Different(difference) => {
            writeln!(out, "different in {difference}")?;
            print_values(&mut out, &difference, options.reveal)?;
            Ok(ExitCode::from(2))
        }
    }
}

fn print_values(out: &mut impl io::Write, difference: &Difference, reveal: bool) -> io::Result<()> {
    if !reveal {
        return writeln!(out, "          --reveal shows the values, secrets among them");
    }
    writeln!(out, "          recorded {}", redact::json(&format!("{:#}", difference.recorded)))?;
    writeln!(out, "          replayed {}", redact::json(&format!("{:#}", difference.replayed)))
}
