//! What a component was made from, as cargo has noted it down.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the outer cargo watches: when one of these changes, the component is made anew.
///
/// - Every file that cargo has compiled into the module from packages in folders, with what their macros and build
///   scripts have read. It is cargo's own list, so a dependency, a module and an included file are on it from the
///   first build that uses them on; a file that is not compiled, such as a module of tests, is not.
/// - The manifest of each package that has such a file, for its features and dependencies.
/// - The folder of each WIT file, because a file that is added there is a part of the contract.
/// - The whole folder of a package with Rust files outside its `src`, most likely a build script: cargo notes what a build
///   script asks it to watch, and without such a request it means all of the package.
/// - The workspace's manifest, lock file, flags and toolchain. Cargo watches files and not parts of them, so a new member
///   of the workspace has the build looked through again as well; nothing is then compiled in it.
///
/// Packages of a registry never change; the lock file says which they are. What appears without a change in any of these,
/// such as a `build.rs` beside a manifest that does not name it, is noticed with the next change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs(BTreeSet<PathBuf>);

/// Of the workspace.
const SHARED: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];

impl Inputs {
    /// What is to be watched, by `list`, the `.d` file that cargo leaves beside a module of this workspace.
    pub(crate) fn of(list: &str, workspace: &Path) -> Self {
        let mut paths: BTreeSet<PathBuf> =
            SHARED.iter().map(|part| workspace.join(part)).filter(|path| path.exists()).collect();
        for path in dependencies(list) {
            let path = workspace.join(path);
            let extension = path.extension().unwrap_or_default();
            if extension == "wit" {
                paths.extend(path.parent().map(Path::to_path_buf));
            }
            let package = path.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file());
            if let Some(package) = package {
                paths.insert(package.join("Cargo.toml"));
                if extension == "rs" && !path.starts_with(package.join("src")) {
                    paths.insert(package.to_path_buf());
                }
            }
            paths.insert(path);
        }
        Self(paths)
    }

    /// Files and folders, absolute.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(PathBuf::as_path)
    }

    /// The paths as a `.d` file has them, for `made`.
    pub(crate) fn listed(&self, made: &Path) -> String {
        let escaped = |path: &Path| path.display().to_string().replace(' ', "\\ ");
        let paths: String = self.paths().map(|path| format!(" {}", escaped(path))).collect();
        format!("{}:{paths}\n", escaped(made))
    }
}

/// The paths behind the colon of each line of a `.d` file. A blank in a path has a backslash before it.
fn dependencies(list: &str) -> impl Iterator<Item = PathBuf> {
    list.lines().filter_map(|line| line.split_once(": ")).flat_map(|(_made, paths)| {
        let mut found = vec![String::new()];
        let mut characters = paths.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, found.last_mut()) {
                ('\\', Some(path)) if characters.next_if_eq(&' ').is_some() => path.push(' '),
                (' ', _) => found.push(String::new()),
                (character, Some(path)) => path.push(character),
                (_, None) => {}
            }
        }
        found.into_iter().filter(|path| !path.is_empty()).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_blanks_and_backslashes_in_its_paths() {
        let list = "/t/a.wasm: /w/my\\ engine/src/lib.rs /w/b\\c.rs\n\n/t/b.wasm:\n/t/c.wasm: d.rs\n";
        let read: Vec<_> = dependencies(list).collect();
        assert_eq!(read, ["/w/my engine/src/lib.rs", "/w/b\\c.rs", "d.rs"].map(PathBuf::from));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let inputs = Inputs(["/a b/c.rs", "/d.rs"].map(PathBuf::from).into());
        let listed = inputs.listed(Path::new("/out dir/component.wasm"));
        assert_eq!(listed, "/out\\ dir/component.wasm: /a\\ b/c.rs /d.rs\n");
        assert_eq!(dependencies(&listed).collect::<BTreeSet<_>>(), inputs.0);
    }
}
