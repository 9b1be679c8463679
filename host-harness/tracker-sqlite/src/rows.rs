//! Rows and values, one for the other.

use approval_tracker::{Key, Message, Notice, Outcome, Pin, Request, State, StoreError};
use host_harness::contract::Status;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite};

use crate::failed;

const STATES: [(State, &str); 12] = [
    (State::Submitting, "submitting"),
    (State::Unknown, "unknown"),
    (State::Resubmit, "resubmit"),
    (State::Failed, "failed"),
    (State::Pending, "pending"),
    (State::Approved, "approved"),
    (State::Rejected, "rejected"),
    (State::Withdrawn, "withdrawn"),
    (State::Deleted, "deleted"),
    (State::Expired, "expired"),
    (State::Abandoned, "abandoned"),
    (State::Revoked, "revoked"),
];

const OUTCOMES: [(Outcome, &str); 7] = [
    (Outcome::Approved, "approved"),
    (Outcome::Rejected, "rejected"),
    (Outcome::Withdrawn, "withdrawn"),
    (Outcome::Deleted, "deleted"),
    (Outcome::Expired, "expired"),
    (Outcome::Revoked, "revoked"),
    (Outcome::SubmitAgain, "submit-again"),
];

const STATUSES: [(Status, &str); 7] = [
    (Status::Pending, "pending"),
    (Status::Approved, "approved"),
    (Status::Rejected, "rejected"),
    (Status::Withdrawn, "withdrawn"),
    (Status::Revoked, "revoked"),
    (Status::Deleted, "deleted"),
    (Status::Unknown, "unknown"),
];

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

fn value<T: Copy>(words: &[(T, &str)], word: &str) -> Result<T, StoreError> {
    let known = words.iter().find(|(_, known)| *known == word).map(|(value, _)| *value);
    known
        .ok_or_else(|| StoreError(format!("the database has a word that this version does not know: {word}")))
}

pub(crate) fn outcome_word(outcome: Outcome) -> &'static str {
    word(&OUTCOMES, outcome)
}

pub(crate) fn status_word(status: Status) -> &'static str {
    word(&STATUSES, status)
}

/// SQLite's integers are signed.
pub(crate) fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_range| StoreError(format!("a number out of range: {value}")))
}

/// As many rows as SQLite can count.
pub(crate) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn unsigned(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    let value: i64 = row.try_get(column).map_err(failed)?;
    u64::try_from(value).map_err(|_range| StoreError(format!("the database has a negative {column}")))
}

fn optional(row: &SqliteRow, column: &str) -> Result<Option<u64>, StoreError> {
    let value: Option<i64> = row.try_get(column).map_err(failed)?;
    value
        .map(|value| {
            u64::try_from(value).map_err(|_range| StoreError(format!("the database has a negative {column}")))
        })
        .transpose()
}

fn text(row: &SqliteRow, column: &str) -> Result<String, StoreError> {
    row.try_get(column).map_err(failed)
}

type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Binds all of a request's columns, in the order that the statements number them.
pub(crate) fn write<'q>(
    statement: Statement<'q>,
    request: &Request,
    revision: u64,
) -> Result<Statement<'q>, StoreError> {
    Ok(statement
        .bind(request.key.tenant.clone())
        .bind(request.key.number.clone())
        .bind(request.pin.engine.to_string())
        .bind(signed(request.pin.configuration)?)
        .bind(signed(revision)?)
        .bind(word(&STATES, request.state))
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
        .bind(request.stuck.clone()))
}

pub(crate) fn request(row: &SqliteRow) -> Result<Request, StoreError> {
    Ok(Request {
        key: key(row)?,
        pin: pin(row)?,
        revision: unsigned(row, "revision")?,
        state: value(&STATES, &text(row, "state")?)?,
        approval_id: row.try_get("approval_id").map_err(failed)?,
        applicant: row.try_get("applicant").map_err(failed)?,
        intended_at: unsigned(row, "intended_at")?,
        created_at: unsigned(row, "created_at")?,
        heard_at: unsigned(row, "heard_at")?,
        due_at: optional(row, "due_at")?,
        silent_looks: row.try_get("silent_looks").map_err(failed)?,
        unanswered_looks: row.try_get("unanswered_looks").map_err(failed)?,
        expecting_until: optional(row, "expecting_until")?,
        conflict: row.try_get("conflict").map_err(failed)?,
        idempotency_key: text(row, "idempotency_key")?,
        attempt: row.try_get("attempt").map_err(failed)?,
        skew_seconds: optional(row, "skew_seconds")?,
        stuck: row.try_get("stuck").map_err(failed)?,
    })
}

fn key(row: &SqliteRow) -> Result<Key, StoreError> {
    Ok(Key { tenant: text(row, "tenant")?, number: text(row, "number")? })
}

fn pin(row: &SqliteRow) -> Result<Pin, StoreError> {
    let engine = text(row, "engine")?;
    let engine =
        engine.parse().map_err(|error| StoreError(format!("the database has as an engine {error}")))?;
    Ok(Pin { engine, configuration: unsigned(row, "configuration")? })
}

pub(crate) fn notice(row: &SqliteRow) -> Result<Notice, StoreError> {
    Ok(Notice {
        tenant: text(row, "tenant")?,
        deduplication_key: text(row, "deduplication_key")?,
        approval_id: text(row, "approval_id")?,
        status: value(&STATUSES, &text(row, "status")?)?,
        received_at: unsigned(row, "received_at")?,
    })
}

pub(crate) fn message(row: &SqliteRow) -> Result<Message, StoreError> {
    Ok(Message { key: key(row)?, outcome: value(&OUTCOMES, &text(row, "outcome")?)? })
}
