//! A [`Store`] in a SQLite file: the embedded default of a host on one node.
//!
//! Every function is one statement or one transaction. The file is in write-ahead mode and synchronised on every
//! commit, so that what was promised survives a crash of the process and of the machine.

use std::path::Path;

use approval_tracker::{Key, Message, Notice, Outcome, Request, Store, StoreError};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

mod rows;
mod schema;

pub use schema::OpenError;

/// Keeps everything in one SQLite file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore(SqlitePool);

impl SqliteStore {
    /// Opens a file, and makes it when there is none. One of an earlier build is upgraded first.
    ///
    /// # Errors
    /// - [`OpenError::Newer`]: a newer program has upgraded the file.
    /// - [`OpenError::Store`]: the file cannot be opened or is no database of this kind.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        // One connection: SQLite has one writer, and a second one would only meet "busy".
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
        let store = Self(pool);
        let mut transaction = store.begin().await?;
        schema::upgrade(&mut transaction).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(store)
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.0.begin_with("BEGIN IMMEDIATE").await.map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

impl Store for SqliteStore {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        let mut transaction = self.begin().await?;
        let existing = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND number = ?2")
            .bind(&request.key.tenant)
            .bind(&request.key.number)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        if let Some(existing) = existing {
            return Ok((rows::request(&existing)?, false));
        }
        rows::write(
            sqlx::query(
                "INSERT INTO requests (tenant, number, engine, configuration, revision, state, approval_id, applicant, \
                 intended_at, created_at, heard_at, due_at, silent_looks, unanswered_looks, \
                 expecting_until, conflict, idempotency_key, attempt, skew_seconds, stuck) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
            ),
            &request,
            request.revision,
        )?
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok((request, true))
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        let found = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND number = ?2")
            .bind(&key.tenant)
            .bind(&key.number)
            .fetch_optional(&self.0)
            .await
            .map_err(failed)?;
        found.as_ref().map(rows::request).transpose()
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        let found = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND approval_id = ?2")
            .bind(tenant)
            .bind(approval_id)
            .fetch_optional(&self.0)
            .await
            .map_err(failed)?;
        found.as_ref().map(rows::request).transpose()
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let updated = rows::write(
            sqlx::query(
                "UPDATE requests SET engine = ?3, configuration = ?4, revision = ?5, state = ?6, approval_id = ?7, \
                 applicant = ?8, intended_at = ?9, created_at = ?10, heard_at = ?11, due_at = ?12, \
                 silent_looks = ?13, unanswered_looks = ?14, expecting_until = ?15, conflict = ?16, \
                 idempotency_key = ?17, attempt = ?18, skew_seconds = ?19, stuck = ?20 \
                 WHERE tenant = ?1 AND number = ?2 AND revision = ?5 - 1",
            ),
            &changed,
            changed.revision + 1,
        )?
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if updated.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(outcome) = outcome {
            sqlx::query("INSERT INTO outbox (tenant, number, outcome) VALUES (?1, ?2, ?3)")
                .bind(&changed.key.tenant)
                .bind(&changed.key.number)
                .bind(rows::outcome_word(outcome))
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO inbox (tenant, deduplication_key, approval_id, status, received_at) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .bind(&notice.tenant)
        .bind(&notice.deduplication_key)
        .bind(&notice.approval_id)
        .bind(rows::status_word(notice.status))
        .bind(rows::signed(notice.received_at)?)
        .execute(&self.0)
        .await
        .map_err(failed)?;
        Ok(inserted.rows_affected() > 0)
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Vec<Notice>, StoreError> {
        // Costs a look into an index for each notice that waits, and they do not wait for long.
        let found = sqlx::query(
            "SELECT * FROM inbox WHERE NOT settled AND (received_at <= ?1 OR EXISTS (SELECT 1 FROM requests WHERE \
             requests.tenant = inbox.tenant AND requests.approval_id = inbox.approval_id)) \
             ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY position), position LIMIT ?2",
        )
        .bind(rows::signed(since)?)
        .bind(rows::limit(most))
        .fetch_all(&self.0)
        .await
        .map_err(failed)?;
        found.iter().map(rows::notice).collect()
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        sqlx::query("UPDATE inbox SET settled = TRUE WHERE tenant = ?1 AND deduplication_key = ?2")
            .bind(&notice.tenant)
            .bind(&notice.deduplication_key)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn forget_settled(&self, before: u64) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM inbox WHERE settled AND received_at < ?1")
            .bind(rows::signed(before)?)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(deleted.rows_affected())
    }

    async fn due(&self, now: u64, latest: u64, most: usize) -> Result<Vec<Request>, StoreError> {
        let found = sqlx::query(
            "SELECT * FROM requests WHERE due_at <= ?1 OR due_at > ?2 \
             ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY due_at), due_at LIMIT ?3",
        )
        .bind(rows::signed(now)?)
        .bind(rows::signed(latest)?)
        .bind(rows::limit(most))
        .fetch_all(&self.0)
        .await
        .map_err(failed)?;
        found.iter().map(rows::request).collect()
    }

    async fn outbox(&self) -> Result<Vec<Message>, StoreError> {
        let found = sqlx::query("SELECT tenant, number, outcome FROM outbox ORDER BY position")
            .fetch_all(&self.0)
            .await
            .map_err(failed)?;
        found.iter().map(rows::message).collect()
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM outbox WHERE position = (SELECT min(position) FROM outbox WHERE tenant = ?1 AND \
             number = ?2 AND outcome = ?3)",
        )
        .bind(&message.key.tenant)
        .bind(&message.key.number)
        .bind(rows::outcome_word(message.outcome))
        .execute(&self.0)
        .await
        .map_err(failed)?;
        Ok(())
    }
}
