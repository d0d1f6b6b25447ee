//! Static SQL that asks the primary and its standby how far they are.

use sqlx::PgConnection;

use crate::error::Result;

/// What is committed by now is before this. Where a commit is answered before it is on disk, what is not there yet counts too.
pub(crate) async fn end_of_log(connection: &mut PgConnection) -> Result<String> {
    let text = "SELECT CASE WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn() \
                ELSE pg_current_wal_flush_lsn() END::text";
    Ok(sqlx::query_scalar(text).fetch_one(connection).await?)
}

/// The cluster and the database in it; a standby has those of its primary.
pub(crate) async fn identity(connection: &mut PgConnection) -> Result<(i64, String)> {
    let text = "SELECT system_identifier, current_database()::text FROM pg_control_system()";
    Ok(sqlx::query_as(text).fetch_one(connection).await?)
}

/// In a statement of its own: the next one sees at least what this one has told of.
pub(crate) async fn has_reached(connection: &mut PgConnection, goal: &str) -> Result<bool> {
    let text = "SELECT pg_is_in_recovery() AND coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false)";
    Ok(sqlx::query_scalar(text).bind(goal).fetch_one(connection).await?)
}

/// Whether the primary keeps what a long statement there still reads.
pub(crate) async fn may_take_long(connection: &mut PgConnection) -> Result<bool> {
    let text = "SELECT current_setting('hot_standby_feedback')::bool";
    Ok(sqlx::query_scalar(text).fetch_one(connection).await?)
}
