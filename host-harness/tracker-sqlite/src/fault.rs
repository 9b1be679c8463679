//! What SQLite's codes mean to an operator.

use approval_tracker::StoreFailure;
use sqlx::error::DatabaseError;

// SQLite's primary result codes (https://www.sqlite.org/rescode.html): the low byte of the extended ones.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

/// The file has been moved or removed under the connection.
const READONLY_DBMOVED: i32 = READONLY | (4 << 8);

/// The one unique index that a statement can violate is that of a tenant's approvals: `insert` has looked for the key in
/// the same transaction, and `receive` ignores a notice that is there.
const CONSTRAINT_UNIQUE: i32 = 19 | (8 << 8);

/// The one place where errors of sqlx get a meaning.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn failure(error: sqlx::Error) -> StoreFailure {
    let Some(database) = error.as_database_error() else { return StoreFailure::Unavailable };
    let code = code(database);
    match code & 0xff {
        _ if code == READONLY_DBMOVED => StoreFailure::Missing,
        _ if code == CONSTRAINT_UNIQUE => StoreFailure::AlreadyBound,
        BUSY | LOCKED => StoreFailure::Locked,
        READONLY => StoreFailure::ReadOnly,
        IOERR => StoreFailure::Io { code },
        CORRUPT => StoreFailure::Corrupt,
        FULL => StoreFailure::Full,
        CANTOPEN => StoreFailure::CannotOpen,
        NOTADB => StoreFailure::NotADatabase,
        _ => StoreFailure::Refused { code },
    }
}

fn code(error: &dyn DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse().ok()).unwrap_or(0)
}
