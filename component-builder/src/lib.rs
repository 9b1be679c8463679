//! What an engine's build script calls: builds the engine for `wasm32-unknown-unknown` and turns the module into a
//! component.
//!
//! A package that carries a component needs this build script, and then `include_bytes!(env!("ACME_COMPONENT"))`:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     component_builder::Engine { package: "acme-engine", name: "ACME" }.provide()
//! }
//! ```
//!
//! With plain `cargo build` or `cargo test` the component is there, and a change in any file that it is made of makes it
//! anew: the files are those that cargo itself has compiled ([`component()`]). Set `ACME_ENGINE` to the path of a finished
//! component to skip the nested build, as a build without a network may want.
//!
//! The same sources give the same bytes in every folder. To see that, or to build a component without the program that
//! carries it, call the binary of this package in the workspace: `component-builder acme-engine acme.wasm`.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod compile;
mod error;
mod inputs;
mod sections;

pub use error::BuildError;
pub use inputs::Inputs;

/// The file beside `component.wasm` that lists what the component was made from, in the form of cargo's `.d` files.
const LISTED: &str = "component.d";

/// An engine of this workspace.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// The cdylib's package.
    pub package: &'static str,
    /// What the variables begin with: `NAME_COMPONENT` is set to the component's path while the caller compiles;
    /// `NAME_ENGINE` may name a finished one.
    pub name: &'static str,
}

/// A finished component.
#[derive(Debug)]
pub struct Component {
    /// Its bytes. They are valid.
    pub bytes: Vec<u8>,
    /// What they depend on.
    pub inputs: Inputs,
}

impl Engine {
    /// Builds the component, or takes the finished one, and tells cargo where it is. A failure ends the build with
    /// one sentence.
    pub fn provide(self) -> ExitCode {
        let Err(error) = self.build() else { return ExitCode::SUCCESS };
        let sentence = error.to_string().replace('\n', " ");
        tell(format_args!("error={sentence}"));
        // Cargo shows what the compiler wrote only of a script that fails by its exit code.
        if matches!(error, BuildError::Compile { .. }) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn build(self) -> Result<(), BuildError> {
        let (variable, engine) = (format!("{}_COMPONENT", self.name), format!("{}_ENGINE", self.name));
        tell(format_args!("rerun-if-env-changed={engine}"));
        if let Some(finished) = env::var_os(&engine) {
            let finished = fs::canonicalize(&finished).map_err(|reason| BuildError::Finished {
                variable: engine,
                path: finished.into(),
                reason,
            })?;
            tell(format_args!("rerun-if-changed={}", finished.display()));
            tell(format_args!("rustc-env={variable}={}", finished.display()));
            return Ok(());
        }

        // <target>/<profile>/build/<package>/out: one directory for all engines and all of the outer profiles. It is
        // not the outer cargo's, which holds the lock of its own one. Engines share it, so that what they have in
        // common is compiled once; cargo's lock has them take turns.
        let out = PathBuf::from(set_by_cargo("OUT_DIR")?);
        let target = out.ancestors().nth(4).ok_or(BuildError::OutDir)?.join("engines");
        let workspace = workspace_above(&PathBuf::from(set_by_cargo("CARGO_MANIFEST_DIR")?))?;
        // After a failure cargo runs the script again, whatever has changed: the list can wait for the build.
        let Component { bytes, inputs } = component(self.package, &workspace, &target)?;
        for input in inputs.paths() {
            tell(format_args!("rerun-if-changed={}", input.display()));
        }
        let path = out.join("component.wasm");
        write(&path, &bytes)?;
        write(&out.join(LISTED), inputs.listed(&path).as_bytes())?;
        tell(format_args!("rustc-env={variable}={}", path.display()));
        Ok(())
    }
}

/// Builds the engine of the package `package` of the workspace in the folder `workspace`, with `target` as cargo's target
/// directory, and says what the component was made from.
///
/// # Errors
/// - [`BuildError::Target`]: the standard library for the target is missing, and rustup does not add it.
/// - [`BuildError::Compile`]: the package does not compile; cargo has printed why.
/// - [`BuildError::Unsound`], [`BuildError::Sections`]: the module cannot become a component.
/// - [`BuildError::Start`], [`BuildError::Read`], [`BuildError::Package`]: a program or a file of the build is missing.
pub fn component(package: &str, workspace: &Path, target: &Path) -> Result<Component, BuildError> {
    compile::have_target(target)?;
    let module = compile::module(package, workspace, target)?;
    let encoded = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&read(&module)?)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| BuildError::Unsound { package: package.into(), reason: format!("{error:#}") })?;
    let about = compile::about(package, workspace)?;
    let bytes = sections::described(&encoded, &about)
        .ok_or_else(|| BuildError::Sections { package: package.into() })?;
    let list = module.with_extension("d");
    let inputs = Inputs::of(&String::from_utf8_lossy(&read(&list)?), workspace);
    Ok(Component { bytes, inputs })
}

/// The folder that has the lock file: this one, or the nearest above it.
///
/// # Errors
/// - [`BuildError::Workspace`]: there is no such folder.
pub fn workspace_above(folder: &Path) -> Result<PathBuf, BuildError> {
    let root = folder.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    root.map(Path::to_path_buf).ok_or_else(|| BuildError::Workspace { folder: folder.to_path_buf() })
}

/// Tells cargo something.
#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
fn tell(what: fmt::Arguments<'_>) {
    println!("cargo::{what}");
}

fn set_by_cargo(name: &'static str) -> Result<OsString, BuildError> {
    env::var_os(name).ok_or(BuildError::Variable { name })
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|reason| BuildError::Read { path: path.to_path_buf(), reason })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    fs::write(path, bytes).map_err(|reason| BuildError::Write { path: path.to_path_buf(), reason })
}
