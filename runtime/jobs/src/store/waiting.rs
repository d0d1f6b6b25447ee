//! Static SQL on work that is not done yet, for people: what waits, what fails, what is dead, and what to do about it.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::table;

/// One job as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub kind: String,
    pub subject: String,
    pub queued_at: DateTime<Utc>,
    /// How far it is; null at the beginning.
    pub progress: Json,
    /// Failures since it last got further.
    pub attempts: i32,
    /// When it is tried next; `None` for one that is dead or held.
    pub next_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    /// Since when it is left alone.
    pub dead_at: Option<DateTime<Utc>>,
}

/// The jobs whose kinds begin with a word, the oldest first: all of them, or those that are dead.
pub async fn list_waiting(
    connection: &mut PgConnection,
    schema: &str,
    (beginning, only_dead): (&str, bool),
    limit: i64,
) -> sqlx::Result<Vec<Waiting>> {
    let text = format!(
        "SELECT kind, subject, CASE WHEN queued_at = 'infinity' THEN coalesce(dead_at, to_timestamp(0)) ELSE queued_at END AS queued_at, progress, attempts, nullif(not_before, 'infinity') AS next_at, error, dead_at \
         FROM {} j WHERE starts_with(kind, $1) AND (dead_at IS NOT NULL OR NOT $2) ORDER BY j.queued_at, place, kind, subject LIMIT $3",
        table(schema)
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(beginning).bind(only_dead).bind(limit);
    rows.fetch_all(connection).await?.iter().map(waiting).collect()
}

/// How far one job is; `None` when it is not there.
pub async fn find_progress(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subject): (&str, &str),
) -> sqlx::Result<Option<Json>> {
    let text = format!("SELECT progress FROM {} WHERE kind = $1 AND subject = $2", table(schema));
    sqlx::query_scalar(AssertSqlSafe(text)).bind(kind).bind(subject).fetch_optional(connection).await
}

fn waiting(row: &PgRow) -> sqlx::Result<Waiting> {
    Ok(Waiting {
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        queued_at: row.try_get("queued_at")?,
        progress: row.try_get("progress")?,
        attempts: row.try_get("attempts")?,
        next_at: row.try_get("next_at")?,
        error: row.try_get("error")?,
        dead_at: row.try_get("dead_at")?,
    })
}

/// Lets a job be tried at once, as if it had never failed; it goes on where it was. One that is at work right now is waited
/// for. False when it is not there.
pub async fn retry(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subject): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let text = format!(
        "UPDATE {} SET attempts = 0, not_before = $3, dead_at = NULL, queued_at = least(queued_at, $3) WHERE kind = $1 AND subject = $2",
        table(schema)
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subject).bind(now);
    Ok(done.execute(connection).await?.rows_affected() > 0)
}

/// Gives a dead job up for good; false when there is none, or when it is not dead.
pub async fn drop(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subject): (&str, &str),
) -> sqlx::Result<bool> {
    let text =
        format!("DELETE FROM {} WHERE kind = $1 AND subject = $2 AND dead_at IS NOT NULL", table(schema));
    let done = sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subject);
    Ok(done.execute(connection).await?.rows_affected() > 0)
}
