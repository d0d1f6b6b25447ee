//! Static SQL on `_imports` and `_import_rejects` of a tenant's schema.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::plan::Plan;
use super::revert::{self, Made, Reverting};
use super::row::{Row, originals};
use super::{Import, Status, alive};
use crate::audit::{SEALED as SEALED_ROWS, TAIL};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::keys::{KeyRing, Place};
use crate::write::sql::table;

/// Rejected rows that are kept of one import; more are counted only.
pub(super) const MAX_REJECTS: u64 = 1_000_000;

/// Before what is kept sealed; no problem begins with it.
const SEALED: &str = "\u{1}";

/// What a batch did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub created: u64,
    pub updated: u64,
    pub rejected: u64,
}

/// The moment by the database's clock, which is one for all nodes.
async fn load_now(connection: &mut PgConnection) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(connection).await?)
}

pub(super) async fn put(
    connection: &mut PgConnection,
    context: &Context,
    import: &Import,
    headers: &[String],
) -> Result<()> {
    let text = format!(
        "INSERT INTO {} (id, object, file_name, format, status, dry_run, match_field, mapping, headers, total, queued_at, actor_id, actor_name, request_id, alive_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        table(&context.tenant().schema, "_imports")
    );
    let now = load_now(connection).await?;
    sqlx::query(AssertSqlSafe(text))
        .bind(import.id)
        .bind(&import.object)
        .bind(&import.file_name)
        .bind(&import.format)
        .bind(import.status.word())
        .bind(import.dry_run)
        .bind(&import.match_field)
        .bind(&import.mapping)
        .bind(serde_json::json!(headers))
        .bind(import.total)
        .bind(import.queued_at)
        .bind(import.started_by.id)
        .bind(&import.started_by.name)
        .bind(&context.request_id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The word under which an import's changes stand in the audit stream; nothing for one of an earlier version, which had
/// none of its own.
pub(super) async fn load_request(
    connection: &mut PgConnection,
    tenant: &Tenant,
    id: Uuid,
) -> Result<Option<String>> {
    let text = format!("SELECT request_id FROM {} WHERE id = $1", table(&tenant.schema, "_imports"));
    let found: Option<Option<String>> =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(id).fetch_optional(connection).await?;
    Ok(found.flatten().filter(|word| word.ends_with(&revert::mark(id))))
}

/// How far an import is taken back; whoever else takes it back waits until this transaction ends.
pub(super) async fn load_reverting(
    connection: &mut PgConnection,
    tenant: &Tenant,
    id: Uuid,
) -> Result<Reverting> {
    let text = format!(
        "SELECT revert_below, revert_looked, revert_kept FROM {} WHERE id = $1 FOR UPDATE",
        table(&tenant.schema, "_imports")
    );
    let row = sqlx::query(AssertSqlSafe(text)).bind(id).fetch_one(connection).await?;
    Ok(Reverting { below: row.try_get(0)?, looked: row.try_get(1)?, kept: row.try_get(2)? })
}

pub(super) async fn put_reverting(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, place): (Uuid, &Reverting),
) -> Result<()> {
    let text = format!(
        "UPDATE {} SET revert_below = $2, revert_looked = $3, revert_kept = $4 WHERE id = $1",
        table(&tenant.schema, "_imports")
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(id).bind(place.below).bind(place.looked);
    done.bind(place.kept).execute(connection).await?;
    Ok(())
}

/// Records that an import made, from one on and the newest first, and whether each is live: what points to others of the
/// file stands before them.
pub(super) async fn list_made(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (of, below): (&Made<'_>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<(Uuid, bool)>> {
    let by = |name: &str| {
        format!(
            "EXISTS (SELECT 1 FROM {} a WHERE a.record_id = r.id AND a.version = 1 AND a.action = 'create' AND a.request_id = $4)",
            table(&tenant.schema, name)
        )
    };
    let text = format!(
        "SELECT r.id, r.deleted_at IS NULL FROM {} r WHERE r.id BETWEEN $1 AND $2 AND r.id < $3 AND ({} OR {}) ORDER BY r.id DESC LIMIT $5",
        table(&tenant.schema, of.object),
        by(TAIL),
        by(SEALED_ROWS)
    );
    let query = sqlx::query_as(AssertSqlSafe(text)).bind(of.ids.0).bind(of.ids.1);
    let query = query.bind(below.unwrap_or(Uuid::max())).bind(of.word).bind(limit);
    Ok(query.fetch_all(connection).await?)
}

/// Answers whether it is still to run.
pub(super) async fn put_started(connection: &mut PgConnection, tenant: &Tenant, id: Uuid) -> Result<bool> {
    let text = format!(
        "UPDATE {} SET status = 'running', started_at = $2 WHERE id = $1 AND status = 'queued'",
        table(&tenant.schema, "_imports")
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(id).bind(Utc::now()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// Says that the import has a process; answers whether it has not ended.
pub(super) async fn put_alive(connection: &mut PgConnection, tenant: &Tenant, id: Uuid) -> Result<bool> {
    let text = format!(
        "UPDATE {} SET alive_at = $2 WHERE id = $1 AND status IN ('queued', 'running')",
        table(&tenant.schema, "_imports")
    );
    let now = load_now(connection).await?;
    let done = sqlx::query(AssertSqlSafe(text)).bind(id).bind(now).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// Adds to what was done, within the transaction that does it. Answers whether the import still runs: what nobody would
/// count must not come in.
pub(super) async fn put_progress(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, counts): (Uuid, Counts),
) -> Result<bool> {
    let text = format!(
        "UPDATE {} SET created = created + $2, updated = updated + $3, rejected = rejected + $4, processed = processed + $2 + $3 + $4 WHERE id = $1 AND status = 'running'",
        table(&tenant.schema, "_imports")
    );
    let done = sqlx::query(AssertSqlSafe(text))
        .bind(id)
        .bind(big(counts.created))
        .bind(big(counts.updated))
        .bind(big(counts.rejected))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Brings the statistics of an object's table up to date.
pub(super) async fn analyze(connection: &mut PgConnection, tenant: &Tenant, object: &str) -> Result<()> {
    let text = format!("ANALYZE {}", table(&tenant.schema, object));
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

pub(super) async fn put_ended(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, error): (Uuid, Option<&str>),
) -> Result<()> {
    let text = format!(
        "UPDATE {} SET status = $2, error = $3, finished_at = $4 WHERE id = $1 AND status IN ('queued', 'running')",
        table(&tenant.schema, "_imports")
    );
    let status = if error.is_some() { Status::Failed } else { Status::Done };
    sqlx::query(AssertSqlSafe(text))
        .bind(id)
        .bind(status.word())
        .bind(error)
        .bind(Utc::now())
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps rejected rows, up to the limit; answers how many.
pub(super) async fn put_rejects(
    connection: &mut PgConnection,
    (plan, import): (&Plan, Uuid),
    rejects: &[Row],
    kept: u64,
) -> Result<u64> {
    let room = usize::try_from(MAX_REJECTS.saturating_sub(kept)).unwrap_or(usize::MAX);
    let rejects = &rejects[..rejects.len().min(room)];
    if rejects.is_empty() {
        return Ok(0);
    }
    let (mut numbers, mut reasons, mut cells) = (Vec::new(), Vec::new(), Vec::new());
    for row in rejects {
        numbers.push(big(row.number));
        let place = place(import, big(row.number));
        reasons.push(closed(plan, (&place, "reason"), reason(plan, row))?);
        let originals = storable(&originals(&plan.wish.headers, &row.cells));
        cells.push(match keys(plan).is_some() {
            true => Json::from(closed(plan, (&place, "cells"), originals)?).to_string(),
            false => originals,
        });
    }
    let text = format!(
        "INSERT INTO {} (import_id, row, reason, cells) SELECT $1, r.row, r.reason, r.cells::jsonb FROM unnest($2::bigint[], $3::text[], $4::text[]) AS r(row, reason, cells)",
        table(&plan.context.tenant().schema, "_import_rejects")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(import)
        .bind(numbers)
        .bind(reasons)
        .bind(cells)
        .execute(connection)
        .await?;
    Ok(rejects.len() as u64)
}

/// What a rejected row belongs to.
fn place(import: Uuid, row: i64) -> (String, Uuid) {
    (format!("_import_rejects {row}"), import)
}

/// What rejected rows are sealed with; nothing where no field of the object is encrypted.
fn keys(plan: &Plan) -> Option<&Arc<KeyRing>> {
    let is_encrypted = plan.object.fields.iter().any(|field| field.encrypted);
    plan.context.snapshot.keys.as_ref().filter(|_| is_encrypted)
}

/// A text as it is kept.
fn closed(plan: &Plan, ((object, record), field): (&(String, Uuid), &str), text: String) -> Result<String> {
    match keys(plan) {
        Some(keys) => {
            Ok(format!("{SEALED}{}", keys.seal(Place { object, field, record: *record }, false, &text)?))
        }
        None => Ok(text),
    }
}

/// All problems of a row, each with the column that it is about.
fn reason(plan: &Plan, row: &Row) -> String {
    let problems = row.problems.iter().map(|problem| match problem.path.as_str() {
        "" => problem.message.clone(),
        path => format!("{}: {}", plan.header_of(path).unwrap_or(path), problem.message),
    });
    storable_text(&problems.collect::<Vec<_>>().join("; "))
}

/// NUL cannot be stored.
fn storable_text(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

fn storable(cells: &Json) -> String {
    cells.to_string().replace("\\u0000", "\u{FFFD}")
}

fn big(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The import and its headers, for the one who started it or `None` for everybody.
pub(super) async fn load(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, actor): (Uuid, Option<Uuid>),
) -> Result<Option<(Import, Vec<String>)>> {
    let text = format!(
        "SELECT * FROM {} WHERE id = $1 AND actor_id = coalesce($2, actor_id)",
        table(&tenant.schema, "_imports")
    );
    let row = sqlx::query(AssertSqlSafe(text)).bind(id).bind(actor).fetch_optional(connection).await?;
    row.map(|row| import(&row)).transpose()
}

fn import(row: &PgRow) -> Result<(Import, Vec<String>)> {
    let status: String = row.try_get("status")?;
    let headers: Json = row.try_get("headers")?;
    let import = Import {
        id: row.try_get("id")?,
        object: row.try_get("object")?,
        status: Status::find(&status),
        dry_run: row.try_get("dry_run")?,
        total: row.try_get("total")?,
        processed: row.try_get("processed")?,
        created: row.try_get("created")?,
        updated: row.try_get("updated")?,
        rejected: row.try_get("rejected")?,
        error: row.try_get("error")?,
        file_name: row.try_get("file_name")?,
        format: row.try_get("format")?,
        match_field: row.try_get("match_field")?,
        mapping: row.try_get("mapping")?,
        queued_at: row.try_get("queued_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        started_by: super::Who { id: row.try_get("actor_id")?, name: row.try_get("actor_name")? },
    };
    Ok((import, serde_json::from_value(headers).unwrap_or_default()))
}

/// Fails one import, or all of the tenant's, whose process has died: it has said nothing for too long. A process of an
/// earlier version says nothing at all, and has a day.
pub(super) async fn end_dead(connection: &mut PgConnection, tenant: &Tenant, id: Option<Uuid>) -> Result<()> {
    let text = format!(
        "UPDATE {} SET status = 'failed', error = $2, finished_at = $3 WHERE id = coalesce($1, id) AND status IN ('queued', 'running') \
         AND coalesce(alive_at, queued_at + interval '1 day') < $4",
        table(&tenant.schema, "_imports")
    );
    let now = load_now(connection).await?;
    let query = sqlx::query(AssertSqlSafe(text)).bind(id).bind(super::INTERRUPTED).bind(now);
    query.bind(now - alive::SILENCE).execute(connection).await?;
    Ok(())
}

/// A rejected row as it is kept; what cannot be opened is missing.
pub(super) struct Reject {
    pub number: i64,
    pub reason: Option<String>,
    pub cells: Option<Json>,
}

/// Rejected rows after `after`, in the order of the file.
pub(super) async fn load_rejects(
    connection: &mut PgConnection,
    (tenant, keys): (&Tenant, Option<&KeyRing>),
    (id, after, limit): (Uuid, i64, i64),
) -> Result<Vec<Reject>> {
    let text = format!(
        "SELECT row, reason, cells FROM {} WHERE import_id = $1 AND row > $2 ORDER BY row LIMIT $3",
        table(&tenant.schema, "_import_rejects")
    );
    let rows =
        sqlx::query(AssertSqlSafe(text)).bind(id).bind(after).bind(limit).fetch_all(connection).await?;
    let one = |row: &PgRow| {
        let (number, reason, cells): (i64, String, Json) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (object, record) = place(id, number);
        let open = |field: &str, kept: &str| -> Result<Option<String>> {
            let Some(sealed) = kept.strip_prefix(SEALED) else { return Ok(Some(kept.to_owned())) };
            let keys = keys.ok_or_else(|| Error::Locked("the tenant has no keys".into()))?;
            keys.require()?;
            Ok(keys.open(Place { object: &object, field, record }, sealed))
        };
        let cells = match cells.as_str() {
            Some(kept) => open("cells", kept)?.and_then(|text| serde_json::from_str(&text).ok()),
            None => Some(cells),
        };
        Ok(Reject { number, reason: open("reason", &reason)?, cells })
    };
    rows.iter().map(one).collect()
}

/// Whether the user is active, and the roles as they are now.
pub(super) async fn load_roles(
    connection: &mut PgConnection,
    tenant: &Tenant,
    user: Uuid,
) -> Result<Option<Vec<String>>> {
    let text = format!(
        "SELECT coalesce(roles, '{{}}') FROM {} WHERE id = $1 AND active AND deleted_at IS NULL",
        table(&tenant.schema, "user")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(user).fetch_optional(connection).await?)
}

/// Times as answers show them.
pub(super) fn shown_time<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
}
