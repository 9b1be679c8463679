//! Why there is no component.

use std::io;
use std::path::PathBuf;

/// Why there is no component. Each text is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the text of each case says what its fields are")]
pub enum BuildError {
    /// A build script runs outside cargo.
    #[error("cargo did not set {name}: run this through cargo")]
    Variable { name: &'static str },
    /// `OUT_DIR` is not where cargo puts it.
    #[error("OUT_DIR lies too high: run this through cargo")]
    OutDir,
    /// The finished component that a variable names cannot be found.
    #[error("{variable} names no component: {}: {reason}: correct the path", path.display())]
    Finished { variable: String, path: PathBuf, reason: io::Error },
    /// There is no workspace.
    #[error("no folder from {} upwards has a Cargo.lock: run this inside the workspace", folder.display())]
    Workspace { folder: PathBuf },
    /// The target's standard library is missing.
    #[error("the target {target} is missing: run `rustup target add {target} --toolchain {toolchain}`")]
    Target { target: &'static str, toolchain: String },
    /// A program of the build does not start.
    #[error("cannot run {program}: {reason}: install Rust through rustup")]
    Start { program: String, reason: io::Error },
    /// The engine does not compile.
    #[error("{package} does not compile: the messages above say where")]
    Compile { package: String },
    /// Cargo does not know the package.
    #[error("cargo does not describe the package {package} of {}: {reason}: correct the package's name", workspace.display())]
    Package { package: String, workspace: PathBuf, reason: String },
    /// The module is not one of a component.
    #[error("{package} is no sound component: {reason}")]
    Unsound { package: String, reason: String },
    /// The encoder has made something that is not a sequence of sections.
    #[error("the encoded component of {package} has no sound sections: report this as a defect")]
    Sections { package: String },
    /// What the build has made cannot be read.
    #[error("cannot read {}: {reason}: build again", path.display())]
    Read { path: PathBuf, reason: io::Error },
    /// What the build makes cannot be written.
    #[error("cannot write {}: {reason}: see that its folder can be written to", path.display())]
    Write { path: PathBuf, reason: io::Error },
}
