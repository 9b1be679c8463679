//! Whether a directory is this user's own, all the way down.

use std::fs::File;
use std::io;
use std::path::Path;

/// Why somebody else may be able to put something there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrivate {
    /// Of another user.
    #[error("{path} belongs to user {owner}: give it to the user that runs the host, or name another directory")]
    Owner {
        /// What belongs to somebody else.
        path: String,
        /// Whose.
        owner: u32,
    },
    /// Open to others.
    #[error("others can write {path} (mode {mode:o}): chmod go-w, or name another directory")]
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

    /// In such a directory, `/tmp` for one, everybody can make entries and nobody can rename another's.
    const STICKY: u32 = 0o1000;

    let metadata = std::fs::symlink_metadata(path)?;
    let (owner, mode) = (metadata.uid(), metadata.mode());
    let is_parent = depth > 0;
    // Root could do anything anyway.
    let owned = owner == user() || (is_parent && owner == ROOT);
    let closed = mode & OTHERS_WRITE == 0 || (is_parent && mode & STICKY != 0);
    Ok(verdict(path.display().to_string(), owner, mode, owned, closed))
}

/// Checks an entry that is open: this very file, whatever its name leads to by now.
#[cfg(unix)]
pub(super) fn check_file(file: &File) -> io::Result<Result<(), NotPrivate>> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Err(NotPrivate::NoFile));
    }
    let (owner, mode) = (metadata.uid(), metadata.mode());
    Ok(verdict(String::from("the entry"), owner, mode, owner == user(), mode & OTHERS_WRITE == 0))
}

#[cfg(unix)]
const ROOT: u32 = 0;
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o022;

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn verdict(path: String, owner: u32, mode: u32, owned: bool, closed: bool) -> Result<(), NotPrivate> {
    match (owned, closed) {
        (false, _) => Err(NotPrivate::Owner { path, owner }),
        (true, false) => Err(NotPrivate::Writable { path, mode: mode & 0o7777 }),
        (true, true) => Ok(()),
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
