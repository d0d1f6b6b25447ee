//! Static SQL on `platform.tenant_events`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// `id, tenant_id, slug, happened_at, actor, action, details`.
pub(crate) type Row = (Uuid, Uuid, String, DateTime<Utc>, String, String, Json);

/// Notes what happened to a tenant that is there; answers its slug and who has sold it.
pub(crate) async fn put(
    executor: impl PgExecutor<'_>,
    (id, tenant): (Uuid, Uuid),
    (actor, action, details): (&str, &str, &Json),
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(String, Option<Uuid>)>> {
    sqlx::query_as(
        "insert into platform.tenant_events (id, tenant_id, slug, reseller_id, happened_at, actor, action, details) \
         select $1, t.id, t.slug, t.reseller_id, $3, $4, $5, $6 from platform.tenants t where t.id = $2 returning slug, reseller_id",
    )
    .bind(id)
    .bind(tenant)
    .bind(now)
    .bind(actor)
    .bind(action)
    .bind(details)
    .fetch_optional(executor)
    .await
}

/// A reseller's, the newest first, before `before`.
pub(crate) async fn load_of(
    pool: &PgPool,
    reseller: Uuid,
    (before, limit): (Option<Uuid>, i64),
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select id, tenant_id, slug, happened_at, actor, action, details from platform.tenant_events \
         where reseller_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
    )
    .bind(reseller)
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
}
