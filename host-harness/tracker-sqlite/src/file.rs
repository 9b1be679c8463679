//! The file before SQLite opens it: whether it can be one, and who may read it.

use std::fs::{Metadata, OpenOptions, metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use approval_tracker::StoreFailure;

/// Makes an empty file that its owner alone may read and write, unless there is one, which is left as it is. SQLite gives
/// the files that it makes beside it the same mode.
///
/// An existing file is not opened here: when a process closes any handle on a file, the system takes all its locks on that
/// file away, those of another store in this process among them.
pub(crate) fn prepare(path: &Path) -> Result<(), StoreFailure> {
    match metadata(path) {
        Ok(found) if !found.is_file() => Err(StoreFailure::NotAFile),
        Ok(found) if found.permissions().readonly() => Err(StoreFailure::ReadOnly),
        Ok(_) => {
            tell_who_else_reads(path);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => make(path),
        Err(error) => Err(refusal(&error)),
    }
}

fn make(path: &Path) -> Result<(), StoreFailure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &std::io::Error) -> StoreFailure {
    let kind = error.kind();
    if kind == ErrorKind::NotFound || kind == ErrorKind::NotADirectory {
        StoreFailure::Missing
    } else if kind == ErrorKind::PermissionDenied {
        StoreFailure::CannotOpen
    } else if kind == ErrorKind::ReadOnlyFilesystem {
        StoreFailure::ReadOnly
    } else if kind == ErrorKind::StorageFull || kind == ErrorKind::QuotaExceeded {
        StoreFailure::Full
    } else {
        StoreFailure::Io { code: error.raw_os_error().unwrap_or(0) }
    }
}

/// Warns when others than the owner may read the file or one beside it. The mode stays: a backup may depend on it.
fn tell_who_else_reads(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let beside = beside(path, suffix);
        if let Some(mode) = metadata(&beside).ok().and_then(|found| open_to_others(&found)) {
            tracing::warn!(
                target: "approval_store",
                file = %beside.display(),
                mode = format_args!("{mode:03o}"),
                "store-open-to-others"
            );
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The mode, when it lets in others than the owner.
#[cfg(unix)]
fn open_to_others(found: &Metadata) -> Option<u32> {
    let mode = std::os::unix::fs::MetadataExt::mode(found) & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Windows has no such mode.
#[cfg(not(unix))]
fn open_to_others(_: &Metadata) -> Option<u32> {
    None
}

/// What tells a file from another one that is put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

/// Which file has this name now. Elsewhere than on Unix, where an open file keeps its name, only whether one has.
pub(crate) fn identity(path: &Path) -> Result<Identity, StoreFailure> {
    let found = metadata(path).map_err(|error| refusal(&error))?;
    if !found.is_file() {
        return Err(StoreFailure::NotAFile);
    }
    Ok(Identity {
        #[cfg(unix)]
        device: std::os::unix::fs::MetadataExt::dev(&found),
        #[cfg(unix)]
        inode: std::os::unix::fs::MetadataExt::ino(&found),
    })
}
