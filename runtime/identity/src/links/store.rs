//! Static SQL on `platform.links`. An owner is a tenant and a user.

use chrono::{DateTime, Utc};
use engine::Tenant;
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::secret::SecretHash;

/// Puts a link in place of the user's older ones.
pub(crate) async fn put(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    (hash, now, expires_at): (SecretHash, DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<()> {
    delete_all(&mut *transaction, (tenant, user)).await?;
    sqlx::query(
        "insert into platform.links (token_hash, tenant_id, user_id, created_at, expires_at) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(hash.0.as_slice())
    .bind(tenant)
    .bind(user)
    .bind(now)
    .bind(expires_at)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Whom a link that still works is for.
pub(crate) async fn find(
    pool: &PgPool,
    hash: SecretHash,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Tenant, Uuid)>> {
    let row: Option<(Uuid, String, String, Uuid)> = sqlx::query_as(
        "select t.id, t.slug, t.schema_name, l.user_id from platform.links l \
         join platform.tenants t on t.id = l.tenant_id \
         where l.token_hash = $1 and l.expires_at > $2 and t.status = 'active'",
    )
    .bind(hash.0.as_slice())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(id, slug, schema, user)| (Tenant { id, slug, schema }, user)))
}

/// Uses a link up; `false` when somebody was faster, or it is over.
pub(crate) async fn take(
    transaction: &mut PgConnection,
    hash: SecretHash,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from platform.links where token_hash = $1 and expires_at > $2")
        .bind(hash.0.as_slice())
        .bind(now)
        .execute(transaction)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Waits until nobody else makes a link for the user; held until the transaction ends.
pub(crate) async fn lock(transaction: &mut PgConnection, user: Uuid) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('trellis link ' || $1::text, 0))")
        .bind(user)
        .execute(transaction)
        .await?;
    Ok(())
}

pub(crate) async fn load_newest(
    executor: impl PgExecutor<'_>,
    (tenant, user): (Uuid, Uuid),
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar("select max(created_at) from platform.links where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .fetch_one(executor)
        .await
}

pub(crate) async fn delete_all(
    executor: impl PgExecutor<'_>,
    (tenant, user): (Uuid, Uuid),
) -> sqlx::Result<()> {
    sqlx::query("delete from platform.links where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .execute(executor)
        .await?;
    Ok(())
}
