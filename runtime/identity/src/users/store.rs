//! Static SQL on `platform.credentials`.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// The PHC string of a user's password.
pub(crate) async fn load_password(pool: &PgPool, tenant: Uuid, user: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select password_hash from platform.credentials where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .fetch_optional(pool)
        .await
}

pub(crate) async fn put_password(
    executor: impl PgExecutor<'_>,
    (tenant, user): (Uuid, Uuid),
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.credentials (tenant_id, user_id, password_hash, changed_at) values ($1, $2, $3, $4) \
         on conflict (tenant_id, user_id) \
         do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at",
    )
    .bind(tenant)
    .bind(user)
    .bind(hash)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// `false` when there was none.
pub(crate) async fn delete_password(
    executor: impl PgExecutor<'_>,
    (tenant, user): (Uuid, Uuid),
) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from platform.credentials where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Which of these users have a password.
pub(crate) async fn load_with_password(
    pool: &PgPool,
    tenant: Uuid,
    users: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("select user_id from platform.credentials where tenant_id = $1 and user_id = any($2)")
        .bind(tenant)
        .bind(users)
        .fetch_all(pool)
        .await
}

/// Waits until no other node makes the tenant's first administrator; held until the transaction ends.
/// One at a time changes who administers a tenant, or how many people it has, until the end of the transaction.
pub(crate) async fn lock_people(transaction: &mut sqlx::PgConnection, tenant: Uuid) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('trellis people ' || $1::text, 0))")
        .bind(tenant)
        .execute(transaction)
        .await?;
    Ok(())
}

/// `user_id, password_hash, changed_at` of all users with a password.
pub(crate) async fn load_passwords(
    pool: &PgPool,
    tenant: Uuid,
) -> sqlx::Result<Vec<(Uuid, String, DateTime<Utc>)>> {
    sqlx::query_as(
        "select user_id, password_hash, changed_at from platform.credentials where tenant_id = $1 order by user_id",
    )
    .bind(tenant)
    .fetch_all(pool)
    .await
}
