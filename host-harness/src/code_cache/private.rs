//! Whether a directory is this user's own, all the way down.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::redact::in_error;

/// Why somebody else may be able to put something there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrivate {
    /// Of another user.
    #[error(
        "{} belongs to user {owner}: give it to the user that runs the host, or name another directory",
        in_error(.path)
    )]
    Owner {
        /// What belongs to somebody else.
        path: String,
        /// Whose.
        owner: u32,
    },
    /// Open to others.
    #[error("others can write {} (mode {mode:o}): chmod go-w, or name another directory", in_error(.path))]
    Writable {
        /// What they can write.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// No regular file.
    #[error("it is no regular file")]
    NoFile,
    /// The system has no permissions that this check knows.
    #[error("permissions cannot be checked on this system: go without a code cache")]
    Unknown,
}

/// Makes a directory for this user alone, with all that leads to it.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// Checks a directory and everything above it. Whoever can rename a parent can put another directory in its place.
pub(super) fn check_directory(directory: &Path) -> io::Result<Result<(), NotPrivate>> {
    for (depth, path) in directory.ancestors().enumerate() {
        if let Err(cause) = check(path, depth)? {
            return Ok(Err(cause));
        }
    }
    Ok(Ok(()))
}

#[cfg(unix)]
fn check(path: &Path, depth: usize) -> io::Result<Result<(), NotPrivate>> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = std::fs::symlink_metadata(path)?;
    let found = Found { owner: metadata.uid(), mode: metadata.mode(), is_parent: depth > 0 };
    Ok(found.judge(user(), || path.display().to_string()))
}

/// Checks an entry that is open: this very file, whatever its name leads to by now.
#[cfg(unix)]
pub(super) fn check_file(file: &File) -> io::Result<Result<(), NotPrivate>> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Err(NotPrivate::NoFile));
    }
    let found = Found { owner: metadata.uid(), mode: metadata.mode(), is_parent: false };
    Ok(found.judge(user(), || String::from("the entry")))
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What the system says of a file or directory.
#[cfg(unix)]
struct Found {
    owner: u32,
    mode: u32,
    /// A directory on the way to the cache.
    is_parent: bool,
}

#[cfg(unix)]
impl Found {
    fn judge(&self, user: u32, path: impl FnOnce() -> String) -> Result<(), NotPrivate> {
        const ROOT: u32 = 0;
        const OTHERS_WRITE: u32 = 0o022;
        /// In such a directory, `/tmp` for one, everybody can make entries and nobody can rename another's.
        const STICKY: u32 = 0o1000;

        // Root could do anything anyway.
        let owned = self.owner == user || (self.is_parent && self.owner == ROOT);
        let closed = self.mode & OTHERS_WRITE == 0 || (self.is_parent && self.mode & STICKY != 0);
        match (owned, closed) {
            (true, true) => Ok(()),
            (false, _) => Err(NotPrivate::Owner { path: path(), owner: self.owner }),
            (true, false) => Err(NotPrivate::Writable { path: path(), mode: self.mode & 0o7777 }),
        }
    }
}

#[cfg(not(unix))]
fn check(_: &Path, _: usize) -> io::Result<Result<(), NotPrivate>> {
    Ok(Err(NotPrivate::Unknown))
}

#[cfg(not(unix))]
pub(super) fn check_file(_: &File) -> io::Result<Result<(), NotPrivate>> {
    Ok(Err(NotPrivate::Unknown))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const US: u32 = 1_000;
    const THEM: u32 = 1_001;

    fn judge(owner: u32, mode: u32, is_parent: bool) -> Result<(), NotPrivate> {
        Found { owner, mode, is_parent }.judge(US, || String::from("x"))
    }

    fn owner(owner: u32) -> Result<(), NotPrivate> {
        Err(NotPrivate::Owner { path: String::from("x"), owner })
    }

    fn writable(mode: u32) -> Result<(), NotPrivate> {
        Err(NotPrivate::Writable { path: String::from("x"), mode })
    }

    #[test]
    fn the_cache_and_its_entries_are_this_users_and_nobody_elses() {
        assert_eq!(judge(US, 0o40_700, false), Ok(()));
        assert_eq!(judge(US, 0o40_755, false), Ok(()));
        assert_eq!(judge(US, 0o40_770, false), writable(0o770));
        assert_eq!(judge(US, 0o100_602, false), writable(0o602));
        assert_eq!(judge(US, 0o41_777, false), writable(0o1777));
        assert_eq!(judge(THEM, 0o40_700, false), owner(THEM));
        assert_eq!(judge(0, 0o40_755, false), owner(0));
    }

    #[test]
    fn what_leads_to_it_is_roots_or_this_users_and_lets_nobody_rename() {
        assert_eq!(judge(0, 0o40_755, true), Ok(()));
        assert_eq!(judge(0, 0o41_777, true), Ok(()));
        assert_eq!(judge(US, 0o40_755, true), Ok(()));
        assert_eq!(judge(0, 0o40_775, true), writable(0o775));
        assert_eq!(judge(THEM, 0o40_755, true), owner(THEM));
    }
}
