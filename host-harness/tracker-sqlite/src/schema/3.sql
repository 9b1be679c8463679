ALTER TABLE requests ADD COLUMN unanswered_looks INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
