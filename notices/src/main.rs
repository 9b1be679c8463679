//! Writes `THIRD-PARTY.md`, or with `--check` says whether it is up to date.
//!
//! The file has the packages that are compiled into the components and into the programs, as cargo resolves them, and the
//! texts that their licences ask to be handed on. Of a package that may be taken under Apache-2.0 that licence is taken:
//! its text is `LICENSE-APACHE`, once for all of them, and only a `NOTICE` file is repeated here. Of any other package all of
//! its licence files are.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use crate::packages::{NoticeError, Package, shipped};
use crate::texts::{Texts, takes_apache};

mod packages;
mod texts;

/// The packages that are shipped, and the target that each is compiled for. The one of the programs stands for Linux on
/// other processors too: the packages are the same.
const COMPONENTS: (&[&str], &str) = (&["wecom-engine", "webhook-engine"], "wasm32-unknown-unknown");
const PROGRAMS: (&[&str], &str) =
    (&["host-harness-cli", "approval-tracker-sqlite"], "x86_64-unknown-linux-gnu");

const FILE: &str = "THIRD-PARTY.md";

const HEAD: &str = "# Third-party notices

What this project ships contains code of the packages below, from crates.io, and Rust's standard library (MIT OR Apache-2.0, and
notices of its own at <https://github.com/rust-lang/rust>). Packages that may be taken under Apache-2.0 are taken under it; its
text is in `LICENSE-APACHE`. The texts of the others' licences follow the lists.

`cargo run -p notices` writes this file; `.ci/run` checks that it is up to date.
";

fn main() -> ExitCode {
    let check = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return fail("usage: notices [--check]"),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE);
    match run(&path, check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            fail("THIRD-PARTY.md is not what the dependencies give: run `cargo run -p notices` and commit it")
        }
        Err(error) => fail(&error.to_string()),
    }
}

/// Whether the file is now what it should be.
fn run(path: &Path, check: bool) -> Result<bool, NoticeError> {
    let components = shipped(COMPONENTS.0, COMPONENTS.1)?;
    let programs = shipped(PROGRAMS.0, PROGRAMS.1)?;
    let page = page(&components, &programs)?;
    if check {
        let found = fs::read_to_string(path).map_err(|reason| NoticeError::read(path, reason))?;
        return Ok(found == page);
    }
    fs::write(path, page).map_err(|reason| NoticeError::Write { path: path.to_path_buf(), reason })?;
    Ok(true)
}

fn page(components: &[Package], programs: &[Package]) -> Result<String, NoticeError> {
    let mut page = String::from(HEAD);
    for (title, packages) in [("In the components", components), ("In the programs", programs)] {
        page.push_str(&format!(
            "\n## {title}\n\n| Package | Version | Licence | Source |\n| --- | --- | --- | --- |\n"
        ));
        for Package { name, version, licence, source, .. } in packages {
            page.push_str(&format!("| {name} | {version} | {licence} | {source} |\n"));
        }
    }
    page.push_str("\n## Texts\n");
    let mut texts = Texts::default();
    let all: BTreeMap<&PathBuf, &Package> =
        components.iter().chain(programs).map(|package| (&package.folder, package)).collect();
    for package in all.into_values() {
        texts.collect(package, takes_apache(&package.licence))?;
    }
    page.push_str(&texts.to_string());
    Ok(page)
}

fn fail(why: &str) -> ExitCode {
    // Without a stream for errors the exit code says it all.
    let _ = writeln!(io::stderr(), "notices: {why}");
    ExitCode::FAILURE
}
