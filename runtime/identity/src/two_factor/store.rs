//! Static SQL on `platform.second_factors` and `platform.recovery_codes`. An owner is a tenant and a user.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::secret::SecretHash;

/// A second factor, confirmed or not.
pub(crate) struct Factor {
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub(crate) async fn load(pool: &PgPool, (tenant, user): (Uuid, Uuid)) -> sqlx::Result<Option<Factor>> {
    let row: Option<(Vec<u8>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select secret, confirmed_at from platform.second_factors where tenant_id = $1 and user_id = $2",
    )
    .bind(tenant)
    .bind(user)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(secret, confirmed_at)| Factor { secret, confirmed_at }))
}

/// Confirmed ones of some users: the secret, and the time step of the last code that was taken.
pub(crate) async fn list_confirmed(
    pool: &PgPool,
    (tenant, users): (Uuid, &[Uuid]),
) -> sqlx::Result<Vec<(Uuid, Vec<u8>, i64)>> {
    sqlx::query_as(
        "select user_id, secret, last_step from platform.second_factors \
         where tenant_id = $1 and user_id = any ($2) and confirmed_at is not null",
    )
    .bind(tenant)
    .bind(users)
    .fetch_all(pool)
    .await
}

/// Puts confirmed ones where there are none yet.
pub(crate) async fn put_confirmed(
    pool: &PgPool,
    tenant: Uuid,
    (users, secrets, steps): (&[Uuid], &[Vec<u8>], &[i64]),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.second_factors (tenant_id, user_id, secret, created_at, confirmed_at, last_step) \
         select $1, f.user_id, f.secret, $5, $5, f.step \
         from unnest($2::uuid[], $3::bytea[], $4::bigint[]) as f (user_id, secret, step) on conflict do nothing",
    )
    .bind(tenant)
    .bind(users)
    .bind(secrets)
    .bind(steps)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

/// Users whose secrets have this length: they were stored as they are.
pub(crate) async fn list_plain(
    pool: &PgPool,
    (tenant, length): (Uuid, usize),
) -> sqlx::Result<Vec<(Uuid, Vec<u8>)>> {
    sqlx::query_as(
        "select user_id, secret from platform.second_factors where tenant_id = $1 and octet_length(secret) = $2",
    )
    .bind(tenant)
    .bind(i32::try_from(length).unwrap_or(i32::MAX))
    .fetch_all(pool)
    .await
}

/// The same secret in another form.
pub(crate) async fn replace(
    pool: &PgPool,
    (tenant, user): (Uuid, Uuid),
    (old, new): (&[u8], &[u8]),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.second_factors set secret = $4 where tenant_id = $1 and user_id = $2 and secret = $3",
    )
    .bind(tenant)
    .bind(user)
    .bind(old)
    .bind(new)
    .execute(pool)
    .await?;
    Ok(())
}

/// Puts a secret in place of one that was never confirmed; `false` when there is a confirmed one.
pub(crate) async fn begin(
    pool: &PgPool,
    (tenant, user): (Uuid, Uuid),
    secret: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.second_factors as kept (tenant_id, user_id, secret, created_at) \
         values ($1, $2, $3, $4) on conflict (tenant_id, user_id) \
         do update set secret = excluded.secret, created_at = excluded.created_at where kept.confirmed_at is null",
    )
    .bind(tenant)
    .bind(user)
    .bind(secret)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `false` when it is not there or confirmed already.
pub(crate) async fn confirm(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update platform.second_factors set confirmed_at = $4, last_step = $3 \
         where tenant_id = $1 and user_id = $2 and confirmed_at is null",
    )
    .bind(tenant)
    .bind(user)
    .bind(step)
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes the code of a time step; `false` when it, or a later one, was taken before.
pub(crate) async fn take_step(pool: &PgPool, (tenant, user): (Uuid, Uuid), step: i64) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update platform.second_factors set last_step = $3 \
         where tenant_id = $1 and user_id = $2 and last_step < $3 and confirmed_at is not null",
    )
    .bind(tenant)
    .bind(user)
    .bind(step)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn put_recovery_codes(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    delete_recovery_codes(&mut *transaction, (tenant, user)).await?;
    sqlx::query(
        "insert into platform.recovery_codes (tenant_id, user_id, code_hash) select $1, $2, unnest($3::bytea[])",
    )
    .bind(tenant)
    .bind(user)
    .bind(hashes)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Uses a recovery code up; `false` when there is no such code.
pub(crate) async fn take_recovery_code(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    hash: SecretHash,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "delete from platform.recovery_codes where tenant_id = $1 and user_id = $2 and code_hash = $3",
    )
    .bind(tenant)
    .bind(user)
    .bind(hash.0.as_slice())
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn count_recovery_codes(pool: &PgPool, (tenant, user): (Uuid, Uuid)) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from platform.recovery_codes where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .fetch_one(pool)
        .await
}

pub(crate) async fn delete(transaction: &mut PgConnection, (tenant, user): (Uuid, Uuid)) -> sqlx::Result<()> {
    delete_recovery_codes(&mut *transaction, (tenant, user)).await?;
    sqlx::query("delete from platform.second_factors where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .execute(transaction)
        .await?;
    Ok(())
}

async fn delete_recovery_codes(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
) -> sqlx::Result<()> {
    sqlx::query("delete from platform.recovery_codes where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .execute(transaction)
        .await?;
    Ok(())
}
