//! `record`: one call by hand, kept with all that went into it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use host_harness::replay::Key;
use ring::rand::SystemRandom;

use crate::call;
use crate::error::CliError;

#[derive(Args)]
#[group(id = "record")] // `call` has its options in the group `Options`.
pub(crate) struct Options {
    #[command(flatten)]
    call: call::Options,
    /// Where the recording goes. It must not exist.
    #[arg(long)]
    out: PathBuf,
    /// The file with the key, 64 hexadecimal digits. Without such a file one is made, for its owner alone.
    #[arg(long)]
    key: PathBuf,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let random = SystemRandom::new();
    let key = if options.key.exists() { read_key(&options.key)? } else { make_key(&options.key, &random)? };
    let (tenant, input) = options.call.prepare().await?;
    // Before the call: its effects cannot be recorded twice.
    let mut out = create(&options.out)?;
    let recorded = tenant.record_json(&options.call.function, &input).await;
    if recorded.is_err() {
        // Nothing was called. The corrected command finds the name free.
        fs::remove_file(&options.out)?;
    }
    let (result, recording) = recorded?;
    out.write_all(recording.seal(&key, &random)?.as_bytes())?;
    writeln!(
        io::stderr(),
        "host-harness: recorded {} with {} calls of imports in {}",
        options.call.function,
        recording.imports(),
        options.out.display()
    )?;
    call::print(&options.call.function, &result?)
}

/// The key in a file.
pub(crate) fn read_key(path: &Path) -> Result<Key, CliError> {
    let text = fs::read_to_string(path).map_err(|error| CliError::Input {
        what: "the key",
        path: path.display().to_string(),
        reason: error.to_string(),
        remedy: "name the file that `record` made or was given with --key",
    })?;
    Ok(Key::from_hex(&text)?)
}

fn make_key(path: &Path, random: &SystemRandom) -> Result<Key, CliError> {
    let key = Key::generate(random)?;
    writeln!(create(path)?, "{}", key.to_hex().as_str())?;
    writeln!(io::stderr(), "host-harness: made a key in {}: keep it apart from recordings", path.display())?;
    Ok(key)
}

/// Makes a file that only its owner reads.
fn create(path: &Path) -> Result<fs::File, CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|reason| CliError::Write {
        path: path.display().to_string(),
        reason,
        remedy: "name a file that does not exist, in a directory that you may write to",
    })
}
