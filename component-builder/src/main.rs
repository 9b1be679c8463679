//! Builds one engine of the workspace and writes its component: `component-builder PACKAGE FILE`.
//!
//! Called in two folders with the same sources, it writes the same bytes.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use component_builder::{BuildError, component, workspace_above};

const USAGE: &str = "component-builder PACKAGE FILE, in the workspace of the package";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let [package, file] = arguments.as_slice() else { return fail(&USAGE) };
    let Some(package) = package.to_str() else { return fail(&USAGE) };
    match write(package, Path::new(file)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn write(package: &str, file: &Path) -> Result<(), BuildError> {
    let here = env::current_dir().map_err(|reason| BuildError::Read { path: PathBuf::from("."), reason })?;
    let workspace = workspace_above(&here)?;
    let component = component(package, &workspace, &workspace.join("target/engines"))?;
    std::fs::write(file, component.bytes)
        .map_err(|reason| BuildError::Write { path: file.to_path_buf(), reason })
}

fn fail(why: &dyn std::fmt::Display) -> ExitCode {
    // Without a stream for errors the exit code says it all.
    let _ = writeln!(io::stderr(), "component-builder: {why}");
    ExitCode::FAILURE
}
