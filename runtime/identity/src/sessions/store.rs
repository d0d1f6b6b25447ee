//! Static SQL on `platform.sessions`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use super::{OpenSession, Opening};
use crate::secret::SecretHash;

/// A new session.
pub(crate) struct Insert {
    pub id: Uuid,
    pub token_hash: SecretHash,
    pub tenant: Uuid,
    pub user: Uuid,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub opening: Opening,
}

/// A session as authentication needs it: `id, user_id, created_at, last_seen_at`, the provider that let its user in, and
/// whether a second factor was shown there; the consent by which somebody of the reseller is in, and who that is.
pub(crate) type Row =
    (Uuid, Uuid, DateTime<Utc>, DateTime<Utc>, Option<Uuid>, bool, Option<Uuid>, Option<String>);

/// `false` when the provider that let its user in is not used any more, or the consent is over: who puts it out of use
/// waits for this, or this for them, so that no session that it gave outlives it.
pub(crate) async fn insert(pool: &PgPool, session: Insert) -> sqlx::Result<bool> {
    let (support, by) = session.opening.support.unzip();
    let done = sqlx::query(
        "with used as (select id from platform.sign_in_providers where tenant_id = $3 and id = $9 \
                       and coalesce((settings ->> 'active')::boolean, true) for share), \
         open as (select id from platform.support_access where tenant_id = $3 and id = $11 \
                  and ended_at is null and until > $5 for share) \
         insert into platform.sessions \
         (id, token_hash, tenant_id, user_id, created_at, last_seen_at, expires_at, ip, user_agent, \
          provider_id, has_proved, support_id, support_by) \
         select $1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12 \
         where ($9::uuid is null or exists (select from used)) and ($11::uuid is null or exists (select from open))",
    )
    .bind(session.id)
    .bind(session.token_hash.0.as_slice())
    .bind(session.tenant)
    .bind(session.user)
    .bind(session.now)
    .bind(session.expires_at)
    .bind(session.ip)
    .bind(session.user_agent)
    .bind(session.opening.provider)
    .bind(session.opening.has_proved)
    .bind(support)
    .bind(by)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The tenant that a token belongs to: `id, slug, schema_name`, and whether it is not
/// suspended.
pub(crate) async fn load_tenant(
    pool: &PgPool,
    hash: SecretHash,
) -> sqlx::Result<Option<(Uuid, String, String, bool)>> {
    sqlx::query_as(
        "select t.id, t.slug, t.schema_name, t.status = 'active' from platform.sessions s \
         join platform.tenants t on t.id = s.tenant_id where s.token_hash = $1 and t.status in ('active', 'suspended')",
    )
    .bind(hash.0.as_slice())
    .fetch_optional(pool)
    .await
}

pub(crate) async fn load(pool: &PgPool, hash: SecretHash) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "select id, user_id, created_at, last_seen_at, provider_id, has_proved, support_id, support_by \
         from platform.sessions where token_hash = $1",
    )
    .bind(hash.0.as_slice())
    .fetch_optional(pool)
    .await
}

pub(crate) async fn load_open(
    pool: &PgPool,
    tenant: Uuid,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<OpenSession>> {
    type Columns = (Uuid, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<String>, Option<String>);
    let rows: Vec<Columns> = sqlx::query_as(
        "select id, created_at, last_seen_at, expires_at, ip, user_agent from platform.sessions \
         where tenant_id = $1 and user_id = $2 and expires_at > $3 order by created_at desc, id desc limit 1000",
    )
    .bind(tenant)
    .bind(user)
    .bind(now)
    .fetch_all(pool)
    .await?;
    let session = |(id, created_at, last_seen_at, expires_at, ip, user_agent): Columns| OpenSession {
        id,
        created_at,
        last_seen_at,
        expires_at,
        ip,
        user_agent,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Notes a use. Times only move on, whichever node writes last.
pub(crate) async fn touch(
    pool: &PgPool,
    id: Uuid,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.sessions set last_seen_at = greatest(last_seen_at, $2), \
         expires_at = greatest(expires_at, $3) where id = $1",
    )
    .bind(id)
    .bind(seen_at)
    .bind(expires_at)
    .execute(pool)
    .await?;
    Ok(())
}

/// Whether there was such a session.
pub(crate) async fn delete(
    executor: impl PgExecutor<'_>,
    tenant: Uuid,
    user: Uuid,
    id: Uuid,
) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from platform.sessions where tenant_id = $1 and user_id = $2 and id = $3")
        .bind(tenant)
        .bind(user)
        .bind(id)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a session a new token and deletes the user's others; `false` when it is gone.
pub(crate) async fn renew(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    (id, hash): (Uuid, SecretHash),
) -> sqlx::Result<bool> {
    sqlx::query("delete from platform.sessions where tenant_id = $1 and user_id = $2 and id <> $3")
        .bind(tenant)
        .bind(user)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    let done = sqlx::query(
        "update platform.sessions set token_hash = $4 where tenant_id = $1 and user_id = $2 and id = $3",
    )
    .bind(tenant)
    .bind(user)
    .bind(id)
    .bind(hash.0.as_slice())
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_all(executor: impl PgExecutor<'_>, tenant: Uuid, user: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from platform.sessions where tenant_id = $1 and user_id = $2")
        .bind(tenant)
        .bind(user)
        .execute(executor)
        .await?;
    Ok(())
}

/// Shows open sessions of a tenant to end as its times now say. Longer times are only told by the next use.
pub(crate) async fn shorten(
    transaction: &mut PgConnection,
    tenant: Uuid,
    (idle, absolute): (TimeDelta, TimeDelta),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.sessions s set expires_at = least(last_seen_at + $2, created_at + $3, \
         (select a.until from platform.support_access a where a.id = s.support_id)) where tenant_id = $1",
    )
    .bind(tenant)
    .bind(idle)
    .bind(absolute)
    .execute(transaction)
    .await?;
    Ok(())
}

pub(crate) async fn delete_expired(
    pool: &PgPool,
    tenant: Uuid,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query("delete from platform.sessions where tenant_id = $1 and user_id = $2 and expires_at <= $3")
        .bind(tenant)
        .bind(user)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}
