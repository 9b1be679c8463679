//! The component is made anew when anything that it is made from changes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What the build script has cargo watch; it writes the list beside the component. `None` with a finished component.
fn watched() -> Option<BTreeSet<PathBuf>> {
    let list = Path::new(env!("WECOM_COMPONENT")).with_file_name("component.d");
    let list = fs::read_to_string(list).ok()?.replace("\\ ", "\0");
    let paths = list.split_once(": ").unwrap().1.split_whitespace();
    Some(paths.map(|path| PathBuf::from(path.replace('\0', " "))).collect())
}

/// The folders of the packages that the engine is compiled from, by what the manifests say; those of a registry apart,
/// which never change.
fn packages() -> BTreeSet<PathBuf> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |of: &Value, key: &str| of.get(key).unwrap().as_array().unwrap().clone();
    let packages: BTreeMap<_, _> = list(&metadata, "packages")
        .into_iter()
        .map(|package| (PathBuf::from(text(&package, "manifest_path").unwrap()), package))
        .collect();

    let (mut open, mut found) = (vec!["wecom-engine".to_owned()], BTreeSet::new());
    while let Some(name) = open.pop() {
        let named = |(_, package): &(&PathBuf, &Value)| text(package, "name").as_ref() == Some(&name);
        let (manifest, package) = packages.iter().find(named).unwrap();
        if !found.insert(manifest.parent().unwrap().to_path_buf()) {
            continue;
        }
        for dependency in list(package, "dependencies") {
            if text(&dependency, "path").is_some() && text(&dependency, "kind").as_deref() != Some("dev") {
                open.push(text(&dependency, "name").unwrap());
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Whether the module in `file`, or one that it is in, is compiled under a condition only, such as in tests.
fn is_conditional(file: &Path, package: &[PathBuf]) -> bool {
    let outer = file.parent().unwrap().with_extension("rs");
    if package.contains(&outer) && is_conditional(&outer, package) {
        return true;
    }
    let declaration = format!("mod {};", file.file_stem().unwrap().to_str().unwrap());
    package.iter().any(|other| {
        let text = fs::read_to_string(other).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        lines.array_windows().any(|[before, line]| before.starts_with("#[cfg(") && *line == declaration)
    })
}

#[test]
fn every_file_of_every_package_that_the_engine_is_compiled_from_is_watched() {
    let Some(watched) = watched() else { return };
    let packages = packages();
    assert!(packages.iter().any(|package| package.ends_with("plugin/xml")), "{packages:?}");
    for package in packages {
        assert!(watched.contains(&package.join("Cargo.toml")), "{}", package.display());
        let mut sources = files(&package.join("src"));
        // Only tests read these.
        sources.retain(|file| file.extension().unwrap() != "snap");
        for file in &sources {
            let seen = watched.contains(file) || is_conditional(file, &sources);
            assert!(seen, "{} is not watched", file.display());
        }
    }
}

#[test]
fn the_contract_and_what_all_engines_are_built_with_are_watched() {
    let Some(watched) = watched() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    for part in ["wit", "wit/types.wit", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        assert!(watched.contains(&root.join(part)), "{part} is not watched");
    }
}
