//! Static SQL on `platform.sign_in_flows` and `platform.sign_in_links`.

use chrono::{DateTime, Utc};
use engine::Tenant;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::secret::SecretHash;

/// A sign-in on its way.
pub(crate) struct Flow {
    pub state: SecretHash,
    pub browser: SecretHash,
    pub tenant: Uuid,
    pub provider: Uuid,
    pub return_to: String,
    /// Whom the provider told, where a code is awaited.
    pub user: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
}

/// Keeps one, and tidies up those that nobody came back with.
pub(super) async fn insert(pool: &PgPool, flow: &Flow, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query(
        "with over as (select state_hash from platform.sign_in_flows where expires_at <= $8 limit 1000 \
                       for update skip locked), \
              gone as (delete from platform.sign_in_flows f using over where f.state_hash = over.state_hash) \
         insert into platform.sign_in_flows \
         (state_hash, browser_hash, tenant_id, provider_id, return_to, user_id, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(flow.state.0.as_slice())
    .bind(flow.browser.0.as_slice())
    .bind(flow.tenant)
    .bind(flow.provider)
    .bind(&flow.return_to)
    .bind(flow.user)
    .bind(flow.expires_at)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

type Columns = (Vec<u8>, Vec<u8>, Uuid, String, Option<Uuid>, DateTime<Utc>, Uuid, String, String);

fn flow(columns: Columns) -> (Flow, Tenant) {
    let (state, browser, provider, return_to, user, expires_at, id, slug, schema) = columns;
    let hash = |bytes: Vec<u8>| SecretHash(bytes.try_into().unwrap_or_default());
    let (state, browser) = (hash(state), hash(browser));
    (Flow { state, browser, tenant: id, provider, return_to, user, expires_at }, Tenant { id, slug, schema })
}

/// Takes one out; the second who asks finds nothing. Of a tenant that is shut there is none.
pub(super) async fn take(
    pool: &PgPool,
    state: SecretHash,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Flow, Tenant)>> {
    let row: Option<Columns> = sqlx::query_as(
        "delete from platform.sign_in_flows f using platform.tenants t \
         where f.state_hash = $1 and f.expires_at > $2 and t.id = f.tenant_id and t.status = 'active' \
         returning f.state_hash, f.browser_hash, f.provider_id, f.return_to, f.user_id, f.expires_at, \
                   t.id, t.slug, t.schema_name",
    )
    .bind(state.0.as_slice())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(flow))
}

/// One that waits for a code, and goes on waiting.
pub(super) async fn find_waiting(
    pool: &PgPool,
    browser: SecretHash,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Flow, Tenant)>> {
    let row: Option<Columns> = sqlx::query_as(
        "select f.state_hash, f.browser_hash, f.provider_id, f.return_to, f.user_id, f.expires_at, \
                t.id, t.slug, t.schema_name \
         from platform.sign_in_flows f join platform.tenants t on t.id = f.tenant_id \
         where f.state_hash = $1 and f.user_id is not null and f.expires_at > $2 and t.status = 'active'",
    )
    .bind(browser.0.as_slice())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(flow))
}

/// Who an account elsewhere is.
pub(super) async fn find_user(
    pool: &PgPool,
    tenant: Uuid,
    (issuer, subject): (&str, &str),
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar(
        "select user_id from platform.sign_in_links where tenant_id = $1 and issuer = $2 and subject = $3",
    )
    .bind(tenant)
    .bind(issuer)
    .bind(subject)
    .fetch_optional(pool)
    .await
}

/// `false` when the user has an account there, or the account is a user's.
pub(super) async fn link(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
    (issuer, subject): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.sign_in_links (tenant_id, issuer, subject, user_id, created_at) \
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(tenant)
    .bind(issuer)
    .bind(subject)
    .bind(user)
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The issuers at which a user was known.
pub(super) async fn unlink(
    transaction: &mut PgConnection,
    (tenant, user): (Uuid, Uuid),
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "delete from platform.sign_in_links where tenant_id = $1 and user_id = $2 returning issuer",
    )
    .bind(tenant)
    .bind(user)
    .fetch_all(transaction)
    .await
}
