//! Static SQL on the system tables of a tenant's schema (`_state`, `_metadata`, `_revisions`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use metadata::ddl::Size;
use metadata::definitions::Row;
use metadata::layers::Base;
use metadata::{Kind, Problem};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row as _};
use uuid::Uuid;

use crate::context::{Tenant, Versions};
use crate::error::{Error, Result};
use crate::indexes::is_size_large;
use crate::write::sql::{quoted, table};

/// Most revisions that are read one by one in place of all metadata.
const MOST_REVISIONS: i64 = 50;

/// All stored metadata of a tenant.
pub(crate) struct Stored {
    pub versions: Versions,
    pub next_id: u32,
    pub rows: Vec<Row>,
}

pub(crate) async fn load_versions(connection: &mut PgConnection, tenant: &Tenant) -> Result<Versions> {
    let text = format!("SELECT revision, access FROM {}", table(&tenant.schema, "_state"));
    let row = sqlx::query(AssertSqlSafe(text)).fetch_one(connection).await?;
    Ok(Versions { revision: row.try_get(0)?, access: row.try_get(1)? })
}

/// Keeps the counters as they are until the end of the transaction.
pub(crate) async fn hold_versions(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let text = format!("SELECT revision FROM {} FOR SHARE", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text)).fetch_one(connection).await?;
    Ok(())
}

pub(crate) async fn load_metadata(connection: &mut PgConnection, tenant: &Tenant) -> Result<Stored> {
    let text = format!(
        "SELECT s.revision, s.access, s.next_id, m.id, m.kind, m.name, m.parent, m.package, m.base, m.retired_at IS NOT NULL AS retired, m.purged_at IS NOT NULL AS purged, m.definition \
         FROM {} s LEFT JOIN {} m ON TRUE ORDER BY m.position, m.id",
        table(&tenant.schema, "_state"),
        table(&tenant.schema, "_metadata"),
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await?;
    let first = rows.first().ok_or(Error::NotFound)?;
    let versions = Versions { revision: first.try_get("revision")?, access: first.try_get("access")? };
    let next_id: i32 = first.try_get("next_id")?;
    let mut components = Vec::with_capacity(rows.len());
    for row in &rows {
        let (Some(id), Some(kind)) =
            (row.try_get::<Option<String>, _>("id")?, row.try_get::<Option<String>, _>("kind")?)
        else {
            continue;
        };
        let Some(kind) = Kind::find(&kind) else { continue };
        components.push(Row {
            id,
            kind,
            name: row.try_get("name")?,
            parent: row.try_get("parent")?,
            package: row.try_get("package")?,
            base: base_of(row.try_get("base")?)?,
            retired: row.try_get("retired")?,
            purged: row.try_get("purged")?,
            definition: row.try_get("definition")?,
        });
    }
    Ok(Stored { versions, next_id: u32::try_from(next_id).unwrap_or_default(), rows: components })
}

/// What has changed since a revision.
pub(crate) struct Changes {
    pub versions: Versions,
    pub next_id: u32,
    /// As they are now.
    pub changed: Vec<Row>,
    /// Stable ids.
    pub gone: Vec<String>,
}

/// Reads counters and what revisions have changed in one statement; nothing where those are too many, or not all there.
pub(crate) async fn load_changes(
    connection: &mut PgConnection,
    tenant: &Tenant,
    since: i64,
) -> Result<Option<Changes>> {
    let text = format!(
        "SELECT s.revision, s.access, s.next_id, r.before, r.after FROM {} s \
         LEFT JOIN {} r ON r.number > $1 AND r.number <= s.revision AND s.revision - $1 <= $2 ORDER BY r.number",
        table(&tenant.schema, "_state"),
        table(&tenant.schema, "_revisions"),
    );
    let rows =
        sqlx::query(AssertSqlSafe(text)).bind(since).bind(MOST_REVISIONS).fetch_all(connection).await?;
    let first = rows.first().ok_or(Error::NotFound)?;
    let versions = Versions { revision: first.try_get("revision")?, access: first.try_get("access")? };
    let next_id: i32 = first.try_get("next_id")?;
    let (mut count, mut changed) = (0, BTreeMap::new());
    for row in &rows {
        let (before, after): (Option<Json>, Option<Json>) = (row.try_get("before")?, row.try_get("after")?);
        let (Some(before), Some(after)) = (before, after) else { continue };
        let (Some(before), Some(after)) = (rows_of(&before), rows_of(&after)) else { return Ok(None) };
        count += 1;
        changed.extend(before.into_iter().map(|row| (row.id, None)));
        changed.extend(after.into_iter().map(|row| (row.id.clone(), Some(row))));
    }
    if versions.revision - since != count {
        return Ok(None);
    }
    let gone = changed.iter().filter(|(_, row)| row.is_none()).map(|(id, _)| id.clone()).collect();
    let changed = changed.into_values().flatten().collect();
    Ok(Some(Changes { versions, next_id: u32::try_from(next_id).unwrap_or_default(), changed, gone }))
}

/// Components that a revision keeps; nothing where one of them cannot be read.
fn rows_of(json: &Json) -> Option<Vec<Row>> {
    json.as_array()?.iter().map(crate::revisions::row_from_json).collect()
}

/// What a package says beneath a component, as it is stored.
pub(crate) fn base_of(json: Option<Json>) -> Result<Option<Base>> {
    let base = json.filter(|json| !json.is_null()).map(serde_json::from_value).transpose();
    let problem = |error: serde_json::Error| Problem::new("base", "bad-row", error.to_string());
    base.map_err(|error| Error::Damaged(vec![problem(error)]))
}

/// Whether a table has a row of which the condition holds.
pub(crate) async fn holds_any(connection: &mut PgConnection, table: &str, condition: &str) -> Result<bool> {
    let text = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition})");
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// What a table holds: counted where it is small, else as the planner takes it. Nothing where there is no such table.
pub(crate) async fn size(connection: &mut PgConnection, table: &str) -> Result<Size> {
    let bytes: Option<i64> = sqlx::query_scalar("SELECT pg_relation_size(to_regclass($1))")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    let Some(bytes) = bytes.and_then(|bytes| u64::try_from(bytes).ok()) else { return Ok(Size::default()) };
    let rows = if is_size_large(bytes) {
        let text = format!("EXPLAIN (FORMAT JSON) SELECT FROM {table}");
        let plan: Json = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?;
        plan[0]["Plan"]["Plan Rows"].as_u64()
    } else {
        let text = format!("SELECT count(*) FROM {table}");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?;
        u64::try_from(rows).ok()
    };
    Ok(Size { rows: rows.unwrap_or_default(), bytes })
}

pub(crate) async fn bump_access(pool: &PgPool, tenant: &Tenant) -> Result<()> {
    bump_access_in(&mut *pool.acquire().await?, tenant).await
}

/// The same within a transaction of the caller's.
pub(crate) async fn bump_access_in(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let text = format!("UPDATE {} SET access = access + 1", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

/// Stores changed components; `position` keeps their order.
pub(crate) async fn put_rows(
    connection: &mut PgConnection,
    tenant: &Tenant,
    rows: &[(usize, &Row)],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let document: Vec<Json> = rows
        .iter()
        .map(|(position, row)| {
            serde_json::json!({
                "id": row.id, "kind": row.kind.word(), "name": row.name, "parent": row.parent, "package": row.package, "base": row.base,
                "retired": row.retired, "purged": row.purged, "definition": row.definition, "position": position,
            })
        })
        .collect();
    let metadata = table(&tenant.schema, "_metadata");
    let text = format!(
        "INSERT INTO {metadata} AS m (id, kind, name, parent, package, base, retired_at, purged_at, definition, position) \
         SELECT s.id, s.kind, s.name, s.parent, s.package, s.base, CASE WHEN s.retired THEN $2::timestamptz END, CASE WHEN s.purged THEN $2 END, s.definition, s.position \
         FROM jsonb_to_recordset($1) AS s(id text, kind text, name text, parent text, package text, base jsonb, retired boolean, purged boolean, definition jsonb, position int) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent, package = excluded.package, base = excluded.base, definition = excluded.definition, \
         position = excluded.position, retired_at = CASE WHEN excluded.retired_at IS NULL THEN NULL ELSE coalesce(m.retired_at, excluded.retired_at) END, \
         purged_at = CASE WHEN excluded.purged_at IS NULL THEN NULL ELSE coalesce(m.purged_at, excluded.purged_at) END"
    );
    let now = chrono::Utc::now();
    sqlx::query(AssertSqlSafe(text)).bind(Json::Array(document)).bind(now).execute(connection).await?;
    Ok(())
}

pub(crate) async fn remove_rows(
    connection: &mut PgConnection,
    tenant: &Tenant,
    ids: &[String],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let text = format!("DELETE FROM {} WHERE id = ANY($1)", table(&tenant.schema, "_metadata"));
    sqlx::query(AssertSqlSafe(text)).bind(ids).execute(connection).await?;
    Ok(())
}

/// The tenant's counters, locked until the end of the transaction: one metadata change at a time.
pub(crate) async fn lock_state(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("trellis:{}", tenant.id))
        .execute(connection)
        .await?;
    Ok(())
}

/// What a revision leaves behind.
pub(crate) struct RevisionRow<'r> {
    pub number: i64,
    pub next_id: u32,
    pub actor: (Uuid, &'r str),
    pub message: Option<&'r str>,
    pub at: chrono::DateTime<chrono::Utc>,
    /// Components before the change, and after it.
    pub before: Json,
    pub after: Json,
    pub steps: Json,
}

pub(crate) async fn put_revision(
    connection: &mut PgConnection,
    tenant: &Tenant,
    row: RevisionRow<'_>,
) -> Result<()> {
    let text = format!("UPDATE {} SET revision = $1, next_id = $2", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text))
        .bind(row.number)
        .bind(i32::try_from(row.next_id).unwrap_or(i32::MAX))
        .execute(&mut *connection)
        .await?;
    let text = format!(
        "INSERT INTO {} (number, made_at, actor_id, actor_name, message, before, after, steps) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        table(&tenant.schema, "_revisions")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(row.number)
        .bind(row.at)
        .bind(row.actor.0)
        .bind(row.actor.1)
        .bind(row.message)
        .bind(row.before)
        .bind(row.after)
        .bind(row.steps)
        .execute(&mut *connection)
        .await?;
    sqlx::query("SELECT pg_notify('trellis', $1)").bind(tenant.id.to_string()).execute(connection).await?;
    Ok(())
}

/// Number of the newest revision; 0 when there is none.
pub(crate) async fn load_newest_revision(connection: &mut PgConnection, tenant: &Tenant) -> Result<i64> {
    let text = format!("SELECT coalesce(max(number), 0) FROM {}", table(&tenant.schema, "_revisions"));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// Schema and table of what tenants have left for later, as the statistics of the database know it, and how many rows
/// of it have come, gone and changed.
pub(crate) async fn list_leftovers(pool: &PgPool) -> Result<Vec<(String, String, i64)>> {
    let text = "SELECT n.nspname::text, c.relname::text, pg_stat_get_tuples_inserted(c.oid) \
                + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid) \
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relname IN ('_audit_tail', '_jobs', '_rollup_dirty') AND c.relkind = 'r' AND pg_stat_get_live_tuples(c.oid) > 0";
    Ok(sqlx::query_as(text).fetch_all(pool).await?)
}

/// From when on a job is due, if there is any; at once where there are totals to refresh.
pub(crate) async fn next_work(pool: &PgPool, tenant: &Tenant) -> Result<Option<DateTime<Utc>>> {
    let (jobs, dirty) = (table(&tenant.schema, "_jobs"), table(&tenant.schema, "_rollup_dirty"));
    let text = format!(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM {dirty}) THEN $1 ELSE (SELECT min(not_before) FROM {jobs} WHERE not_before < 'infinity') END"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(Utc::now()).fetch_one(pool).await?)
}

/// Whether there is any job, due or not.
pub(crate) async fn has_jobs(pool: &PgPool, tenant: &Tenant) -> Result<bool> {
    let text = format!("SELECT EXISTS (SELECT 1 FROM {})", table(&tenant.schema, "_jobs"));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(pool).await?)
}

/// Whether the tenant's schema is there.
pub(crate) async fn has_schema(connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
    let text = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
    Ok(sqlx::query_scalar(text).bind(&tenant.schema).fetch_one(connection).await?)
}

/// Drops the tenant's schema with everything in it, however much that is. Somebody who reads there is waited for, not
/// without end.
pub(crate) async fn drop_schema(pool: &PgPool, tenant: &Tenant) -> Result<()> {
    let mut transaction = pool.begin().await?;
    let patience = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";
    sqlx::raw_sql(patience).execute(&mut *transaction).await?;
    let text = format!("DROP SCHEMA IF EXISTS {} CASCADE", quoted(&tenant.schema));
    sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// Rows of each table of a tenant's schema, partitions with their whole.
pub(crate) async fn count_rows(
    connection: &mut PgConnection,
    tenant: &Tenant,
) -> Result<BTreeMap<String, i64>> {
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *connection).await?;
    let names = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1";
    let names: Vec<String> =
        sqlx::query_scalar(names).bind(&tenant.schema).fetch_all(&mut *connection).await?;
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let counts: Vec<String> =
        names.iter().map(|name| format!("(SELECT count(*) FROM {})", table(&tenant.schema, name))).collect();
    let text = format!("SELECT ARRAY[{}]", counts.join(", "));
    let counts: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?;
    Ok(names.into_iter().zip(counts).collect())
}
