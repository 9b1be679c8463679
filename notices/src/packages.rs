//! The packages that are compiled into something, as cargo resolves them.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Why there are no notices.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    #[error(
        "cargo metadata gives no answer: {reason}: run this in the workspace, with its registry in reach"
    )]
    Metadata { reason: String },
    #[error("{package} states no licence: see what it may be used under before it is shipped")]
    NoLicence { package: String },
    #[error(
        "{package} has no file with the text of its licence, {licence}: see where its text is before it is shipped"
    )]
    NoText { package: String, licence: String },
    #[error("cannot read {}: {reason}: run this in the workspace, with its registry in reach", path.display())]
    Read { path: PathBuf, reason: io::Error },
    #[error("cannot write {}: {reason}: see that its folder can be written to", path.display())]
    Write { path: PathBuf, reason: io::Error },
}

impl NoticeError {
    pub(crate) fn read(path: &Path, reason: io::Error) -> Self {
        Self::Read { path: path.to_path_buf(), reason }
    }
}

/// A package of somebody else's.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// As the package states it, in SPDX's terms.
    pub(crate) licence: String,
    /// Where its source is.
    pub(crate) source: String,
    /// Where cargo has unpacked it.
    pub(crate) folder: PathBuf,
}

/// What the packages `roots` of the workspace contain when they are compiled for `target`, sorted by name and version.
/// Build scripts, macros and tests are not in them.
pub(crate) fn shipped(roots: &[&str], target: &str) -> Result<Vec<Package>, NoticeError> {
    let described = metadata(target)?;
    let all = |pointer: &str| {
        let list = described.pointer(pointer).and_then(Value::as_array);
        list.ok_or_else(|| NoticeError::Metadata { reason: format!("it has no {pointer}") })
    };
    let by_id = |list: &'static str| -> Result<BTreeMap<&str, &Value>, NoticeError> {
        Ok(all(list)?.iter().filter_map(|item| Some((text(item, "id")?, item))).collect())
    };
    let (packages, nodes) = (by_id("/packages")?, by_id("/resolve/nodes")?);

    let is_root =
        |package: &Value| is_ours(package) && text(package, "name").is_some_and(|name| roots.contains(&name));
    let mut open: Vec<&str> =
        packages.iter().filter(|(_, package)| is_root(package)).map(|(id, _)| *id).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if packages.get(id).is_some_and(|package| is_macro(package)) || !found.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).and_then(|node| node.get("deps")).and_then(Value::as_array);
        let normal = dependencies.into_iter().flatten().filter(|dependency| is_normal(dependency));
        open.extend(normal.filter_map(|dependency| text(dependency, "pkg")));
    }

    let theirs = found.into_iter().filter_map(|id| packages.get(id)).filter(|package| !is_ours(package));
    let mut theirs = theirs.map(|package| read(package)).collect::<Result<Vec<_>, _>>()?;
    theirs.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(theirs)
}

fn metadata(target: &str) -> Result<Value, NoticeError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|reason| NoticeError::Metadata { reason: reason.to_string() })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        return Err(NoticeError::Metadata { reason });
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| NoticeError::Metadata { reason: error.to_string() })
}

fn read(package: &Value) -> Result<Package, NoticeError> {
    let owned = |key: &str| text(package, key).map(str::to_owned).unwrap_or_default();
    let (name, version) = (owned("name"), owned("version"));
    let licence = text(package, "license")
        .ok_or_else(|| NoticeError::NoLicence { package: format!("{name} {version}") })?;
    let manifest = PathBuf::from(owned("manifest_path"));
    let folder = manifest.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Package { name, version, licence: licence.to_owned(), source: owned("repository"), folder })
}

fn text<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of.get(key).and_then(Value::as_str)
}

/// Packages of this workspace come from no registry.
fn is_ours(package: &Value) -> bool {
    package.get("source").is_none_or(Value::is_null)
}

fn is_macro(package: &Value) -> bool {
    let targets = package.get("targets").and_then(Value::as_array).into_iter().flatten();
    let kinds = targets.filter_map(|target| target.get("kind").and_then(Value::as_array)).flatten();
    kinds.filter_map(Value::as_str).any(|kind| kind == "proc-macro")
}

fn is_normal(dependency: &Value) -> bool {
    let kinds = dependency.get("dep_kinds").and_then(Value::as_array).into_iter().flatten();
    kinds.filter_map(|kind| kind.get("kind")).any(Value::is_null)
}
