//! Which versions of the contract a host speaks, and whether it speaks an engine's.
//!
//! The rule is the linker's: 0.1.x with 0.1.y, 1.x with 1.y, and neither a pre-release nor a 0.0.x with anything but
//! itself. It is applied to the names of imports and exports before anything is linked, so that the refusal can name
//! both versions.

use semver::Version;

use super::PACKAGE;

/// The versions that this host binds, one a line of compatible ones. A break of the contract adds a line here and
/// bindings beside those there are.
pub const SPOKEN: [Version; 1] = [Version::new(0, 1, 1)];

/// The interface that makes a component an engine.
const ENGINE: &str = "approval-engine";

/// An engine that the host does not speak with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unspoken {
    /// What the engine was built for.
    pub engine: Version,
    /// The newest that the host speaks.
    pub host: Version,
}

impl Unspoken {
    /// Whether it is the host that has fallen behind.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.engine > self.host
    }
}

/// Finds the version, among those that a host speaks, in which it talks with an engine of these imports and exports.
/// `None` when the component does not name the contract at all.
///
/// An engine may offer itself in several versions at once; the newest one that is spoken is taken.
///
/// # Errors
/// - [`Unspoken`]: it offers itself in other versions alone, or imports the contract's interfaces in another.
pub fn bind<'a>(
    spoken: &[Version],
    imports: impl IntoIterator<Item = &'a str>,
    exports: impl IntoIterator<Item = &'a str>,
) -> Result<Option<Version>, Unspoken> {
    let offered: Vec<Version> = exports.into_iter().filter_map(offered).collect();
    let bound = offered.iter().filter_map(|version| line(spoken, version)).max();
    let foreign =
        imports.into_iter().filter_map(version_of).filter(|version| line(spoken, version).is_none());
    let unspoken = foreign.max().or_else(|| offered.iter().max().filter(|_| bound.is_none()).cloned());
    match (unspoken, spoken.iter().max()) {
        (Some(engine), Some(host)) => Err(Unspoken { engine, host: host.clone() }),
        _ => Ok(bound.cloned()),
    }
}

/// The newest version of the contract among these names, when it is newer than everything the host speaks. Within one
/// line that is no reason to refuse an engine, but it tells why one does not link.
pub fn newer<'a>(spoken: &[Version], names: impl IntoIterator<Item = &'a str>) -> Option<Unspoken> {
    let host = spoken.iter().max()?.clone();
    let engine = names.into_iter().filter_map(version_of).max()?;
    (engine > host).then_some(Unspoken { engine, host })
}

/// The spoken version that links with this one.
fn line<'a>(spoken: &'a [Version], version: &Version) -> Option<&'a Version> {
    spoken.iter().find(|ours| match (version.pre.is_empty() && ours.pre.is_empty(), ours.major, ours.minor) {
        (false, _, _) | (true, 0, 0) => *ours == version,
        (true, 0, minor) => (version.major, version.minor) == (0, minor),
        (true, major, _) => version.major == major,
    })
}

fn offered(export: &str) -> Option<Version> {
    let (interface, version) = split(export)?;
    (interface == ENGINE).then_some(version)
}

fn version_of(name: &str) -> Option<Version> {
    split(name).map(|(_, version)| version)
}

/// `idaas:approval/log@0.1.0` as `log` and its version; nothing of another package.
fn split(name: &str) -> Option<(&str, Version)> {
    let (interface, version) = name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    Some((interface, Version::parse(version).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG_1: &str = "idaas:approval/log@0.1.0";
    const ENGINE_1: &str = "idaas:approval/approval-engine@0.1.0";
    const ENGINE_1_7: &str = "idaas:approval/approval-engine@0.1.7";
    const ENGINE_2: &str = "idaas:approval/approval-engine@0.2.0";
    const ENGINE_3: &str = "idaas:approval/approval-engine@0.3.0";

    fn one() -> [Version; 1] {
        [Version::new(0, 1, 0)]
    }

    /// A host after a break: the former version is bound beside the new one.
    fn two() -> [Version; 2] {
        [Version::new(0, 1, 3), Version::new(0, 2, 0)]
    }

    fn unspoken(engine: (u64, u64, u64), host: (u64, u64, u64)) -> Unspoken {
        let version = |(major, minor, patch)| Version::new(major, minor, patch);
        Unspoken { engine: version(engine), host: version(host) }
    }

    #[test]
    fn patches_of_one_line_speak_with_each_other_in_both_directions() {
        assert_eq!(bind(&one(), [LOG_1], [ENGINE_1]), Ok(Some(Version::new(0, 1, 0))));
        assert_eq!(bind(&one(), [LOG_1], [ENGINE_1_7]), Ok(Some(Version::new(0, 1, 0))));
        assert_eq!(bind(&two(), [LOG_1], [ENGINE_1]), Ok(Some(Version::new(0, 1, 3))));
    }

    #[test]
    fn a_host_of_two_lines_speaks_with_engines_of_both_and_with_no_third() {
        assert_eq!(bind(&two(), [LOG_1], [ENGINE_1]), Ok(Some(Version::new(0, 1, 3))));
        assert_eq!(bind(&two(), [], [ENGINE_2]), Ok(Some(Version::new(0, 2, 0))));
        assert_eq!(bind(&two(), [LOG_1], [ENGINE_1, ENGINE_2]), Ok(Some(Version::new(0, 2, 0))));
        assert_eq!(bind(&two(), [], [ENGINE_3]), Err(unspoken((0, 3, 0), (0, 2, 0))));
    }

    #[test]
    fn an_engine_of_another_line_is_newer_or_older() {
        let newer = bind(&one(), [LOG_1], [ENGINE_2]).unwrap_err();
        assert_eq!((newer.clone(), newer.is_newer()), (unspoken((0, 2, 0), (0, 1, 0)), true));
        let older = bind(&one(), [], ["idaas:approval/approval-engine@0.0.9"]).unwrap_err();
        assert_eq!((older.clone(), older.is_newer()), (unspoken((0, 0, 9), (0, 1, 0)), false));
    }

    #[test]
    fn an_import_of_another_line_is_as_good_as_an_export() {
        let imports = [LOG_1, "idaas:approval/http@0.2.0"];
        assert_eq!(bind(&one(), imports, [ENGINE_1]), Err(unspoken((0, 2, 0), (0, 1, 0))));
        assert_eq!(bind(&two(), imports, [ENGINE_2]), Ok(Some(Version::new(0, 2, 0))));
    }

    #[test]
    fn a_pre_release_speaks_with_nothing_but_itself() {
        let early = "idaas:approval/approval-engine@0.1.1-rc.1";
        let unspoken = bind(&one(), [], [early]).unwrap_err();
        assert_eq!(unspoken.engine, Version::parse("0.1.1-rc.1").unwrap());
    }

    #[test]
    fn other_packages_and_other_interfaces_are_no_offer() {
        let names =
            ["wasi:cli/run@0.2.6", "idaas:approvals/approval-engine@0.1.0", "idaas:approval/types@0.1.0"];
        assert_eq!(bind(&one(), [], names), Ok(None));
    }

    #[test]
    fn a_newer_patch_is_told_when_it_is_one() {
        assert_eq!(newer(&one(), [LOG_1, ENGINE_1_7]), Some(unspoken((0, 1, 7), (0, 1, 0))));
        assert_eq!(newer(&one(), [LOG_1, ENGINE_1]), None);
    }
}
