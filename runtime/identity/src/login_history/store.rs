//! Static SQL on `platform.login_history`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Row as _};
use uuid::Uuid;

use super::{Entry, HistoryFilter};

pub(crate) async fn insert(transaction: &mut PgConnection, tenant: Uuid, entry: &Entry) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.login_history \
         (tenant_id, id, at, user_id, email, ip, user_agent, method, result, reason, session_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(tenant)
    .bind(entry.id)
    .bind(entry.at)
    .bind(entry.user_id)
    .bind(&entry.email)
    .bind(&entry.ip)
    .bind(&entry.user_agent)
    .bind(&entry.method)
    .bind(&entry.result)
    .bind(&entry.reason)
    .bind(entry.session_id)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Deletes what failed for a reason since then, of the same person from the same place.
pub(crate) async fn delete_steps(
    transaction: &mut PgConnection,
    tenant: Uuid,
    entry: &Entry,
    (reason, since): (&str, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query(
        "delete from platform.login_history where tenant_id = $1 and user_id = $2 and reason = $3 and at >= $4 \
         and ip is not distinct from $5 and user_agent is not distinct from $6",
    )
    .bind(tenant)
    .bind(entry.user_id)
    .bind(reason)
    .bind(since)
    .bind(&entry.ip)
    .bind(&entry.user_agent)
    .execute(transaction)
    .await?;
    Ok(())
}

/// The newest first, before the id of the last one of the page before.
pub(crate) async fn load(
    pool: &PgPool,
    tenant: Uuid,
    filter: &HistoryFilter,
    (limit, before): (i64, Option<Uuid>),
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query(
        "select id, at, user_id, email, ip, user_agent, method, result, reason, session_id \
         from platform.login_history where tenant_id = $1 and ($2::uuid is null or id < $2) \
         and ($3::uuid is null or user_id = $3) and ($4::text is null or email = $4) \
         and ($5::text is null or ip = $5) and ($6::text is null or result = $6) \
         and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8) \
         order by id desc limit $9",
    )
    .bind(tenant)
    .bind(before)
    .bind(filter.user_id)
    .bind(&filter.email)
    .bind(filter.ip.map(|ip| ip.to_canonical().to_string()))
    .bind(&filter.result)
    .bind(filter.from)
    .bind(filter.to)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &sqlx::postgres::PgRow) -> sqlx::Result<Entry> {
    Ok(Entry {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        user_id: row.try_get(2)?,
        email: row.try_get(3)?,
        ip: row.try_get(4)?,
        user_agent: row.try_get(5)?,
        method: row.try_get(6)?,
        result: row.try_get(7)?,
        reason: row.try_get(8)?,
        session_id: row.try_get(9)?,
    })
}

pub(crate) async fn delete_before(pool: &PgPool, tenant: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query(
        "delete from platform.login_history where tenant_id = $1 and id in (select id from platform.login_history \
         where tenant_id = $1 and at < $2 order by id limit 1000)",
    )
    .bind(tenant)
    .bind(at)
    .execute(pool)
    .await?;
    Ok(())
}
