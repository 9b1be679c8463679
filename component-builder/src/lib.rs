//! What an engine's build script calls: builds the engine for `wasm32-unknown-unknown` and turns the module into a
//! component.
//!
//! A package that carries a component needs this build script, and then `include_bytes!(env!("ACME_COMPONENT"))`:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     component_builder::Engine { package: "acme-engine", name: "ACME", sources: &["acme"] }.provide()
//! }
//! ```
//!
//! With plain `cargo build` or `cargo test` the component is there. Set `ACME_ENGINE` to the path of a finished
//! component to skip the nested build, as a build without a network may want.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const TARGET: &str = "wasm32-unknown-unknown";

/// What the outer cargo leaves in the environment and would change the inner build: most of all RUSTFLAGS, which
/// replaces the flags of `.cargo/config.toml`.
const LEAKS: &[&str] = &[
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

/// An engine of this workspace.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// The cdylib's package.
    pub package: &'static str,
    /// What the variables begin with: `NAME_COMPONENT` is set to the component's path while the caller compiles;
    /// `NAME_ENGINE` may name a finished one.
    pub name: &'static str,
    /// Folders of the packages that the engine is built from, below the workspace's root. What changes in their `src`
    /// or `Cargo.toml` leads to a new component, and so does the contract.
    pub sources: &'static [&'static str],
}

impl Engine {
    /// Builds the component, or takes the finished one, and tells cargo where it is. A failure ends the build with
    /// one sentence.
    pub fn provide(self) -> ExitCode {
        if let Err(error) = self.build() {
            let sentence = error.to_string().replace('\n', " ");
            tell(format_args!("error={sentence}"));
        }
        ExitCode::SUCCESS
    }

    fn build(self) -> Result<(), Box<dyn Error>> {
        let (component, engine) = (format!("{}_COMPONENT", self.name), format!("{}_ENGINE", self.name));
        tell(format_args!("rerun-if-env-changed={engine}"));
        if let Some(finished) = env::var_os(&engine) {
            let finished = fs::canonicalize(&finished)
                .map_err(|error| format!("{engine} names no component: {}: {error}", finished.display()))?;
            tell(format_args!("rerun-if-changed={}", finished.display()));
            tell(format_args!("rustc-env={component}={}", finished.display()));
            return Ok(());
        }

        let workspace = workspace()?;
        let packages = self
            .sources
            .iter()
            .flat_map(|folder| ["Cargo.toml", "src"].map(|part| Path::new(folder).join(part)));
        let shared = ["wit", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];
        for input in packages.chain(shared.map(PathBuf::from)) {
            tell(format_args!("rerun-if-changed={}", workspace.join(input).display()));
        }

        // <target>/<profile>/build/<package>/out: one directory for all engines and all of the outer profiles. It is
        // not the outer cargo's, which holds the lock of its own one. Engines share it, so that what they have in
        // common is compiled once; cargo's lock has them take turns.
        let out = PathBuf::from(variable("OUT_DIR")?);
        let target = out.ancestors().nth(4).ok_or("OUT_DIR lies too high")?.join("engines");
        have_target(&target)?;
        let module = compile(self.package, &workspace, &target)?;
        let encoded = wit_component::ComponentEncoder::default()
            .validate(true)
            .module(&fs::read(&module)?)
            .and_then(|mut encoder| encoder.encode())
            .map_err(|error| format!("{} is no sound component: {error:#}", self.package))?;
        let path = out.join("component.wasm");
        fs::write(&path, without_names(&encoded).ok_or("the encoded component has no sound sections")?)?;
        tell(format_args!("rustc-env={component}={}", path.display()));
        Ok(())
    }
}

/// Tells cargo something.
#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
fn tell(what: fmt::Arguments<'_>) {
    println!("cargo::{what}");
}

fn variable(name: &str) -> Result<OsString, String> {
    env::var_os(name).ok_or_else(|| format!("cargo did not set {name}: run this through cargo"))
}

/// The folder above the caller's that has the lock file.
fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    Ok(root.ok_or("no folder above this package has a Cargo.lock")?.to_path_buf())
}

/// Sees to it that the standard library for the target is installed, one engine's build at a time: rustup has no lock
/// of its own.
fn have_target(engines: &Path) -> Result<(), Box<dyn Error>> {
    let rustc = variable("RUSTC")?;
    let installed = || -> Result<bool, Box<dyn Error>> {
        let output = Command::new(&rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
        Ok(output.status.success() && Path::new(String::from_utf8(output.stdout)?.trim()).is_dir())
    };
    if installed()? {
        return Ok(());
    }
    fs::create_dir_all(engines)?;
    let turn = File::create(engines.join(".rustup-lock"))?;
    turn.lock()?;
    if installed()? {
        return Ok(());
    }
    tell(format_args!("warning=the target {TARGET} is missing; asking rustup for it"));
    let toolchain = env::var("RUSTUP_TOOLCHAIN").unwrap_or_else(|_| String::from("1.95.0"));
    let added = Command::new("rustup").args(["target", "add", TARGET, "--toolchain", &toolchain]).status();
    if added.is_ok_and(|status| status.success()) && installed()? {
        return Ok(());
    }
    Err(format!("the target {TARGET} is missing: run `rustup target add {TARGET} --toolchain {toolchain}`")
        .into())
}

/// Runs cargo for the engine.
fn compile(package: &str, workspace: &Path, target: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let remapped = remapped_paths(workspace)?;
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .current_dir(workspace)
        .args(["build", "--quiet", "--package", package])
        .args(["--lib", "--profile=plugin", "--target", TARGET])
        .args(["--config", &remapped])
        .arg("--target-dir")
        .arg(target);
    for leak in LEAKS {
        cargo.env_remove(leak);
    }
    if !cargo.status()?.success() {
        return Err(format!("{package} does not compile: the messages above say where").into());
    }
    Ok(target.join(TARGET).join("plugin").join(package.replace('-', "_")).with_extension("wasm"))
}

/// The component without its section of names for debuggers: 3.4 KB that nothing reads.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    const NAME: &[u8] = b"\x0ecomponent-name";

    let (header, mut rest) = component.split_at_checked(HEADER)?;
    let mut kept = header.to_vec();
    while let Some((id, after_id)) = rest.split_first() {
        // The size of a section is an unsigned LEB128.
        let digits = after_id.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let (size, body) = after_id.split_at_checked(digits)?;
        let size = size.iter().rev().fold(0, |size: usize, byte| size << 7 | usize::from(byte & 0x7f));
        let (section, following) = rest.split_at_checked(1 + digits + size)?;
        if *id != CUSTOM || !body.starts_with(NAME) {
            kept.extend_from_slice(section);
        }
        rest = following;
    }
    Some(kept)
}

/// Flags, besides those of `.cargo/config.toml`, that keep this machine's paths out of the component's panic places:
/// the same sources then give the same bytes and the same digest everywhere.
fn remapped_paths(workspace: &Path) -> Result<String, Box<dyn Error>> {
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir().ok_or("neither CARGO_HOME nor a home directory is known")?.join(".cargo"),
    };
    let flag =
        |from: &Path, to: &str| format!("{:?}", format!("--remap-path-prefix={}={to}", from.display()));
    let flags = [flag(&cargo_home.join("registry/src"), "registry"), flag(workspace, ".")];
    Ok(format!("target.{TARGET}.rustflags=[{}]", flags.join(",")))
}
