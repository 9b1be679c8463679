-- Times are seconds since 1970. Words are those of the Rust enums' cases.

CREATE TABLE IF NOT EXISTS requests (
    tenant          TEXT    NOT NULL,
    number          TEXT    NOT NULL,
    revision        INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    approval_id     TEXT,
    applicant       TEXT,
    intended_at     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    heard_at        INTEGER NOT NULL,
    due_at          INTEGER,
    silent_looks    INTEGER NOT NULL,
    expecting_until INTEGER,
    conflict        INTEGER NOT NULL,
    PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS requests_by_approval ON requests (tenant, approval_id) WHERE approval_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_by_due_at ON requests (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS inbox (
    position          INTEGER PRIMARY KEY,
    tenant            TEXT    NOT NULL,
    deduplication_key TEXT    NOT NULL,
    approval_id       TEXT    NOT NULL,
    status            TEXT    NOT NULL,
    received_at       INTEGER NOT NULL,
    settled           INTEGER NOT NULL DEFAULT FALSE,
    UNIQUE (tenant, deduplication_key)
) STRICT;

CREATE INDEX IF NOT EXISTS inbox_unsettled ON inbox (position) WHERE NOT settled;

CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   TEXT NOT NULL,
    number   TEXT NOT NULL,
    outcome  TEXT NOT NULL
) STRICT;
