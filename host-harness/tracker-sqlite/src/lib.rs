//! A [`Store`](approval_tracker::Store) in a SQLite file: the embedded default of a host on one node.
//!
//! Every function is one transaction. The file is in write-ahead mode and synchronised on every commit, so that what was
//! promised survives a crash of the process and of the machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use approval_tracker::StoreError;

use connection::File;

mod connection;
mod fault;
mod file;
mod rows;
mod schema;
mod store;
mod words;

/// How long a call waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps everything in one SQLite file. Cheap to clone.
///
/// # The file
/// It has mode 0600 from its first byte, and so have the two that SQLite keeps beside it (`-wal`, `-shm`). An existing file
/// keeps its mode; when others than its owner may read it, `open` logs `store-open-to-others`.
///
/// # Several processes
/// Several processes of one machine may have one file open: each change compares the request's revision in the transaction
/// that writes it, and a process waits for another's transaction for some seconds. The file must be on a disk of that
/// machine: SQLite's locks do not hold on a network file system. When a newer program has upgraded the file, an older one
/// that still has it open writes nothing any more and says so
/// ([`StoreFailure::Newer`](approval_tracker::StoreFailure::Newer)).
///
/// # Failures
/// After any failure the connection is closed, and the next call opens another: once the disk has room again, the next call
/// is written. When the file has been moved, removed or changed for another one, the call that meets that writes nothing and
/// says so. Rows that this version cannot read are left out of lists and logged as `store-rows-unreadable`.
#[derive(Clone, Debug)]
pub struct SqliteStore(Arc<File>);

impl SqliteStore {
    /// Opens a file, and makes it when there is none. One of an earlier build is upgraded first. Writes to the file, so
    /// that one which cannot be written is refused here.
    ///
    /// # Errors
    /// - [`StoreError`] with the absolute path, the operation `open` and what the operator does about it: the folder is not
    ///   there, the name is a folder's, the file is read-only or no database, another process has locked it, or a newer
    ///   program has upgraded it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_within(path, PATIENCE).await
    }

    /// As [`open`](Self::open); this call and every later one waits for so long for another process that has locked the
    /// file.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    pub async fn open_within(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(File::open(path, patience).await?)))
    }
}
