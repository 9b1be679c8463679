//! Rows and values, one for the other.

use approval_tracker::{Key, Listed, Message, Notice, Pin, Request, StoreFailure, Unreadable};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite};

use crate::words;

/// SQLite's integers are signed.
pub(crate) fn signed(value: u64) -> Result<i64, StoreFailure> {
    i64::try_from(value).map_err(|_range| StoreFailure::OutOfRange { value })
}

/// As many rows as SQLite can count.
pub(crate) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Binds all of a request's columns, in the order that the statements number them.
pub(crate) fn write<'q>(
    statement: Statement<'q>,
    request: &Request,
    revision: u64,
) -> Result<Statement<'q>, StoreFailure> {
    Ok(statement
        .bind(request.key.tenant.clone())
        .bind(request.key.number.clone())
        .bind(request.pin.engine.to_string())
        .bind(signed(request.pin.configuration)?)
        .bind(signed(revision)?)
        .bind(words::state_word(request.state))
        .bind(request.approval_id.clone())
        .bind(request.applicant.clone())
        .bind(signed(request.intended_at)?)
        .bind(signed(request.created_at)?)
        .bind(signed(request.heard_at)?)
        .bind(request.due_at.map(signed).transpose()?)
        .bind(request.silent_looks)
        .bind(request.unanswered_looks)
        .bind(request.expecting_until.map(signed).transpose()?)
        .bind(request.conflict)
        .bind(request.idempotency_key.clone())
        .bind(request.attempt)
        .bind(request.skew_seconds.map(signed).transpose()?)
        .bind(request.stuck.clone())
        .bind(request.failure.as_ref().map(json).transpose()?))
}

fn json(value: &impl Serialize) -> Result<String, StoreFailure> {
    serde_json::to_string(value).map_err(|_not_json| StoreFailure::Refused { code: 0 })
}

/// A row that is being read. Every error names the row and the column.
struct Reader<'r> {
    row: &'r SqliteRow,
    table: &'static str,
    /// The column of the row's key, beside the tenant.
    key: &'static str,
}

impl Reader<'_> {
    fn unreadable(&self, column: &'static str, word: &str) -> Unreadable {
        let said = |column| self.row.try_get::<String, _>(column).unwrap_or_default();
        Unreadable::new(self.table, &said("tenant"), &said(self.key), column, word)
    }

    fn get<'r, T>(&'r self, column: &'static str) -> Result<T, Unreadable>
    where
        T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|_no_value| self.unreadable(column, ""))
    }

    fn unsigned(&self, column: &'static str) -> Result<u64, Unreadable> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_negative| self.unreadable(column, ""))
    }

    fn optional(&self, column: &'static str) -> Result<Option<u64>, Unreadable> {
        let value: Option<i64> = self.get(column)?;
        value.map(|value| u64::try_from(value).map_err(|_negative| self.unreadable(column, ""))).transpose()
    }

    fn word<T>(&self, column: &'static str, known: fn(&str) -> Option<T>) -> Result<T, Unreadable> {
        let word: String = self.get(column)?;
        known(&word).ok_or_else(|| self.unreadable(column, &word))
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, Unreadable> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|_other_shape| self.unreadable(column, "")))
            .transpose()
    }

    fn request_key(&self) -> Result<Key, Unreadable> {
        Ok(Key { tenant: self.get("tenant")?, number: self.get("number")? })
    }

    fn pin(&self) -> Result<Pin, Unreadable> {
        let engine: String = self.get("engine")?;
        let engine = engine.parse().map_err(|_no_digest| self.unreadable("engine", ""))?;
        Ok(Pin { engine, configuration: self.unsigned("configuration")? })
    }
}

pub(crate) fn request(row: &SqliteRow) -> Result<Request, Unreadable> {
    let row = Reader { row, table: "requests", key: "number" };
    Ok(Request {
        key: row.request_key()?,
        pin: row.pin()?,
        revision: row.unsigned("revision")?,
        state: row.word("state", words::state)?,
        approval_id: row.get("approval_id")?,
        applicant: row.get("applicant")?,
        intended_at: row.unsigned("intended_at")?,
        created_at: row.unsigned("created_at")?,
        heard_at: row.unsigned("heard_at")?,
        due_at: row.optional("due_at")?,
        silent_looks: row.get("silent_looks")?,
        unanswered_looks: row.get("unanswered_looks")?,
        expecting_until: row.optional("expecting_until")?,
        conflict: row.get("conflict")?,
        idempotency_key: row.get("idempotency_key")?,
        attempt: row.get("attempt")?,
        skew_seconds: row.optional("skew_seconds")?,
        stuck: row.get("stuck")?,
        failure: row.json("failure")?,
    })
}

pub(crate) fn notice(row: &SqliteRow) -> Result<Notice, Unreadable> {
    let row = Reader { row, table: "inbox", key: "deduplication_key" };
    Ok(Notice {
        tenant: row.get("tenant")?,
        deduplication_key: row.get("deduplication_key")?,
        approval_id: row.get("approval_id")?,
        status: row.word("status", words::status)?,
        received_at: row.unsigned("received_at")?,
    })
}

pub(crate) fn message(row: &SqliteRow) -> Result<Message, Unreadable> {
    let row = Reader { row, table: "outbox", key: "number" };
    Ok(Message { key: row.request_key()?, outcome: row.word("outcome", words::outcome)? })
}

/// Tells the operator what a list had to leave out.
pub(crate) fn tell<T>(operation: &str, listed: &Listed<T>) {
    if let Some(first) = listed.examples.first() {
        tracing::warn!(
            target: "approval_store",
            operation,
            rows = listed.unreadable,
            first = %first,
            "store-rows-unreadable"
        );
    }
}
