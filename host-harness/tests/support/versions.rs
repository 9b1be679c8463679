//! Versions of the contract, and small engines that are built for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use host_harness::contract::VERSION;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// A WIT package, one text a file.
#[derive(Clone)]
pub(crate) struct Contract(BTreeMap<String, String>);

/// The released versions, oldest first.
pub(crate) fn released() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wit-versions");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

impl Contract {
    /// As it was released in this version.
    pub(crate) fn of(folder: &Path) -> Self {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        };
        Self(files.map(read).collect())
    }

    /// The first version.
    pub(crate) fn v0_1_0() -> Self {
        Self::of(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wit-versions/0.1.0")))
    }

    /// What this host speaks.
    pub(crate) fn spoken() -> Self {
        Self::of(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wit-versions")).join(VERSION))
    }

    /// The same text under another version.
    pub(crate) fn numbered(self, version: &str) -> Self {
        let worlds = self.0.get("worlds.wit").unwrap();
        let (_, rest) = worlds.split_once("\npackage idaas:approval@").unwrap();
        let own = rest.split_once(';').unwrap().0;
        let (from, to) = (format!("approval@{own};"), format!("approval@{version};"));
        // What a package says it has had since must not be later than the package.
        let since = format!("@since(version = {version})");
        let numbered = |text: String| {
            let mut parts = text.split("@since(version = ");
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| text + &since + part.split_once(')').unwrap().1)
        };
        let files = self.edited("worlds.wit", &from, &to).0.into_iter();
        Self(files.map(|(name, text)| (name, numbered(text))).collect())
    }

    /// With `from`, which has to be there, replaced.
    pub(crate) fn edited(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(file).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        *text = text.replacen(from, to, 1);
        self
    }

    /// With an interface `metrics` of one function, which the world `engine` imports or exports as `side` says.
    pub(crate) fn with_metrics(self, side: &str) -> Self {
        self.with_interface("metrics", "count: func(name: string) -> string;", side)
    }

    /// With another interface, which the world `engine` imports or exports as `side` says.
    pub(crate) fn with_interface(mut self, name: &str, functions: &str, side: &str) -> Self {
        self.0.insert(format!("{name}.wit"), format!("interface {name} {{\n    {functions}\n}}\n"));
        self.edited("worlds.wit", "    export types;", &format!("    {side} {name};\n    export types;"))
    }

    /// The worlds that it has.
    pub(crate) fn worlds(&self) -> Vec<String> {
        let worlds = self.0.get("worlds.wit").unwrap();
        worlds
            .lines()
            .filter_map(|line| Some(line.strip_prefix("world ")?.strip_suffix(" {")?.to_owned()))
            .collect()
    }

    /// An engine of this contract that writes one log line in `describe` and answers everything with emptiness.
    pub(crate) fn engine(&self, world: &str) -> Vec<u8> {
        self.engine_that(world, &[])
    }

    /// The same one; but each of these functions writes its name into the log, and then does this.
    pub(crate) fn engine_that(&self, world: &str, does: &[(&str, &str)]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &self.0 {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder.path()).unwrap();
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        let dummy = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        let text = with_bodies(&wasmprinter::print_bytes(dummy).unwrap(), does);
        let mut module = wat::parse_str(text).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
    }
}

/// Where the description lies: `id`, `version` and then nothing but empty texts and lists.
const DESCRIPTION: u32 = 1_024;
/// Zeros: as a result, `ok` of a record whose every text and list is empty.
const ZEROS: u32 = 2_048;
/// `toy` and behind it `0.0.1`.
const TEXTS: u32 = 3_072;
/// Where arguments go. Nobody reads them.
const ARGUMENTS: u32 = 4_096;
/// Names of functions, each in so many bytes.
const NAMES: u32 = 8_192;
const NAME: u32 = 64;

/// Answers as if everything was empty: in a record, the first case of a variant, no option, and `ok`.
pub(crate) const EMPTY: &str = "i32.const 2048";
/// Answers `true`.
pub(crate) const TRUE: &str = "i32.const 1";
/// Answers with a list of three bytes.
pub(crate) const BYTES: &str = "i32.const 3200";
/// Answers with a list of 64 KiB and one byte.
pub(crate) const MANY_BYTES: &str = "i32.const 3264";
/// `some` of an address and a length each, little-endian.
const OPTIONS: &str = "(data (i32.const 3200) \"\\01\\00\\00\\00\\00\\0c\\00\\00\\03\\00\\00\\00\") \
     (data (i32.const 3264) \"\\01\\00\\00\\00\\00\\00\\00\\00\\01\\00\\01\\00\")";

/// Gives every function of a dummy module a body: of those that are named, these.
fn with_bodies(module: &str, does: &[(&str, &str)]) -> String {
    let numbered =
        |line: &str| line.split_once("(;").and_then(|(_, rest)| Some(rest.split_once(";)")?.0.to_owned()));
    let log = module.lines().find(|line| line.contains("/log@") && line.contains("\"write\"")).unwrap();
    let log = numbered(log.split_once("(func").unwrap().1).unwrap();
    let exported = |part: &str| {
        let line = module.lines().find(|line| line.contains("(export ") && line.contains(part)).unwrap();
        line.rsplit_once("(func ").unwrap().1.trim_end_matches(')').to_owned()
    };
    let (describe, realloc) = (exported("|describe\""), exported("realloc"));
    let say = |at: u32, length: usize| {
        format!("i32.const 1 i32.const {at} i32.const {length} i32.const 0 i32.const 0 call {log}")
    };
    let (mut bodies, mut names) = (BTreeMap::new(), String::new());
    for (at, (name, body)) in (NAMES..).step_by(NAME as usize).zip(does) {
        bodies.insert(exported(&format!("|{name}\"")), format!("{} {body}", say(at, name.len())));
        names += &format!("(data (i32.const {at}) \"{name}\")");
    }
    let mut current = String::new();
    let mut text = String::new();
    for line in module.lines() {
        if line.trim_start().starts_with("(func (;") {
            current = numbered(line).unwrap();
        }
        let body = if current == describe {
            format!("{} i32.const {DESCRIPTION}", say(TEXTS, 3))
        } else if current == realloc {
            format!("i32.const {ARGUMENTS}")
        } else if let Some(body) = bodies.get(&current) {
            body.clone()
        } else {
            format!("i32.const {ZEROS}")
        };
        text.push_str(&line.replace("unreachable", &body));
        text.push('\n');
    }
    let memory = text.lines().find(|line| line.trim_start().starts_with("(memory ")).unwrap().to_owned();
    let end = text.rfind(')').unwrap();
    // Address and length of `toy` and of `0.0.1`, little-endian.
    let description = r"\00\0c\00\00\03\00\00\00\03\0c\00\00\05\00\00\00";
    format!(
        "{}(data (i32.const {DESCRIPTION}) \"{description}\") (data (i32.const {TEXTS}) \"toy0.0.1\"){OPTIONS}{names})",
        text.get(..end).unwrap().replace(&memory, "(memory (;0;) 2)")
    )
}
