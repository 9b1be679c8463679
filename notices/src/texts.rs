//! The texts that licences ask to be handed on.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::packages::{NoticeError, Package};

/// Distinct texts, and the packages that each belongs to.
#[derive(Debug, Default)]
pub(crate) struct Texts(BTreeMap<String, Vec<String>>);

/// Whether a licence in SPDX's terms leaves the choice of Apache-2.0, and asks for nothing beside it. LLVM's exception only
/// asks for less.
pub(crate) fn takes_apache(licence: &str) -> bool {
    let plain = !licence.contains(" AND ") && !licence.contains('(');
    let mut parts = licence.split('/').flat_map(|part| part.split(" OR ")).map(str::trim);
    plain && parts.any(|part| matches!(part, "Apache-2.0" | "Apache-2.0 WITH LLVM-exception"))
}

impl Texts {
    /// Takes the texts of a package: its notice, and where Apache-2.0 is not taken its licences.
    pub(crate) fn collect(&mut self, package: &Package, apache: bool) -> Result<(), NoticeError> {
        let name = format!("{} {}", package.name, package.version);
        let read = |path: &Path, reason| NoticeError::read(path, reason);
        let folder = &package.folder;
        let entries = fs::read_dir(folder).map_err(|reason| read(folder, reason))?;
        let files: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
        let mut files = files.map_err(|reason| read(folder, reason))?;
        files.sort();
        let mut has_licence = apache;
        for file in files.iter().filter(|file| file.is_file()) {
            let title = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
            let starts = |with: &[&str]| with.iter().any(|with| title.starts_with(with));
            let is_licence = starts(&["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "COPYRIGHT"]);
            if starts(&["NOTICE"]) || (is_licence && !apache) {
                has_licence |= is_licence;
                let text = fs::read(file).map_err(|reason| read(file, reason))?;
                let text = plain(&String::from_utf8_lossy(&text));
                self.0.entry(text).or_default().push(name.clone());
            }
        }
        if has_licence {
            return Ok(());
        }
        Err(NoticeError::NoText { package: name, licence: package.licence.clone() })
    }
}

/// One text, however its lines end.
fn plain(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

impl fmt::Display for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By the packages, so that a new one moves nothing but itself.
        let mut texts: Vec<_> = self.0.iter().collect();
        texts.sort_by(|a, b| a.1.cmp(b.1));
        for (text, packages) in texts {
            write!(f, "\n### {}\n\n````text\n{text}\n````\n", packages.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apache_is_taken_where_it_may_be_taken_alone() {
        for licence in [
            "Apache-2.0",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "Zlib OR Apache-2.0 OR MIT",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(takes_apache(licence), "{licence}");
        }
        for licence in ["MIT", "Apache-2.0 AND ISC", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
            assert!(!takes_apache(licence), "{licence}");
        }
    }

    #[test]
    fn one_text_with_other_line_ends_is_one_text() {
        assert_eq!(plain("\r\nMIT \r\n\r\nCopyright\r\n"), "MIT\n\nCopyright");
    }
}
