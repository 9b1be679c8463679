//! Every function of the store: one transaction each.

use approval_tracker::{
    Key, Listed, Message, Notice, Outcome, Request, Store, StoreError, StoreFailure, Unreadable,
};
use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};

use crate::{SqliteStore, rows, words};

type Statement = Query<'static, Sqlite, SqliteArguments>;

impl SqliteStore {
    /// Reads at most one request.
    async fn one(
        &self,
        operation: &'static str,
        statement: Statement,
    ) -> Result<Option<Request>, StoreError> {
        let mut connection = self.0.connection(operation).await?;
        let (fails, refuses) = (connection.fails(), connection.refuses());
        let mut transaction = connection.read().await?;
        let found = statement.fetch_optional(&mut *transaction).await.map_err(&fails)?;
        transaction.commit().await.map_err(&fails)?;
        connection.keep();
        let found = found.as_ref().map(rows::request).transpose();
        found.map_err(|unreadable| refuses(StoreFailure::Unreadable(Box::new(unreadable))))
    }

    /// Reads at most `most` rows that can be read; `statement` gives a page of so many, from so many on. What cannot be
    /// read takes up no place.
    async fn list<T>(
        &self,
        operation: &'static str,
        most: usize,
        statement: impl Fn(i64, i64) -> Statement,
        read: fn(&SqliteRow) -> Result<T, Unreadable>,
    ) -> Result<Listed<T>, StoreError> {
        let mut connection = self.0.connection(operation).await?;
        let fails = connection.fails();
        let mut transaction = connection.read().await?;
        let mut listed = Listed::default();
        let mut seen = 0;
        loop {
            let wanted = most - listed.rows.len();
            let page = statement(rows::limit(wanted), rows::limit(seen));
            let page = page.fetch_all(&mut *transaction).await.map_err(&fails)?;
            seen += page.len();
            page.iter().for_each(|row| listed.push(read(row)));
            if page.len() < wanted || listed.rows.len() >= most {
                break;
            }
        }
        transaction.commit().await.map_err(&fails)?;
        connection.keep();
        rows::tell(operation, &listed);
        Ok(listed)
    }

    /// Carries out one statement that writes, and says how many rows it changed.
    async fn change(&self, operation: &'static str, statement: Statement) -> Result<u64, StoreError> {
        let mut connection = self.0.connection(operation).await?;
        let fails = connection.fails();
        let mut transaction = connection.write().await?;
        let done = statement.execute(&mut *transaction).await.map_err(&fails)?;
        transaction.commit().await.map_err(&fails)?;
        connection.keep();
        Ok(done.rows_affected())
    }

    /// A number as SQLite keeps it.
    fn signed(&self, operation: &'static str, value: u64) -> Result<i64, StoreError> {
        rows::signed(value).map_err(|failure| self.0.error(operation, failure))
    }
}

impl Store for SqliteStore {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        let mut connection = self.0.connection("insert").await?;
        let (fails, refuses) = (connection.fails(), connection.refuses());
        let insert = rows::write(
            sqlx::query(
                "INSERT INTO requests (tenant, number, engine, configuration, revision, state, approval_id, applicant, \
                 intended_at, created_at, heard_at, due_at, silent_looks, unanswered_looks, \
                 expecting_until, conflict, idempotency_key, attempt, skew_seconds, stuck, \
                 failure) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
            ),
            &request,
            request.revision,
        )
        .map_err(&refuses)?;
        let mut transaction = connection.write().await?;
        let existing = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND number = ?2")
            .bind(&request.key.tenant)
            .bind(&request.key.number)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(&fails)?;
        if existing.is_none() {
            insert.execute(&mut *transaction).await.map_err(&fails)?;
        }
        transaction.commit().await.map_err(&fails)?;
        connection.keep();
        match existing.as_ref().map(rows::request).transpose() {
            Ok(Some(existing)) => Ok((existing, false)),
            Ok(None) => Ok((request, true)),
            Err(unreadable) => Err(refuses(StoreFailure::Unreadable(Box::new(unreadable)))),
        }
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        let statement = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND number = ?2")
            .bind(key.tenant.clone())
            .bind(key.number.clone());
        self.one("request", statement).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        let statement = sqlx::query("SELECT * FROM requests WHERE tenant = ?1 AND approval_id = ?2")
            .bind(tenant.to_owned())
            .bind(approval_id.to_owned());
        self.one("bound_to", statement).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let mut connection = self.0.connection("compare_and_set").await?;
        let (fails, refuses) = (connection.fails(), connection.refuses());
        let update = rows::write(
            sqlx::query(
                "UPDATE requests SET engine = ?3, configuration = ?4, revision = ?5, state = ?6, approval_id = ?7, \
                 applicant = ?8, intended_at = ?9, created_at = ?10, heard_at = ?11, due_at = ?12, \
                 silent_looks = ?13, unanswered_looks = ?14, expecting_until = ?15, conflict = ?16, \
                 idempotency_key = ?17, attempt = ?18, skew_seconds = ?19, stuck = ?20, failure = ?21 \
                 WHERE tenant = ?1 AND number = ?2 AND revision = ?5 - 1",
            ),
            &changed,
            changed.revision + 1,
        )
        .map_err(refuses)?;
        let mut transaction = connection.write().await?;
        let updated = update.execute(&mut *transaction).await.map_err(&fails)?.rows_affected() > 0;
        if let Some(outcome) = outcome.filter(|_| updated) {
            sqlx::query("INSERT INTO outbox (tenant, number, outcome) VALUES (?1, ?2, ?3)")
                .bind(&changed.key.tenant)
                .bind(&changed.key.number)
                .bind(words::outcome_word(outcome))
                .execute(&mut *transaction)
                .await
                .map_err(&fails)?;
        }
        transaction.commit().await.map_err(&fails)?;
        connection.keep();
        Ok(updated)
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        let statement = sqlx::query(
            "INSERT INTO inbox (tenant, deduplication_key, approval_id, status, received_at) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .bind(notice.tenant)
        .bind(notice.deduplication_key)
        .bind(notice.approval_id)
        .bind(words::status_word(notice.status))
        .bind(self.signed("receive", notice.received_at)?);
        Ok(self.change("receive", statement).await? > 0)
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Listed<Notice>, StoreError> {
        let since = self.signed("settleable", since)?;
        // Costs a look into an index for each notice that waits, and they do not wait for long.
        let page = |limit, from| {
            sqlx::query(
                "SELECT * FROM inbox WHERE NOT settled AND (received_at <= ?1 OR EXISTS (SELECT 1 FROM requests WHERE \
                 requests.tenant = inbox.tenant AND requests.approval_id = inbox.approval_id)) \
                 ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY position), position LIMIT ?2 OFFSET ?3",
            )
            .bind(since)
            .bind(limit)
            .bind(from)
        };
        self.list("settleable", most, page, rows::notice).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        let statement =
            sqlx::query("UPDATE inbox SET settled = TRUE WHERE tenant = ?1 AND deduplication_key = ?2")
                .bind(notice.tenant.clone())
                .bind(notice.deduplication_key.clone());
        self.change("settle", statement).await.map(drop)
    }

    async fn forget_settled(&self, before: u64) -> Result<u64, StoreError> {
        let statement = sqlx::query("DELETE FROM inbox WHERE settled AND received_at < ?1")
            .bind(self.signed("forget_settled", before)?);
        self.change("forget_settled", statement).await
    }

    async fn forget_ended(&self, before: u64) -> Result<u64, StoreError> {
        // Words that this version does not know are none of these, so such rows stay.
        let ended = words::STATES.iter().filter(|state| state.is_terminal());
        let ended = ended.map(|state| words::state_word(*state)).collect::<Vec<_>>().join(" ");
        let statement = sqlx::query(
            "DELETE FROM requests WHERE instr(' ' || ?2 || ' ', ' ' || state || ' ') > 0 AND due_at IS NULL \
             AND heard_at < ?1 AND NOT conflict \
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.tenant = requests.tenant AND \
             outbox.number = requests.number) \
             AND NOT EXISTS (SELECT 1 FROM inbox WHERE NOT inbox.settled AND inbox.tenant = requests.tenant AND \
             inbox.approval_id = requests.approval_id)",
        )
        .bind(self.signed("forget_ended", before)?)
        .bind(ended);
        self.change("forget_ended", statement).await
    }

    async fn due(&self, now: u64, latest: u64, most: usize) -> Result<Listed<Request>, StoreError> {
        let (now, latest) = (self.signed("due", now)?, self.signed("due", latest)?);
        let page = |limit, from| {
            sqlx::query(
                "SELECT * FROM requests WHERE due_at <= ?1 OR due_at > ?2 \
                 ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY due_at), due_at LIMIT ?3 OFFSET ?4",
            )
            .bind(now)
            .bind(latest)
            .bind(limit)
            .bind(from)
        };
        self.list("due", most, page, rows::request).await
    }

    async fn outbox(&self) -> Result<Listed<Message>, StoreError> {
        let page = |limit, from| {
            sqlx::query("SELECT tenant, number, outcome FROM outbox ORDER BY position LIMIT ?1 OFFSET ?2")
                .bind(limit)
                .bind(from)
        };
        self.list("outbox", usize::MAX, page, rows::message).await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        let statement = sqlx::query(
            "DELETE FROM outbox WHERE position = (SELECT min(position) FROM outbox WHERE tenant = ?1 AND \
             number = ?2 AND outcome = ?3)",
        )
        .bind(message.key.tenant.clone())
        .bind(message.key.number.clone())
        .bind(words::outcome_word(message.outcome));
        self.change("acknowledge", statement).await.map(drop)
    }
}
