//! The tables, and how those of earlier builds become them.

use approval_tracker::StoreFailure;
use sqlx::{AssertSqlSafe, Sqlite, Transaction};

use crate::fault::failure;

/// What takes the tables from each version to the next, which it writes into the file. A step is never changed: there
/// are files that took it.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// The version that this program makes.
const KNOWN: i64 = STEPS.len() as i64;

/// The version of the tables. The first two builds did not write it down.
const VERSION: &str = "SELECT CASE
    WHEN user_version <> 0 THEN user_version
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('requests') WHERE name = 'engine') THEN 2
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('requests')) THEN 1
    ELSE 0
END FROM pragma_user_version";

/// Makes the tables what this program needs. All of it or nothing, if committed.
///
/// The version is written even where it is right: what cannot be written is refused now and not by each call.
pub(crate) async fn upgrade(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), StoreFailure> {
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut **transaction).await.map_err(failure)?;
    let newer = StoreFailure::Newer { found, known: KNOWN };
    let missing = usize::try_from(found).ok().and_then(|found| STEPS.get(found..)).ok_or(newer)?;
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut **transaction).await.map_err(failure)?;
    }
    let written = AssertSqlSafe(format!("PRAGMA user_version = {KNOWN}"));
    sqlx::raw_sql(written).execute(&mut **transaction).await.map_err(failure)?;
    Ok(())
}

/// Refuses tables of another version.
pub(crate) async fn check(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), StoreFailure> {
    let found: i64 = sqlx::query_scalar("SELECT user_version FROM pragma_user_version")
        .fetch_one(&mut **transaction)
        .await
        .map_err(failure)?;
    match found.cmp(&KNOWN) {
        std::cmp::Ordering::Less => Err(StoreFailure::Older { found, known: KNOWN }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StoreFailure::Newer { found, known: KNOWN }),
    }
}
