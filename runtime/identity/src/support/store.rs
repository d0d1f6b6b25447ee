//! Static SQL on `platform.support_links`, and what a session reads of `platform.support_access`.

use chrono::{DateTime, Utc};
use engine::Tenant;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Errand, SupportLink};
use crate::secret::SecretHash;

pub(super) async fn put(
    pool: &PgPool,
    (consent, hash): (Uuid, SecretHash),
    link: &SupportLink,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.support_links (token_hash, access_id, email, name, reason, expires_at) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(hash.0.as_slice())
    .bind(consent)
    .bind(&link.email)
    .bind(&link.name)
    .bind(&link.reason)
    .bind(expires_at)
    .execute(pool)
    .await?;
    Ok(())
}

/// Uses a link up; nothing when somebody was faster, it is too old, its consent is over, or the tenant is shut.
pub(super) async fn take(
    pool: &PgPool,
    hash: SecretHash,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Errand>> {
    type Columns = (Uuid, String, String, Uuid, DateTime<Utc>, String, String, String, String);
    let row: Option<Columns> = sqlx::query_as(
        "with taken as (delete from platform.support_links where token_hash = $1 \
                        returning access_id, email, name, reason, expires_at) \
         select t.id, t.slug, t.schema_name, a.id, a.until, r.name, l.email, l.name, l.reason from taken l \
         join platform.support_access a on a.id = l.access_id \
         join platform.tenants t on t.id = a.tenant_id join platform.resellers r on r.id = a.reseller_id \
         where l.expires_at > $2 and a.ended_at is null and a.until > $2 and t.status = 'active' \
         and t.reseller_id = a.reseller_id",
    )
    .bind(hash.0.as_slice())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    let errand = |(id, slug, schema, consent, until, reseller, email, name, reason): Columns| Errand {
        tenant: Tenant { id, slug, schema },
        consent,
        until,
        reseller,
        email,
        name,
        reason,
    };
    Ok(row.map(errand))
}

/// `until, reseller, roles, access` of a consent that nobody has ended.
pub(super) async fn load(
    pool: &PgPool,
    (tenant, consent): (Uuid, Uuid),
) -> sqlx::Result<Option<(DateTime<Utc>, String, Vec<String>, String)>> {
    sqlx::query_as(
        "select a.until, r.name, a.roles, a.access from platform.support_access a \
         join platform.resellers r on r.id = a.reseller_id \
         where a.tenant_id = $1 and a.id = $2 and a.ended_at is null",
    )
    .bind(tenant)
    .bind(consent)
    .fetch_optional(pool)
    .await
}

/// Links that nobody has followed in time.
pub(super) async fn delete_expired(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("delete from platform.support_links where expires_at <= $1").bind(now).execute(pool).await?;
    Ok(())
}
