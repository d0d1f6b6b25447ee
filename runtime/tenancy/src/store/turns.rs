//! Static SQL that opens and shuts tenants. Each answers whether it changed anything: what is not in the state that it
//! begins with stays as it is.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Row;

pub(crate) async fn suspend(held: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> sqlx::Result<bool> {
    let text = "update platform.tenants set status = 'suspended', suspended_at = $2 where id = $1 and status = 'active'";
    let done = sqlx::query(text).bind(id).bind(at).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn resume(held: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let text = "update platform.tenants set status = 'active', suspended_at = null \
                where id = $1 and status = 'suspended' and delete_at is null";
    Ok(sqlx::query(text).bind(id).execute(held).await?.rows_affected() > 0)
}

/// Whether it was open before is told by `suspended_at`, which stays.
pub(crate) async fn schedule(held: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> sqlx::Result<bool> {
    let text = "update platform.tenants set status = 'suspended', delete_at = $2 \
                where id = $1 and status in ('active', 'suspended') and delete_at is null";
    let done = sqlx::query(text).bind(id).bind(at).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

/// Those of a tenant's copies that would outlive a moment; they go then.
pub(crate) async fn schedule_copies(
    held: &mut PgConnection,
    source: Uuid,
    at: DateTime<Utc>,
) -> sqlx::Result<Vec<Uuid>> {
    let text = "update platform.tenants set status = 'suspended', delete_at = $2 \
                where sandbox_of = $1 and status in ('active', 'suspended') and (delete_at is null or delete_at > $2) \
                returning id";
    sqlx::query_scalar(text).bind(source).bind(at).fetch_all(held).await
}

pub(crate) async fn restore(held: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let text = "update platform.tenants set delete_at = null, \
                status = case when suspended_at is null then 'active' else 'suspended' end \
                where id = $1 and status = 'suspended' and delete_at is not null";
    Ok(sqlx::query(text).bind(id).execute(held).await?.rows_affected() > 0)
}

/// Those whose time is over.
pub(crate) async fn load_due(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(tenants!("where delete_at <= $1 and status = 'suspended' order by delete_at"))
        .bind(now)
        .fetch_all(pool)
        .await
}
