//! Every kind of input, over what the fuzzer has kept.

use std::path::Path;

/// Gives each file of these folders to `target`.
fn replay(folders: &[&str], target: fn(&[u8])) {
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // Shown when the test fails, and then the last one is the file that did it.
            eprintln!("{}", file.display());
            target(&std::fs::read(file).unwrap());
        }
    }
}

#[test]
fn requests() {
    replay(&["fuzz/corpus/request"], super::request);
}

#[test]
fn frames() {
    replay(&["fuzz/corpus/frame"], super::frame);
}

#[test]
fn messages() {
    replay(&["fuzz/corpus/message", "tests/vectors/messages"], super::message);
}

#[test]
fn settings() {
    replay(&["fuzz/corpus/settings"], super::settings);
}

#[test]
fn images() {
    replay(&["fuzz/corpus/image"], super::image);
}

#[test]
fn answers() {
    replay(&["fuzz/corpus/answers"], super::answers);
}

#[test]
fn json() {
    replay(&["fuzz/corpus/json", "tests/json"], super::json);
}
