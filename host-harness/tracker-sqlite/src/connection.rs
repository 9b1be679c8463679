//! The one connection to the file, and when it is given up for another.

use std::path::{Path, PathBuf};
use std::time::Duration;

use approval_tracker::{StoreError, StoreFailure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, Sqlite, Transaction};
use tokio::sync::{Mutex, MutexGuard};

use crate::fault::failure;
use crate::{file, schema};

/// A file, and the place of the connection to it. One connection: SQLite has one writer, and a second one would only meet
/// "busy".
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    patience: Duration,
    place: Mutex<Place>,
}

/// A connection between two uses.
#[derive(Debug, Default)]
struct Place {
    connection: Option<SqliteConnection>,
    /// The file that the connection has open.
    identity: Option<file::Identity>,
    /// The last use came to a good end. Otherwise SQLite may have rolled back by itself or not, sqlx may count a
    /// transaction that is over, and a statement may still be running: the connection is closed before the next use.
    is_known: bool,
}

impl File {
    /// Opens the file, makes it when there is none, and upgrades its tables. Proves that it can be written.
    pub(crate) async fn open(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        // A relative name would be another file once the process has changed its folder.
        let path = std::path::absolute(path).unwrap_or_else(|_no_folder| path.to_owned());
        let file = Self { path, patience, place: Mutex::default() };
        let connection = file.first_connection().await.map_err(|failure| file.error("open", failure))?;
        // Whatever was put in the file's place while it was opened is seen by the first operation.
        let identity = file::identity(&file.path).map_err(|failure| file.error("open", failure))?;
        *file.place.lock().await =
            Place { connection: Some(connection), identity: Some(identity), is_known: true };
        Ok(file)
    }

    async fn first_connection(&self) -> Result<SqliteConnection, StoreFailure> {
        file::prepare(&self.path)?;
        let mut connection = self.connect().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failure)?;
        schema::upgrade(&mut transaction).await?;
        transaction.commit().await.map_err(failure)?;
        Ok(connection)
    }

    /// Opens the file that is there. It is never made here: an empty one in the place of one that is gone would be a store
    /// that has forgotten everything.
    async fn connect(&self) -> Result<SqliteConnection, StoreFailure> {
        if !self.path.exists() {
            return Err(StoreFailure::Missing);
        }
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(self.patience);
        SqliteConnection::connect_with(&options).await.map_err(failure)
    }

    /// What failed, where and at what.
    pub(crate) fn error(&self, operation: &str, failure: StoreFailure) -> StoreError {
        StoreError { store: self.path.display().to_string(), operation: operation.to_owned(), failure }
    }

    /// The connection, for one operation at a time. A new one when the last operation did not come to a good end.
    pub(crate) async fn connection(&self, operation: &'static str) -> Result<Connection<'_>, StoreError> {
        let mut place = self.place.lock().await;
        if !place.is_known
            && let Some(doubtful) = place.connection.take()
        {
            // Whether closing succeeds says nothing that the next connection will not meet itself.
            let _ = doubtful.close().await;
        }
        place.is_known = false;
        // What is written into a file that has lost its name is lost with it, and SQLite notices only some of that.
        if place.connection.is_some() {
            let there = file::identity(&self.path).map_err(|failure| self.error(operation, failure))?;
            if place.identity != Some(there) {
                return Err(self.error(operation, StoreFailure::Replaced));
            }
        }
        if place.connection.is_none() {
            let opened = self.connect().await.map_err(|failure| self.error(operation, failure))?;
            place.connection = Some(opened);
            let there = file::identity(&self.path).map_err(|failure| self.error(operation, failure))?;
            place.identity = Some(there);
        }
        Ok(Connection { file: self, operation, place })
    }
}

/// The connection while an operation uses it. When it is dropped before [`keep`](Self::keep), by an error or because the
/// caller gave up, the next operation opens another.
pub(crate) struct Connection<'a> {
    file: &'a File,
    operation: &'static str,
    place: MutexGuard<'a, Place>,
}

impl<'a> Connection<'a> {
    /// A transaction that may write. Refused when the tables are not of this program's version: another program may have
    /// upgraded the file since it was opened.
    pub(crate) async fn write(&mut self) -> Result<Transaction<'_, Sqlite>, StoreError> {
        let Self { file, operation, .. } = *self;
        let mut transaction = self.begin("BEGIN IMMEDIATE").await?;
        schema::check(&mut transaction).await.map_err(|failure| file.error(operation, failure))?;
        Ok(transaction)
    }

    /// A transaction that reads.
    pub(crate) async fn read(&mut self) -> Result<Transaction<'_, Sqlite>, StoreError> {
        self.begin("BEGIN").await
    }

    async fn begin(&mut self, statement: &'static str) -> Result<Transaction<'_, Sqlite>, StoreError> {
        let Self { file, operation, .. } = *self;
        let Some(connection) = &mut self.place.connection else {
            return Err(file.error(operation, StoreFailure::Unavailable));
        };
        connection.begin_with(statement).await.map_err(|error| file.error(operation, failure(error)))
    }

    /// What turns errors of this operation into the store's.
    pub(crate) fn fails(&self) -> impl Fn(sqlx::Error) -> StoreError + use<'a> {
        let Self { file, operation, .. } = *self;
        move |error| file.error(operation, failure(error))
    }

    /// As [`fails`](Self::fails), for what has a meaning already.
    pub(crate) fn refuses(&self) -> impl Fn(StoreFailure) -> StoreError + use<'a> {
        let Self { file, operation, .. } = *self;
        move |failure| file.error(operation, failure)
    }

    /// The operation has come to a good end: the connection can be used again.
    pub(crate) fn keep(mut self) {
        self.place.is_known = true;
    }
}
