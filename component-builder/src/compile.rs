//! The nested cargo: the target's standard library, the module, and what the package says about itself.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::error::BuildError;
use crate::sections::About;
use crate::tell;

const TARGET: &str = "wasm32-unknown-unknown";

/// What the outer cargo leaves in the environment and would change the inner build: most of all RUSTFLAGS, which
/// replaces the flags of `.cargo/config.toml`.
const LEAKS: &[&str] = &[
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "CLIPPY_ARGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

/// How the variables begin that would change the profile of the inner build.
const PROFILE: &str = "CARGO_PROFILE_PLUGIN_";

/// Whether a variable would change what the inner build makes of the same sources.
fn leaks(variable: &str) -> bool {
    LEAKS.contains(&variable) || variable.starts_with(PROFILE)
}

/// Sees to it that the standard library for the target is installed, one engine's build at a time: rustup has no lock
/// of its own.
pub(crate) fn have_target(engines: &Path) -> Result<(), BuildError> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let installed = || -> Result<bool, BuildError> {
        let mut asked = Command::new(&rustc);
        let Output { status, stdout, .. } =
            output(asked.args(["--print", "target-libdir", "--target", TARGET]))?;
        Ok(status.success() && Path::new(String::from_utf8_lossy(&stdout).trim()).is_dir())
    };
    if installed()? {
        return Ok(());
    }
    let lock = engines.join(".rustup-lock");
    let locked = |reason| BuildError::Write { path: lock.clone(), reason };
    fs::create_dir_all(engines).map_err(locked)?;
    let turn = File::create(&lock).map_err(locked)?;
    turn.lock().map_err(locked)?;
    if installed()? {
        return Ok(());
    }
    tell(format_args!("warning=the target {TARGET} is missing; asking rustup for it"));
    let toolchain = env::var("RUSTUP_TOOLCHAIN").unwrap_or_else(|_| String::from("1.95.0"));
    let added = Command::new("rustup").args(["target", "add", TARGET, "--toolchain", &toolchain]).status();
    if added.is_ok_and(|status| status.success()) && installed()? {
        return Ok(());
    }
    Err(BuildError::Target { target: TARGET, toolchain })
}

/// Runs cargo for the engine. Beside the module it leaves a `.d` file: what the module was compiled from.
pub(crate) fn module(package: &str, workspace: &Path, target: &Path) -> Result<PathBuf, BuildError> {
    let remapped = remapped_paths(workspace);
    let mut build = cargo(workspace);
    build
        .args(["build", "--quiet", "--package", package])
        .args(["--lib", "--profile=plugin", "--target", TARGET])
        .args(["--config", &remapped])
        .arg("--target-dir")
        .arg(target);
    let status = build.status().map_err(|reason| start(&build, reason))?;
    if !status.success() {
        return Err(BuildError::Compile { package: package.into() });
    }
    Ok(target.join(TARGET).join("plugin").join(package.replace('-', "_")).with_extension("wasm"))
}

/// What the package's manifest says of it.
pub(crate) fn about(package: &str, workspace: &Path) -> Result<About, BuildError> {
    let unknown = |reason: String| BuildError::Package {
        package: package.into(),
        workspace: workspace.to_path_buf(),
        reason,
    };
    let Output { status, stdout, stderr } =
        output(cargo(workspace).args(["metadata", "--format-version=1", "--no-deps"]))?;
    if !status.success() {
        return Err(unknown(String::from_utf8_lossy(&stderr).trim().replace('\n', " ")));
    }
    let described: Value = serde_json::from_slice(&stdout).map_err(|error| unknown(error.to_string()))?;
    let of_this_name = |of: &&Value| of.get("name").and_then(Value::as_str) == Some(package);
    let mut packages = described.get("packages").and_then(Value::as_array).into_iter().flatten();
    let manifest = packages.find(of_this_name).ok_or_else(|| unknown("no package has this name".into()))?;
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(str::to_owned);
    let authors = manifest.get("authors").and_then(Value::as_array).into_iter().flatten();
    let authors: Vec<_> = authors.filter_map(Value::as_str).collect();
    Ok(About {
        name: package.into(),
        version: text("version"),
        licenses: text("license"),
        description: text("description"),
        authors: (!authors.is_empty()).then(|| authors.join(", ")),
        source: text("repository"),
        homepage: text("homepage"),
    })
}

/// The cargo that runs this, in the workspace, without what the outer one has set for itself.
fn cargo(workspace: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace);
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(leaks) {
            cargo.env_remove(&variable);
        }
    }
    cargo
}

fn output(command: &mut Command) -> Result<Output, BuildError> {
    command.output().map_err(|reason| start(command, reason))
}

fn start(command: &Command, reason: std::io::Error) -> BuildError {
    BuildError::Start { program: command.get_program().display().to_string(), reason }
}

/// Flags, besides those of `.cargo/config.toml`, that keep this machine's paths out of the component's panic places:
/// the same sources then give the same bytes and the same digest everywhere.
fn remapped_paths(workspace: &Path) -> String {
    let registry = cargo_home().map(|home| home.join("registry/src"));
    let folders = registry.iter().flat_map(|registry| registries(registry));
    let flag =
        |from: &Path, to: &str| format!("{:?}", format!("--remap-path-prefix={}={to}", from.display()));
    // Of several that fit, the compiler takes the last.
    let flags: Vec<_> = registry
        .iter()
        .cloned()
        .chain(folders)
        .map(|folder| flag(&folder, "registry"))
        .chain([flag(workspace, ".")])
        .collect();
    format!("target.{TARGET}.rustflags=[{}]", flags.join(","))
}

/// The folders of single registries. Their names depend on where packages come from: a mirror of crates.io has another
/// one than crates.io, and the same packages. Where there is no registry, no path of one can show.
fn registries(registry: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> =
        fs::read_dir(registry).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

/// Cargo's own folder. Without one there is no registry whose path could show.
fn cargo_home() -> Option<PathBuf> {
    let named: Option<OsString> = env::var_os("CARGO_HOME");
    named.map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_flags_or_the_profile_does_not_reach_the_inner_build() {
        for variable in [
            "RUSTFLAGS",
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "CARGO_PROFILE_PLUGIN_OPT_LEVEL",
            "CARGO_PROFILE_PLUGIN_BUILD_OVERRIDE_DEBUG",
        ] {
            assert!(leaks(variable), "{variable}");
        }
        for variable in ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_PROFILE_DEV_DEBUG", "PATH"] {
            assert!(!leaks(variable), "{variable}");
        }
    }
}
