//! The tables, and how those of earlier builds become them.

use approval_tracker::StoreError;
use sqlx::{Sqlite, Transaction};

use crate::failed;

/// What takes the tables from each version to the next, which it writes into the file. A step is never changed: there
/// are files that took it.
const STEPS: [&str; 4] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// The version of the tables. The first two builds did not write it down.
const VERSION: &str = "SELECT CASE
    WHEN user_version <> 0 THEN user_version
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('requests') WHERE name = 'engine') THEN 2
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('requests')) THEN 1
    ELSE 0
END FROM pragma_user_version";

/// Why a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Its tables are newer than this program. Nothing has changed.
    #[error(
        "the database's tables are of version {found}, this program knows them up to {known}: the operator installs \
         the program that wrote them, or a newer one"
    )]
    Newer {
        /// The version of the tables.
        found: i64,
        /// The version that this program makes.
        known: usize,
    },
    /// It cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the tables what this program needs. All of it or nothing, if committed.
pub(crate) async fn upgrade(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), OpenError> {
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut **transaction).await.map_err(failed)?;
    let newer = OpenError::Newer { found, known: STEPS.len() };
    let missing = usize::try_from(found).ok().and_then(|found| STEPS.get(found..)).ok_or(newer)?;
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut **transaction).await.map_err(failed)?;
    }
    Ok(())
}
