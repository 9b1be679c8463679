//! Why a store did not confirm what it was asked for.

use std::fmt;

/// The store did not confirm what it was asked for.
///
/// A function that reads has changed nothing. What a function was to write is there as a whole or not at all, and the
/// caller does not know which: a disk can keep what it failed to confirm. The next read tells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store {store} failed at {operation}: {failure}")]
pub struct StoreError {
    /// Which store: the path of its file, or another name that the operator knows it by.
    pub store: String,
    /// What was tried: `open`, or the function of [`Store`](super::Store).
    pub operation: String,
    /// What came back. Its text says who must act.
    pub failure: StoreFailure,
}

impl StoreError {
    /// A store without a file, such as one of a test, that cannot be reached.
    #[must_use]
    pub fn unavailable(operation: impl Into<String>) -> Self {
        Self {
            store: String::from("without a file"),
            operation: operation.into(),
            failure: StoreFailure::Unavailable,
        }
    }
}

/// What a store met instead of doing what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFailure {
    /// There is no room.
    #[error("the disk is full: the operator frees space, and the next call is written again")]
    Full,
    /// The file may be read and not written.
    #[error(
        "the file cannot be written: the operator gives the user of this process the right to write it and its folder, \
         or names another file"
    )]
    ReadOnly,
    /// Another process has kept the file for itself for longer than this one waits.
    #[error("another process has locked the file: the operator ends that process, or names another file")]
    Locked,
    /// The folder, or a file that was there before, is gone.
    #[error("there is no such folder or file: the operator makes the folder, or puts the file back")]
    Missing,
    /// Another file has been put in the place of the one that was open. Nothing was written to either.
    #[error(
        "another file has been put in its place: the host goes on with that one at the next call; the operator makes \
         sure that it is the one that is meant, and that the host is stopped before a file is changed for another"
    )]
    Replaced,
    /// A folder or a device has that name.
    #[error("it is no file: the operator names a file")]
    NotAFile,
    /// The system opens neither the file nor those that the store keeps beside it.
    #[error(
        "the file, or those that the store keeps beside it, cannot be opened: the operator gives the user of this \
         process the right to read and write the folder"
    )]
    CannotOpen,
    /// The file belongs to something else.
    #[error("the file is no database: the operator names another file")]
    NotADatabase,
    /// The file contradicts itself.
    #[error("the file is damaged: the operator stops this process and puts a backup in the file's place")]
    Corrupt,
    /// A newer program has upgraded the tables. Nothing has changed.
    #[error(
        "its tables are of version {found}, this program knows them up to {known}: the operator runs the program that \
         upgraded them, or a newer one"
    )]
    Newer {
        /// The version of the tables.
        found: i64,
        /// The version that this program makes.
        known: i64,
    },
    /// An older file has been put in the place of the one that was opened. Nothing has changed.
    #[error(
        "its tables are of version {found}, and were of {known} when the file was opened: the operator starts this \
         program again, which upgrades them"
    )]
    Older {
        /// The version of the tables.
        found: i64,
        /// The version that this program made.
        known: i64,
    },
    /// The disk or the file system failed.
    #[error("the disk failed (code {code}): the operator looks at the disk and at the system's log")]
    Io {
        /// The store's own code.
        code: i32,
    },
    /// The one row that was asked for is one that this version cannot read.
    #[error(
        "{0}: the operator runs the program that wrote the row, or a newer one; rows of other requests are read"
    )]
    Unreadable(Box<Unreadable>),
    /// The approval belongs to another request of the same tenant.
    #[error(
        "the approval is bound to another request of its tenant: a defect of the host, which looks before it binds"
    )]
    AlreadyBound,
    /// The host wants a number stored that no store keeps.
    #[error("the number {value} is larger than a store keeps: a defect of the host")]
    OutOfRange {
        /// The number.
        value: u64,
    },
    /// The store did not take a statement.
    #[error(
        "a statement was refused (code {code}): another program has changed the tables, or it is a defect of this one"
    )]
    Refused {
        /// The store's own code; 0 where there is none.
        code: i32,
    },
    /// The store cannot be reached, or has not answered in time.
    #[error("it gives no answer: the operator looks to it, and the host tries again")]
    Unavailable,
}

/// A row that this version cannot read: a newer program wrote it, or it is damaged.
///
/// Holds no text whole that a person or a provider chose: of a key only its beginning and length, of a word only what
/// looks like one of this project's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// `requests`, `inbox` or `outbox`.
    pub table: &'static str,
    /// Whose row.
    pub tenant: String,
    /// The shape of the row's key.
    pub key: String,
    /// Which column.
    pub column: &'static str,
    /// The word in it; empty where it is no word.
    pub word: String,
}

/// Characters of a key that are told.
const KEY_CHARACTERS: usize = 4;

/// Characters of a word that are told.
const WORD_CHARACTERS: usize = 32;

impl Unreadable {
    /// A row of `table` that holds `word` in `column`. Key and word are shortened here.
    #[must_use]
    pub fn new(table: &'static str, tenant: &str, key: &str, column: &'static str, word: &str) -> Self {
        let is_word = |c: char| c.is_ascii_lowercase() || c == '-';
        let word = if word.chars().all(is_word) { word } else { "" };
        Self {
            table,
            tenant: tenant.to_owned(),
            key: format!(
                "{}\u{2026} ({} characters)",
                key.chars().take(KEY_CHARACTERS).collect::<String>(),
                key.chars().count()
            ),
            column,
            word: word.chars().take(WORD_CHARACTERS).collect(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, tenant, key, column, word } = self;
        write!(
            f,
            "tenant {tenant:?} has a row in {table}, key {key:?}, whose {column} this version does not know"
        )?;
        if word.is_empty() { Ok(()) } else { write!(f, ": {word}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_store_operation_and_who_must_act() {
        let error = StoreError {
            store: "/var/lib/approvals.sqlite".into(),
            operation: "receive".into(),
            failure: StoreFailure::Newer { found: 9, known: 3 },
        };
        assert_eq!(
            error.to_string(),
            "the store /var/lib/approvals.sqlite failed at receive: its tables are of version 9, this program knows \
             them up to 3: the operator runs the program that upgraded them, or a newer one"
        );
    }

    #[test]
    fn an_unreadable_row_is_told_without_its_key_and_without_what_is_no_word() {
        let told = Unreadable::new("outbox", "acme", "张三 wants root", "outcome", "held-back").to_string();
        assert_eq!(
            told,
            "tenant \"acme\" has a row in outbox, key \"张三 w\u{2026} (13 characters)\", whose outcome this version does \
             not know: held-back"
        );
        let told = Unreadable::new("requests", "ac\u{1b}[2J", "R", "state", "corpsecret=X").to_string();
        assert_eq!(
            told,
            "tenant \"ac\\u{1b}[2J\" has a row in requests, key \"R\u{2026} (1 characters)\", whose state this version \
             does not know"
        );
    }
}
