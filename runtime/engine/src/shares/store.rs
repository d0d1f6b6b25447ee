//! Static SQL on `_shares` of a tenant.

use chrono::{DateTime, Utc};
use permissions::Level;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::Grantee;
use crate::audit::{Deed, TAIL};
use crate::context::{Context, Tenant};
use crate::error::Result;
use crate::write::sql::table;

/// Most shares in one answer.
const MOST: i64 = 1000;

/// Shares of one record, or of all, the newest first.
pub(super) async fn load(
    connection: &mut PgConnection,
    tenant: &Tenant,
    record: Option<Uuid>,
) -> Result<Json> {
    let text = format!(
        "SELECT s.record_id, s.grantee_id, s.grantee_kind, s.grantee_name, s.level, s.expires_at, s.created_at, s.created_by_id, u.name AS creator \
         FROM {} s LEFT JOIN {} u ON u.id = s.created_by_id WHERE $1::uuid IS NULL OR s.record_id = $1 ORDER BY s.created_at DESC, s.grantee_id LIMIT {MOST}",
        table(&tenant.schema, "_shares"),
        table(&tenant.schema, "user")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(record).fetch_all(connection).await?;
    rows.iter().map(share).collect::<Result<Vec<Json>>>().map(Json::Array)
}

fn share(row: &sqlx::postgres::PgRow) -> Result<Json> {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let (kind, name): (String, String) = (row.try_get("grantee_kind")?, row.try_get("grantee_name")?);
    let grantee: Uuid = row.try_get("grantee_id")?;
    let level: i16 = row.try_get("level")?;
    let mut view = json!({
        "record_id": row.try_get::<Uuid, _>("record_id")?,
        "grantee_id": grantee,
        "name": name,
        "access": if level >= Level::Edit.number() { Level::Edit } else { Level::Read },
        "expires_at": row.try_get::<Option<DateTime<Utc>>, _>("expires_at")?.map(time),
        "created_at": time(row.try_get("created_at")?),
        "created_by": { "id": row.try_get::<Uuid, _>("created_by_id")?, "name": row.try_get::<Option<String>, _>("creator")? },
    });
    match kind.as_str() {
        "user" => view["user_id"] = json!(grantee),
        kind => view[kind] = name.into(),
    }
    Ok(view)
}

pub(super) async fn put(
    connection: &mut PgConnection,
    context: &Context,
    (object, record): (&str, Uuid),
    (grantee, level, expires_at): (&Grantee, Level, Option<DateTime<Utc>>),
) -> Result<()> {
    let text = format!(
        "INSERT INTO {} (record_id, object_id, grantee_id, grantee_kind, grantee_name, level, expires_at, created_at, created_by_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (record_id, grantee_id) DO UPDATE SET level = excluded.level, \
         expires_at = excluded.expires_at, created_at = excluded.created_at, created_by_id = excluded.created_by_id",
        table(&context.tenant().schema, "_shares")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(record)
        .bind(object)
        .bind(grantee.id)
        .bind(grantee.kind)
        .bind(&grantee.name)
        .bind(level.number())
        .bind(expires_at)
        .bind(context.now)
        .bind(context.actor.user_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends what is shared of some records, or with somebody, or both, and tells the stream; answers how much it was.
pub(crate) async fn end(
    connection: &mut PgConnection,
    context: &Context,
    (records, grantee): (Option<&[Uuid]>, Option<Uuid>),
) -> Result<u64> {
    let mut conditions = vec!["($1::uuid[], $2::uuid) IS DISTINCT FROM NULL"];
    conditions.extend(records.map(|_| "record_id = ANY($1)"));
    conditions.extend(grantee.map(|_| "grantee_id = $2"));
    let text = format!(
        "WITH gone AS (DELETE FROM {} WHERE {} RETURNING record_id, object_id, grantee_kind, grantee_name, level) \
         INSERT INTO {} (record_id, object_id, happened_at, actor_id, action, request_id, ip, user_agent, changes) \
         SELECT record_id, object_id, $3, $4, $5, $6, $7, $8, \
         jsonb_build_object(grantee_kind, jsonb_build_array(grantee_name, NULL), 'access', jsonb_build_array(CASE WHEN level >= $9 THEN 'edit' ELSE 'read' END, NULL)) FROM gone",
        table(&context.tenant().schema, "_shares"),
        conditions.join(" AND "),
        table(&context.tenant().schema, TAIL),
    );
    let done = sqlx::query(AssertSqlSafe(text))
        .bind(records)
        .bind(grantee)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(Deed::Unshare.word())
        .bind(&*context.request_id)
        .bind(context.origin.address())
        .bind(context.origin.user_agent.as_deref())
        .bind(Level::Edit.number())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

pub(super) async fn load_person(
    connection: &mut PgConnection,
    tenant: &Tenant,
    id: Uuid,
) -> Result<Option<String>> {
    let text = format!(
        "SELECT coalesce(name, '') FROM {} WHERE id = $1 AND deleted_at IS NULL AND kind = 'person'",
        table(&tenant.schema, "user")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(id).fetch_optional(connection).await?)
}

pub(super) async fn load_team(
    connection: &mut PgConnection,
    tenant: &Tenant,
    name: &str,
) -> Result<Option<Uuid>> {
    let text = format!("SELECT id FROM {} WHERE name = $1", table(&tenant.schema, "_teams"));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(name).fetch_optional(connection).await?)
}
