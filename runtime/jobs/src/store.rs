//! Static SQL on the table `_jobs` of a tenant's schema.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::{Job, Patience};

pub(crate) mod waiting;

fn table(schema: &str) -> String {
    format!("\"{}\".\"_jobs\"", schema.replace('"', "\"\""))
}

/// Asks for work of one kind, a job for each subject, and none before those that stand before it are done. What is asked
/// for anew begins anew.
pub async fn enqueue(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subjects): (&str, &[String]),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO {} (kind, subject, queued_at, place, not_before) \
         SELECT $1, s.subject, $3, s.place::int, $3 FROM unnest($2::text[]) WITH ORDINALITY AS s(subject, place) \
         ON CONFLICT (kind, subject) DO UPDATE SET queued_at = excluded.queued_at, place = excluded.place, \
         progress = 'null', attempts = 0, not_before = excluded.not_before, error = NULL, dead_at = NULL",
        table(schema)
    );
    sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subjects).bind(now).execute(connection).await?;
    Ok(())
}

/// Subjects of one kind that are not done.
pub async fn list(connection: &mut PgConnection, schema: &str, kind: &str) -> sqlx::Result<Vec<String>> {
    let text = format!("SELECT subject FROM {} WHERE kind = $1", table(schema));
    sqlx::query_scalar(AssertSqlSafe(text)).bind(kind).fetch_all(connection).await
}

/// Jobs of one kind: subject, how far it is, and why its last step failed.
pub async fn told(
    connection: &mut PgConnection,
    schema: &str,
    kind: &str,
) -> sqlx::Result<Vec<(String, Json, Option<String>)>> {
    let text = format!("SELECT subject, progress, error FROM {} WHERE kind = $1", table(schema));
    sqlx::query_as(AssertSqlSafe(text)).bind(kind).fetch_all(connection).await
}

/// The first job of its kind that is due and that nobody has; it belongs to this transaction. One that waits for its next
/// attempt lets others pass, but not those that were asked for with it: they may be made of what it does. Kinds that do not
/// begin with a word, or are one of some, are left alone: one queue has work for several, which do not wait for each other.
pub async fn claim_of(
    connection: &mut PgConnection,
    schema: &str,
    (beginning, but): (&str, &[String]),
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Job>> {
    let jobs = table(schema);
    let text = format!(
        "SELECT j.kind, j.subject, j.progress, j.attempts FROM {jobs} j WHERE j.not_before <= $1 \
         AND starts_with(j.kind, $2) AND j.kind <> ALL ($3) \
         AND NOT EXISTS (SELECT 1 FROM {jobs} o WHERE o.kind = j.kind AND (o.queued_at, o.place) < (j.queued_at, j.place) \
         AND (o.not_before <= $1 OR o.queued_at = j.queued_at)) \
         ORDER BY j.queued_at, j.place LIMIT 1 FOR UPDATE OF j SKIP LOCKED"
    );
    let claimed = sqlx::query(AssertSqlSafe(text)).bind(now).bind(beginning).bind(but);
    let row = claimed.fetch_optional(connection).await?;
    let job = |row: sqlx::postgres::PgRow| {
        Ok(Job {
            kind: row.try_get(0)?,
            subject: row.try_get(1)?,
            progress: row.try_get(2)?,
            attempts: row.try_get(3)?,
        })
    };
    row.map(job).transpose()
}

/// Keeps how far a claimed job came.
pub async fn keep(
    connection: &mut PgConnection,
    schema: &str,
    (job, progress): (&Job, &Json),
) -> sqlx::Result<()> {
    let text = format!(
        "UPDATE {} SET progress = $3, attempts = 0, error = NULL WHERE kind = $1 AND subject = $2",
        table(schema)
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&job.kind)
        .bind(&job.subject)
        .bind(progress)
        .execute(connection)
        .await?;
    Ok(())
}

/// Asks for work that comes again and again, where it is not asked for yet. Answers whether anything was new.
pub async fn schedule(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subject): (&str, &str),
    (now, at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let text = format!(
        "INSERT INTO {} (kind, subject, queued_at, place, not_before) VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING",
        table(schema)
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subject).bind(now).bind(at);
    Ok(done.execute(connection).await?.rows_affected() > 0)
}

/// Keeps how far a claimed job came, and lets it rest until a moment. It then stands behind what was asked for before.
pub async fn rest(
    connection: &mut PgConnection,
    schema: &str,
    (job, progress): (&Job, &Json),
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!(
        "UPDATE {} SET progress = $3, attempts = 0, error = NULL, not_before = $4, queued_at = $4 WHERE kind = $1 AND subject = $2",
        table(schema)
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&job.kind)
        .bind(&job.subject)
        .bind(progress)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(())
}

/// The same for one that was left to itself meanwhile, its progress being `leased`: unless it was asked for anew.
pub async fn rest_leased(
    connection: &mut PgConnection,
    schema: &str,
    (job, leased, progress): (&Job, &Json, &Json),
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!(
        "UPDATE {} SET progress = $3, not_before = $4, queued_at = $4 WHERE kind = $1 AND subject = $2 AND progress = $5",
        table(schema)
    );
    let rested = sqlx::query(AssertSqlSafe(text)).bind(&job.kind).bind(&job.subject);
    rested.bind(progress).bind(until).bind(leased).execute(connection).await?;
    Ok(())
}

/// A claimed job is done.
pub async fn finish(connection: &mut PgConnection, schema: &str, job: &Job) -> sqlx::Result<()> {
    let text = format!("DELETE FROM {} WHERE kind = $1 AND subject = $2", table(schema));
    sqlx::query(AssertSqlSafe(text)).bind(&job.kind).bind(&job.subject).execute(connection).await?;
    Ok(())
}

/// Notes why a claimed job has come to nothing: nobody tries it again, and it stays to be looked at until it is asked for
/// anew.
pub async fn give_up(
    connection: &mut PgConnection,
    schema: &str,
    (job, progress, error): (&Job, &Json, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!(
        "UPDATE {} SET progress = $3, error = $4, not_before = 'infinity', queued_at = 'infinity', dead_at = $5 \
         WHERE kind = $1 AND subject = $2",
        table(schema)
    );
    let given_up = sqlx::query(AssertSqlSafe(text)).bind(&job.kind).bind(&job.subject);
    given_up.bind(progress).bind(error).bind(now).execute(connection).await?;
    Ok(())
}

/// Asks for work that nobody does until somebody retries it: what comes again and again is not asked for beside it.
pub async fn hold(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subject): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO {} (kind, subject, queued_at, place, not_before) VALUES ($1, $2, $3, 1, 'infinity') \
         ON CONFLICT (kind, subject) DO UPDATE SET not_before = 'infinity'",
        table(schema)
    );
    sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subject).bind(now).execute(connection).await?;
    Ok(())
}

/// Notes why a step failed, and leaves the job alone for a while that grows with each failure. Answers whether it was once
/// too often: then it is dead until somebody retries it.
pub async fn postpone(
    connection: &mut PgConnection,
    schema: &str,
    (job, error): (&Job, &str),
    (now, patience): (DateTime<Utc>, Patience),
) -> sqlx::Result<bool> {
    let dead = patience.ends(job.attempts);
    let text = format!(
        "UPDATE {} SET attempts = attempts + 1, error = $3, not_before = coalesce($4, 'infinity'), \
         dead_at = CASE WHEN $4 IS NULL THEN $5::timestamptz END WHERE kind = $1 AND subject = $2",
        table(schema)
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&job.kind)
        .bind(&job.subject)
        .bind(error)
        .bind((!dead).then(|| now + Duration::seconds(patience.pause(job.attempts))))
        .bind(now)
        .execute(connection)
        .await?;
    Ok(dead)
}

/// Lets all jobs of one kind wait until a moment that would be due before; those that somebody has right now go on.
pub async fn put_off(
    connection: &mut PgConnection,
    schema: &str,
    kind: &str,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let jobs = table(schema);
    let text = format!(
        "UPDATE {jobs} SET not_before = $2 WHERE kind = $1 AND subject IN \
         (SELECT subject FROM {jobs} WHERE kind = $1 AND not_before < $2 FOR UPDATE SKIP LOCKED)"
    );
    sqlx::query(AssertSqlSafe(text)).bind(kind).bind(until).execute(connection).await?;
    Ok(())
}

/// Lets jobs that wait, or are dead, be tried at once: what they are about is another thing now. One that somebody has right
/// now sees that for itself.
pub async fn wake(
    connection: &mut PgConnection,
    schema: &str,
    (kind, subjects): (&str, &[String]),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let jobs = table(schema);
    let text = format!(
        "UPDATE {jobs} SET attempts = 0, not_before = $3, dead_at = NULL WHERE kind = $1 AND subject IN \
         (SELECT subject FROM {jobs} WHERE kind = $1 AND subject = ANY($2) FOR UPDATE SKIP LOCKED)"
    );
    sqlx::query(AssertSqlSafe(text)).bind(kind).bind(subjects).bind(now).execute(connection).await?;
    Ok(())
}

/// Takes all jobs of one kind away, the dead among them: what they are about is about to go.
pub async fn clear(connection: &mut PgConnection, schema: &str, kind: &str) -> sqlx::Result<()> {
    let text = format!("DELETE FROM {} WHERE kind = $1", table(schema));
    sqlx::query(AssertSqlSafe(text)).bind(kind).execute(connection).await?;
    Ok(())
}
