-- What the second build had in the place of the first one's table.

DROP TABLE requests;

CREATE TABLE IF NOT EXISTS requests (
    tenant          TEXT    NOT NULL,
    number          TEXT    NOT NULL,
    engine          TEXT    NOT NULL,
    configuration   INTEGER NOT NULL,
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
