//! What a component is made from is watched, without a list that is kept by hand.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use component_builder::{BuildError, component, workspace_above};

/// A workspace with an engine, a package that it leans on, and one that it does not.
const FILES: [(&str, &str); 14] = [
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"engine\", \"far away/shared\", \"made\", \"other\"]\n\
         [profile.plugin]\ninherits = \"release\"\npanic = \"abort\"\n",
    ),
    (
        "engine/Cargo.toml",
        "[package]\nname = \"acme-engine\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\
         [dependencies]\nshared = { path = \"../far away/shared\" }\nmade = { path = \"../made\" }\n",
    ),
    (
        "engine/src/lib.rs",
        "mod inner;\n#[unsafe(no_mangle)]\npub extern \"C\" fn size() -> usize { inner::SIZE + shared::SIZE + made::SIZE }\n",
    ),
    ("engine/src/inner.rs", "pub const SIZE: usize = include_str!(\"../words.txt\").len();\n"),
    ("engine/words.txt", "words\n"),
    ("far away/shared/Cargo.toml", "[package]\nname = \"shared\"\nversion = \"0.0.0\"\nedition = \"2024\"\n"),
    ("far away/shared/src/lib.rs", "#[cfg(test)]\nmod tests;\npub mod deep;\npub use deep::SIZE;\n"),
    ("far away/shared/src/tests.rs", "#[test]\nfn one() {}\n"),
    ("far away/shared/src/deep.rs", "pub const SIZE: usize = 7;\n"),
    ("made/Cargo.toml", "[package]\nname = \"made\"\nversion = \"0.0.0\"\nedition = \"2024\"\n"),
    ("made/build.rs", "fn main() { println!(\"cargo::rustc-env=SIZE=3\"); }\n"),
    ("made/src/lib.rs", "pub const SIZE: usize = env!(\"SIZE\").len();\n"),
    ("other/Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.0.0\"\nedition = \"2024\"\n"),
    ("other/src/lib.rs", "\n"),
];

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn watched(workspace: &Path) -> BTreeSet<PathBuf> {
    let component = component("acme-engine", workspace, &workspace.join("target")).unwrap();
    let below = |path: &Path| path.strip_prefix(workspace).unwrap().to_path_buf();
    component.inputs.paths().map(below).collect()
}

#[test]
fn all_that_the_engine_is_made_from_is_watched_and_nothing_else() {
    let folder = workspace();
    let workspace = folder.path().canonicalize().unwrap();
    let mut expected: BTreeSet<_> = [
        "Cargo.lock",
        "Cargo.toml",
        "engine/Cargo.toml",
        "engine/src/inner.rs",
        "engine/src/lib.rs",
        "engine/words.txt",
        "far away/shared/Cargo.toml",
        "far away/shared/src/deep.rs",
        "far away/shared/src/lib.rs",
        "made",
        "made/Cargo.toml",
        "made/build.rs",
        "made/src/lib.rs",
    ]
    .map(PathBuf::from)
    .into();
    assert_eq!(watched(&workspace), expected);

    // What is leant on from now on is watched from now on, and what is not any more no longer.
    fs::write(workspace.join("far away/shared/src/lib.rs"), "pub const SIZE: usize = other::SIZE;\n")
        .unwrap();
    let manifest = "[package]\nname = \"shared\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                    [dependencies]\nother = { path = \"../../other\" }\n";
    fs::write(workspace.join("far away/shared/Cargo.toml"), manifest).unwrap();
    fs::write(workspace.join("other/src/lib.rs"), "pub const SIZE: usize = 9;\n").unwrap();
    expected.remove(Path::new("far away/shared/src/deep.rs"));
    expected.extend(["other/Cargo.toml", "other/src/lib.rs"].map(PathBuf::from));
    assert_eq!(watched(&workspace), expected);
}

#[test]
fn a_folder_outside_every_workspace_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let error = workspace_above(path).unwrap_err();
    assert!(matches!(&error, BuildError::Workspace { folder } if folder == path), "{error:?}");
    let sentence =
        format!("no folder from {} upwards has a Cargo.lock: run this inside the workspace", path.display());
    assert_eq!(error.to_string(), sentence);
}
