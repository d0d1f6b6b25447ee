//! Static SQL on `platform.key_requests`.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{Ending, KeyRequest, RequestFilter, Requested};

/// Writes requests down and takes away what is more of a key than `most`, or older than `oldest`. Keys that are gone,
/// tenants that were deleted meanwhile, are passed over.
pub(crate) async fn put(
    pool: &PgPool,
    requests: &[(Uuid, KeyRequest)],
    (most, oldest): (usize, DateTime<Utc>),
) -> sqlx::Result<()> {
    let rows: Vec<serde_json::Value> = requests.iter().map(|(id, request)| row(*id, request)).collect();
    let mut keys: Vec<Uuid> = requests.iter().map(|(_, request)| request.key).collect();
    keys.sort_unstable();
    keys.dedup();
    sqlx::query(
        "insert into platform.key_requests (id, tenant_id, key_id, at, method, route, parameters, status, took, code, request_id) \
         select r.id, r.tenant_id, r.key_id, r.at, r.method, r.route, \
         array(select jsonb_array_elements_text(r.parameters)), r.status, r.took, r.code, r.request_id \
         from jsonb_to_recordset($1) as r(id uuid, tenant_id uuid, key_id uuid, at timestamptz, method text, route text, \
         parameters jsonb, status smallint, took integer, code text, request_id text) \
         join platform.api_keys k on k.id = r.key_id on conflict (id) do nothing",
    )
    .bind(serde_json::Value::Array(rows))
    .execute(pool)
    .await?;
    sqlx::query(
        "delete from platform.key_requests r using unnest($1::uuid[]) as k(id) \
         where r.key_id = k.id and r.id < (select o.id from platform.key_requests o where o.key_id = k.id \
         order by o.id desc offset $2 limit 1)",
    )
    .bind(&keys)
    .bind(i64::try_from(most.saturating_sub(1)).unwrap_or(i64::MAX))
    .execute(pool)
    .await?;
    sqlx::query("delete from platform.key_requests where at < $1").bind(oldest).execute(pool).await?;
    Ok(())
}

fn row(id: Uuid, request: &KeyRequest) -> serde_json::Value {
    serde_json::json!({
        "id": id, "tenant_id": request.tenant, "key_id": request.key, "at": request.at, "method": request.method,
        "route": request.route, "parameters": request.parameters, "status": request.status, "took": request.took,
        "code": request.code, "request_id": &*request.request_id,
    })
}

/// The newest first, before the id of the last one of the page before.
pub(crate) async fn load(
    pool: &PgPool,
    tenant: Uuid,
    filter: &RequestFilter,
    (limit, before): (i64, Option<Uuid>),
    oldest: DateTime<Utc>,
) -> sqlx::Result<Vec<Requested>> {
    let statuses = filter.ending.map(Ending::statuses);
    let rows = sqlx::query(
        "select r.id, r.at, r.key_id, k.name, k.user_id, r.method, r.route, r.parameters, r.status, r.took, r.code, r.request_id \
         from platform.key_requests r join platform.api_keys k on k.id = r.key_id where k.tenant_id = $1 and r.at >= $2 \
         and ($3::uuid is null or r.id < $3) and ($4::uuid is null or k.user_id = $4) and ($5::uuid is null or k.id = $5) \
         and ($6::smallint is null or r.status >= $6 and r.status < $7) and ($8::text is null or r.request_id = $8) \
         order by r.id desc limit $9",
    )
    .bind(tenant)
    .bind(oldest)
    .bind(before)
    .bind(filter.user_id)
    .bind(filter.key_id)
    .bind(statuses.map(|(from, _)| from))
    .bind(statuses.map(|(_, to)| to))
    .bind(&filter.request_id)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter().map(requested).collect()
}

fn requested(row: &sqlx::postgres::PgRow) -> sqlx::Result<Requested> {
    Ok(Requested {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        key_id: row.try_get(2)?,
        key_name: row.try_get(3)?,
        user_id: row.try_get(4)?,
        method: row.try_get(5)?,
        route: row.try_get(6)?,
        parameters: row.try_get(7)?,
        status: row.try_get(8)?,
        took: row.try_get(9)?,
        code: row.try_get(10)?,
        request_id: row.try_get(11)?,
    })
}
