//! Static SQL on `platform.tenant_usage`.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use crate::Limits;

/// One day of one tenant: `day, requests, records, users, bytes`.
pub(crate) type Day = (NaiveDate, i64, Option<i64>, Option<i64>, Option<i64>);

/// One month of one tenant: its first day, requests, and the most `records` and `users`.
pub(crate) type Month = (NaiveDate, i64, Option<i64>, Option<i64>);

/// What a node must know to let requests of a tenant pass.
pub(crate) struct Standing {
    pub tenant: Uuid,
    pub limits: Limits,
    /// Of all nodes, on the day that was asked about.
    pub requests: u64,
}

/// Adds what a node has counted on a day, and answers how the tenants stand. One that is gone by now is left out.
pub(crate) async fn add(
    pool: &PgPool,
    day: NaiveDate,
    (tenants, requests): (&[Uuid], &[i64]),
) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query(
        "with given as (select g.id, g.requests from unnest($2::uuid[], $3::bigint[]) as g (id, requests) \
           join platform.tenants t on t.id = g.id order by g.id), \
         put as (insert into platform.tenant_usage as u (tenant_id, day, requests) \
           select id, $1, requests from given on conflict (tenant_id, day) do update set requests = u.requests + excluded.requests \
           returning tenant_id, requests) \
         select t.id, put.requests as used, p.requests_per_minute, p.requests_per_day, p.records, p.users, p.sandboxes, p.connections, p.storage_bytes, p.jobs from put \
         join platform.tenants t on t.id = put.tenant_id left join platform.plans p on p.name = t.plan",
    )
    .bind(day)
    .bind(tenants)
    .bind(requests)
    .fetch_all(pool)
    .await?;
    rows.iter().map(standing).collect()
}

fn standing(row: &PgRow) -> sqlx::Result<Standing> {
    let limits = super::plans::limits(row)?;
    Ok(Standing {
        tenant: row.try_get("id")?,
        limits,
        requests: row.try_get::<i64, _>("used")?.cast_unsigned(),
    })
}

/// Takes up to `wish` of what is left of a tenant's requests a minute; answers how many, and what all nodes have taken and
/// not got back yet. What was taken comes back evenly. `None` for a tenant that is gone.
pub(crate) async fn take_share(
    pool: &PgPool,
    tenant: Uuid,
    (limit, wish): (u32, u32),
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(u32, f64)>> {
    let taken: Option<(i64, f64)> = sqlx::query_as(
        "insert into platform.tenant_minutes as kept (tenant_id, used, granted, at) \
         select id, least($3::float8, $2), least($3, $2)::bigint, $4 from platform.tenants where id = $1 \
         on conflict (tenant_id) do update set (used, granted, at) = ( \
             select used + part, part::bigint, greatest(kept.at, excluded.at) from ( \
                 select used, greatest(least($3, floor($2 - used)), 0) as part from ( \
                     select greatest(kept.used - greatest(extract(epoch from excluded.at - kept.at), 0)::float8 * $2 / 60, 0) as used) a) b) \
         returning granted, used",
    )
    .bind(tenant)
    .bind(f64::from(limit))
    .bind(f64::from(wish))
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(taken.map(|(granted, used)| (u32::try_from(granted).unwrap_or(0), used)))
}

/// Notes what was measured of a tenant.
pub(crate) async fn put_measure(
    pool: &PgPool,
    (tenant, day): (Uuid, NaiveDate),
    (records, users, bytes): (i64, i64, i64),
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.tenant_usage (tenant_id, day, requests, records, users, bytes) \
         select id, $2, 0, $3, $4, $5 from platform.tenants where id = $1 \
         on conflict (tenant_id, day) do update set records = excluded.records, users = excluded.users, \
         bytes = excluded.bytes",
    )
    .bind(tenant)
    .bind(day)
    .bind(records)
    .bind(users)
    .bind(bytes)
    .execute(pool)
    .await?;
    Ok(())
}

/// The days of a tenant from `from` to `to`, the first first.
pub(crate) async fn load_days(
    pool: &PgPool,
    tenant: Uuid,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Day>> {
    sqlx::query_as(
        "select day, requests, records, users, bytes from platform.tenant_usage \
         where tenant_id = $1 and day between $2 and $3 order by day",
    )
    .bind(tenant)
    .bind(from)
    .bind(to)
    .fetch_all(pool)
    .await
}

/// What one tenant has used in a time: `id, slug, name, plan, status, days, requests`, and the most `records`, `users` and `bytes`.
pub(crate) type Line =
    (Uuid, String, String, Option<String>, String, i64, i64, Option<i64>, Option<i64>, Option<i64>);

/// The same of a reseller's tenants by slug, whether they were used or not.
pub(crate) async fn load_report(
    pool: &PgPool,
    reseller: Uuid,
    (from, to): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as(
        "select t.id, t.slug, t.name, t.plan, case when t.delete_at is null then t.status else 'pending_delete' end as status, \
         count(u.day) as days, coalesce(sum(u.requests), 0)::bigint as requests, max(u.records) as records, \
         max(u.users) as users, max(u.bytes) as bytes \
         from platform.tenants t left join platform.tenant_usage u on u.tenant_id = t.id and u.day between $2 and $3 \
         where t.reseller_id = $1 and t.status in ('active', 'suspended') group by t.id order by t.slug",
    )
    .bind(reseller)
    .bind(from)
    .bind(to)
    .fetch_all(pool)
    .await
}

/// What a tenant has used in each month.
pub(crate) async fn load_months(pool: &PgPool, tenant: Uuid) -> sqlx::Result<Vec<Month>> {
    sqlx::query_as(
        "select date_trunc('month', day)::date, sum(requests)::bigint, max(records), max(users) \
         from platform.tenant_usage where tenant_id = $1 group by 1 order by 1",
    )
    .bind(tenant)
    .fetch_all(pool)
    .await
}
