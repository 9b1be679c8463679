//! Builds the engine for `wasm32-unknown-unknown` and turns the module into a component.
//!
//! With plain `cargo build` or `cargo test` the component is there, in `WECOM_COMPONENT`. Set `WECOM_ENGINE` to the
//! path of a finished component to skip the nested build, as a build without a network may want.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
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

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let sentence = error.to_string().replace('\n', " ");
            println!("cargo::error={sentence}");
            ExitCode::SUCCESS
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=WECOM_ENGINE");
    if let Some(finished) = env::var_os("WECOM_ENGINE") {
        let finished = fs::canonicalize(&finished)
            .map_err(|error| format!("WECOM_ENGINE names no component: {}: {error}", finished.display()))?;
        println!("cargo::rerun-if-changed={}", finished.display());
        println!("cargo::rustc-env=WECOM_COMPONENT={}", finished.display());
        return Ok(());
    }

    let workspace = workspace()?;
    for input in
        ["plugin/Cargo.toml", "plugin/src", "plugin/protocol/Cargo.toml", "plugin/protocol/src", "wit"]
            .into_iter()
            .chain(["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"])
    {
        println!("cargo::rerun-if-changed={}", workspace.join(input).display());
    }

    have_target()?;
    let module = compile(&workspace)?;
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&fs::read(&module)?)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("the engine is no sound component: {error:#}"))?;
    let path = PathBuf::from(variable("OUT_DIR")?).join("wecom.wasm");
    fs::write(&path, without_names(&component).ok_or("the encoded component has no sound sections")?)?;
    println!("cargo::rustc-env=WECOM_COMPONENT={}", path.display());
    Ok(())
}

fn variable(name: &str) -> Result<OsString, String> {
    env::var_os(name).ok_or_else(|| format!("cargo did not set {name}: run this through cargo"))
}

fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2).ok_or("plugin/component must lie in the workspace")?;
    Ok(root.to_path_buf())
}

/// Sees to it that the standard library for the target is installed.
fn have_target() -> Result<(), Box<dyn Error>> {
    let rustc = variable("RUSTC")?;
    let installed = || -> Result<bool, Box<dyn Error>> {
        let output = Command::new(&rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
        Ok(output.status.success() && Path::new(String::from_utf8(output.stdout)?.trim()).is_dir())
    };
    if installed()? {
        return Ok(());
    }
    println!("cargo::warning=the target {TARGET} is missing; asking rustup for it");
    let toolchain = env::var("RUSTUP_TOOLCHAIN").unwrap_or_else(|_| String::from("1.95.0"));
    let added = Command::new("rustup").args(["target", "add", TARGET, "--toolchain", &toolchain]).status();
    if added.is_ok_and(|status| status.success()) && installed()? {
        return Ok(());
    }
    Err(format!("the target {TARGET} is missing: run `rustup target add {TARGET} --toolchain {toolchain}`")
        .into())
}

/// Runs cargo for the engine, in a target directory of its own: the outer cargo holds the lock of its own one.
fn compile(workspace: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    // <target>/<profile>/build/<package>/out: one directory for all of the outer profiles.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR lies too high")?.join("wecom-engine");
    let remapped = remapped_paths(workspace)?;
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .current_dir(workspace)
        .args(["build", "--quiet", "--package=wecom-engine", "--lib", "--profile=plugin", "--target", TARGET])
        .args(["--config", &remapped])
        .arg("--target-dir")
        .arg(&target);
    for leak in LEAKS {
        cargo.env_remove(leak);
    }
    if !cargo.status()?.success() {
        return Err("the engine does not compile: the messages above say where".into());
    }
    Ok(target.join(TARGET).join("plugin/wecom_engine.wasm"))
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
