-- Requests of before were submitted under their number. Whether the clock was right when they were is not known.

ALTER TABLE requests ADD COLUMN idempotency_key TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE requests ADD COLUMN skew_seconds INTEGER;
ALTER TABLE requests ADD COLUMN stuck TEXT;
-- JSON.
ALTER TABLE requests ADD COLUMN failure TEXT;

UPDATE requests SET idempotency_key = number;

-- An approval is bound to one request: where there are two, to the one that was granted for it, else to one that waits for
-- it, else to the first one. The other one is still due, so that it is told.
UPDATE requests SET
    approval_id = NULL,
    conflict = TRUE,
    stuck = 'approval ' || approval_id || ' was bound to another request as well: the provider''s administrator looks '
        || 'which of the two it belongs to, and the other one is cancelled in the product'
WHERE EXISTS (
    SELECT 1 FROM requests AS first
    WHERE first.tenant = requests.tenant AND first.approval_id = requests.approval_id
        AND (
            CASE first.state WHEN 'approved' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, first.created_at, first.number
        ) < (
            CASE requests.state WHEN 'approved' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, requests.created_at,
            requests.number
        )
);

DROP INDEX requests_by_approval;
CREATE UNIQUE INDEX requests_by_approval ON requests (tenant, approval_id) WHERE approval_id IS NOT NULL;

PRAGMA user_version = 4;
