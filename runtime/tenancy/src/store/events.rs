//! Static SQL on `platform.tenant_events` and `platform.reseller_events`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// `id, tenant_id, slug, happened_at, actor, action, details`.
pub(crate) type Row = (Uuid, Option<Uuid>, Option<String>, DateTime<Utc>, String, String, Json);

/// The newest of both that fulfil a condition with so many of them.
macro_rules! newest {
    ($condition:literal, $limit:literal) => {
        concat!(
            "select * from (",
            "(select id, tenant_id, slug, happened_at, actor, action, details from platform.tenant_events ",
            $condition,
            " order by id desc limit ",
            $limit,
            ") union all (select id, null::uuid, null::text, happened_at, actor, action, details from platform.reseller_events ",
            $condition,
            " order by id desc limit ",
            $limit,
            ")) e order by id desc limit ",
            $limit
        )
    };
}

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
    sqlx::query_as(newest!("where reseller_id = $1 and ($2::uuid is null or id < $2)", "$3"))
        .bind(reseller)
        .bind(before)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// Everybody's.
pub(crate) async fn load_newest(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(newest!("", "$1")).bind(limit).fetch_all(pool).await
}

/// Notes what was changed about a reseller, or about all of them.
pub(crate) async fn put_of_reseller(
    executor: impl PgExecutor<'_>,
    (id, reseller): (Uuid, Option<Uuid>),
    (actor, action, details): (&str, &str, &Json),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = "insert into platform.reseller_events (id, reseller_id, happened_at, actor, action, details) \
                values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(text)
        .bind(id)
        .bind(reseller)
        .bind(now)
        .bind(actor)
        .bind(action)
        .bind(details)
        .execute(executor)
        .await?;
    Ok(())
}
