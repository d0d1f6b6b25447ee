//! Static SQL on `platform.api_keys`.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool, Row as _};
use uuid::Uuid;

use super::{KeyInfo, NewKey};
use crate::secret::SecretHash;

/// A key as authentication needs it.
pub(crate) struct Known {
    pub id: Uuid,
    pub user: Uuid,
    pub role: Option<String>,
    pub version: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Requests an hour.
    pub rate_limit: Option<u32>,
    pub allowed_ips: Option<Vec<String>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

pub(crate) async fn insert(
    executor: impl PgExecutor<'_>,
    (tenant, user): (Uuid, Uuid),
    (id, hash, prefix): (Uuid, SecretHash, &str),
    wish: &NewKey,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.api_keys (id, tenant_id, user_id, name, prefix, key_hash, role, scopes, expires_at, \
         rate_limit, allowed_ips, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id)
    .bind(tenant)
    .bind(user)
    .bind(wish.name.trim())
    .bind(prefix)
    .bind(hash.0.as_slice())
    .bind(&wish.role)
    .bind(&wish.scopes)
    .bind(wish.expires_at)
    .bind(wish.rate_limit.and_then(|limit| i32::try_from(limit).ok()))
    .bind(&wish.allowed_ips)
    .bind(now)
    .bind(&wish.version)
    .execute(executor)
    .await?;
    Ok(())
}

/// The tenant that a key belongs to: `id, slug, schema_name`, and whether it is not
/// suspended.
pub(crate) async fn load_tenant(
    pool: &PgPool,
    hash: SecretHash,
) -> sqlx::Result<Option<(Uuid, String, String, bool)>> {
    sqlx::query_as(
        "select t.id, t.slug, t.schema_name, t.status = 'active' from platform.api_keys k \
         join platform.tenants t on t.id = k.tenant_id \
         where k.key_hash = $1 and k.revoked_at is null and t.status in ('active', 'suspended')",
    )
    .bind(hash.0.as_slice())
    .fetch_optional(pool)
    .await
}

/// `None` when it is unknown or revoked.
pub(crate) async fn load(pool: &PgPool, hash: SecretHash) -> sqlx::Result<Option<Known>> {
    let row = sqlx::query(
        "select id, user_id, role, scopes, expires_at, rate_limit, allowed_ips, last_used_at, version from platform.api_keys \
         where key_hash = $1 and revoked_at is null",
    )
    .bind(hash.0.as_slice())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Known {
        id: row.try_get(0)?,
        user: row.try_get(1)?,
        role: row.try_get(2)?,
        scopes: row.try_get(3)?,
        expires_at: row.try_get(4)?,
        rate_limit: row.try_get::<Option<i32>, _>(5)?.map(i32::cast_unsigned),
        allowed_ips: row.try_get(6)?,
        last_used_at: row.try_get(7)?,
        version: row.try_get(8)?,
    }))
}

pub(crate) async fn load_all(pool: &PgPool, tenant: Uuid, user: Option<Uuid>) -> sqlx::Result<Vec<KeyInfo>> {
    let rows = sqlx::query(
        "select id, user_id, name, prefix, role, scopes, expires_at, rate_limit, allowed_ips, created_at, \
         last_used_at, use_count, version from platform.api_keys \
         where tenant_id = $1 and ($2::uuid is null or user_id = $2) and revoked_at is null \
         order by created_at desc, id desc limit 1000",
    )
    .bind(tenant)
    .bind(user)
    .fetch_all(pool)
    .await?;
    rows.iter().map(info).collect()
}

fn info(row: &sqlx::postgres::PgRow) -> sqlx::Result<KeyInfo> {
    Ok(KeyInfo {
        id: row.try_get(0)?,
        user_id: row.try_get(1)?,
        name: row.try_get(2)?,
        prefix: row.try_get(3)?,
        role: row.try_get(4)?,
        scopes: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        rate_limit: row.try_get::<Option<i32>, _>(7)?.map(i32::cast_unsigned),
        allowed_ips: row.try_get(8)?,
        created_at: row.try_get(9)?,
        last_used_at: row.try_get(10)?,
        use_count: row.try_get(11)?,
        version: row.try_get(12)?,
    })
}

/// Notes the last use, and how many there were since the one noted before.
pub(crate) async fn touch(
    pool: &PgPool,
    (id, uses): (Uuid, i64),
    used_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.api_keys set last_used_at = greatest(last_used_at, $2), use_count = use_count + $3 \
         where id = $1",
    )
    .bind(id)
    .bind(used_at)
    .bind(uses)
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn add_uses(pool: &PgPool, uses: &[(Uuid, i64)]) -> sqlx::Result<()> {
    let (ids, counts): (Vec<Uuid>, Vec<i64>) = uses.iter().copied().unzip();
    sqlx::query(
        "update platform.api_keys k set use_count = k.use_count + u.uses \
         from unnest($1::uuid[], $2::bigint[]) u(id, uses) where k.id = u.id",
    )
    .bind(ids)
    .bind(counts)
    .execute(pool)
    .await?;
    Ok(())
}

/// Whether there was such a key, not revoked yet.
pub(crate) async fn revoke(
    executor: impl PgExecutor<'_>,
    tenant: Uuid,
    (user, id): (Option<Uuid>, Uuid),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update platform.api_keys set revoked_at = $4 \
         where tenant_id = $1 and ($2::uuid is null or user_id = $2) and id = $3 and revoked_at is null",
    )
    .bind(tenant)
    .bind(user)
    .bind(id)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn revoke_all(
    executor: impl PgExecutor<'_>,
    tenant: Uuid,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.api_keys set revoked_at = $3 where tenant_id = $1 and user_id = $2 and revoked_at is null",
    )
    .bind(tenant)
    .bind(user)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}
