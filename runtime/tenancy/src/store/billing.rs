//! Static SQL on `platform.commissions`, and what a bill is made of.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// `id, slug, name, plan, created_at, is a copy`.
pub(crate) type Tenant = (Uuid, String, String, Option<String>, DateTime<Utc>, bool);
/// `tenant, slug, at, action, details`.
pub(crate) type Change = (Uuid, String, DateTime<Utc>, String, Json);
/// `plan, price in hundredths, currency`.
pub(crate) type Price = (String, Option<i64>, Option<String>);
/// `tenant, requests, users, records, bytes`: the most of a time.
pub(crate) type Used = (Uuid, i64, Option<i64>, Option<i64>, Option<i64>);

pub(crate) async fn load_tenants(pool: &PgPool, reseller: Uuid) -> sqlx::Result<Vec<Tenant>> {
    let text = "select id, slug, name, plan, created_at, sandbox is not null from platform.tenants \
                where reseller_id = $1 and status <> 'creating' order by slug";
    sqlx::query_as(text).bind(reseller).fetch_all(pool).await
}

/// What changed which plan a tenant has, in order.
pub(crate) async fn load_changes(pool: &PgPool, reseller: Uuid) -> sqlx::Result<Vec<Change>> {
    let text = "select tenant_id, slug, happened_at, action, details from platform.tenant_events \
                where reseller_id = $1 and (action in ('created', 'deleted') or action = 'changed' and details ? 'plan') \
                order by id";
    sqlx::query_as(text).bind(reseller).fetch_all(pool).await
}

pub(crate) async fn load_prices(pool: &PgPool) -> sqlx::Result<Vec<Price>> {
    let text = "select name, (price * 100)::bigint, currency from platform.plans";
    sqlx::query_as(text).fetch_all(pool).await
}

/// What is said of a reseller or of all: whether of this one, of which plan, and hundredths of a percent.
pub(crate) async fn load_commissions(
    pool: &PgPool,
    reseller: Uuid,
) -> sqlx::Result<Vec<(bool, Option<String>, i64)>> {
    let text = "select reseller_id is not null, plan, (percent * 100)::bigint from platform.commissions \
                where reseller_id is null or reseller_id = $1";
    sqlx::query_as(text).bind(reseller).fetch_all(pool).await
}

/// What is said of this reseller and plan; one who says something else waits until the transaction ends.
pub(crate) async fn load_commission(
    held: &mut PgConnection,
    (reseller, plan): (Option<Uuid>, Option<&str>),
) -> sqlx::Result<Option<i64>> {
    sqlx::query("lock table platform.commissions in share row exclusive mode").execute(&mut *held).await?;
    let text = "select (percent * 100)::bigint from platform.commissions \
                where reseller_id is not distinct from $1 and plan is not distinct from $2";
    sqlx::query_scalar(text).bind(reseller).bind(plan).fetch_optional(held).await
}

/// Hundredths of a percent, of this reseller and plan.
pub(crate) async fn put_commission(
    held: &mut PgConnection,
    (reseller, plan): (Option<Uuid>, Option<&str>),
    percent: i64,
) -> sqlx::Result<()> {
    let text = "insert into platform.commissions (reseller_id, plan, percent) values ($1, $2, $3::numeric / 100) \
                on conflict (reseller_id, plan) do update set percent = excluded.percent";
    sqlx::query(text).bind(reseller).bind(plan).bind(percent).execute(held).await?;
    Ok(())
}

pub(crate) async fn load_used(
    pool: &PgPool,
    reseller: Uuid,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Used>> {
    let text = "select u.tenant_id, sum(u.requests)::bigint, max(u.users), max(u.records), max(u.bytes) \
                from platform.tenant_usage u join platform.tenants t on t.id = u.tenant_id \
                where t.reseller_id = $1 and u.day >= $2 and u.day < $3 group by u.tenant_id";
    sqlx::query_as(text).bind(reseller).bind(from).bind(to).fetch_all(pool).await
}
