//! Static SQL on `platform.support_access` and `platform.support_requests`. Which links and sessions came of it is `identity`'s business.

use chrono::{DateTime, Utc};
use engine::Tenant;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row as _};
use uuid::Uuid;

use crate::support::{Access, Consent, SupportRequest};

macro_rules! consents {
    ($rest:literal) => {
        concat!(
            "select a.id, a.tenant_id, a.reseller_id, r.name as reseller, a.granted_by, a.granted_by_name, a.granted_at, ",
            "a.until, a.ended_at, a.roles, a.access, a.reason ",
            "from platform.support_access a join platform.resellers r on r.id = a.reseller_id ",
            $rest
        )
    };
}

impl<'r> FromRow<'r, PgRow> for Consent {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let access: String = row.try_get("access")?;
        Ok(Self {
            id: row.try_get("id")?,
            tenant: row.try_get("tenant_id")?,
            reseller: row.try_get("reseller_id")?,
            reseller_name: row.try_get("reseller")?,
            granted_by: (row.try_get("granted_by")?, row.try_get("granted_by_name")?),
            granted_at: row.try_get("granted_at")?,
            until: row.try_get("until")?,
            ended_at: row.try_get("ended_at")?,
            roles: row.try_get("roles")?,
            // The table's check allows no other word.
            access: Access::parse(&access).unwrap_or(Access::Read),
            reason: row.try_get("reason")?,
        })
    }
}

/// False when one is open.
pub(crate) async fn insert(held: &mut PgConnection, consent: &Consent) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.support_access \
         (id, tenant_id, reseller_id, granted_by, granted_by_name, granted_at, until, roles, access, reason) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (tenant_id) where ended_at is null do nothing",
    )
    .bind(consent.id)
    .bind(consent.tenant)
    .bind(consent.reseller)
    .bind(consent.granted_by.0)
    .bind(&consent.granted_by.1)
    .bind(consent.granted_at)
    .bind(consent.until)
    .bind(&consent.roles)
    .bind(consent.access.word())
    .bind(&consent.reason)
    .execute(held)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends one; false when it is not there, or over. Links that wait for it go with it.
pub(crate) async fn end(
    held: &mut PgConnection,
    (tenant, id): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let text = "with ended as (update platform.support_access set ended_at = $3 \
                               where tenant_id = $1 and id = $2 and ended_at is null returning id), \
                gone as (delete from platform.support_links where access_id in (select id from ended)) \
                select exists (select from ended)";
    sqlx::query_scalar(text).bind(tenant).bind(id).bind(at).fetch_one(held).await
}

/// A tenant's, the newest first.
pub(crate) async fn load_of(pool: &PgPool, tenant: Uuid, limit: i64) -> sqlx::Result<Vec<Consent>> {
    sqlx::query_as(consents!("where a.tenant_id = $1 order by a.id desc limit $2"))
        .bind(tenant)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// Those of these tenants that hold now.
pub(crate) async fn load_open(
    executor: impl PgExecutor<'_>,
    tenants: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Consent>> {
    sqlx::query_as(consents!("where a.tenant_id = any ($1) and a.ended_at is null and a.until > $2"))
        .bind(tenants)
        .bind(now)
        .fetch_all(executor)
        .await
}

/// A tenant's that nobody has ended though its time is over.
pub(crate) async fn load_over(
    held: &mut PgConnection,
    tenant: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Consent>> {
    sqlx::query_as(consents!("where a.tenant_id = $1 and a.ended_at is null and a.until <= $2"))
        .bind(tenant)
        .bind(now)
        .fetch_optional(held)
        .await
}

/// Tenants that have such a one, as long as they are whole.
pub(crate) async fn load_due(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Vec<Tenant>> {
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "select t.id, t.slug, t.schema_name from platform.support_access a join platform.tenants t on t.id = a.tenant_id \
         where a.ended_at is null and a.until <= $1 and t.status in ('active', 'suspended') order by a.until limit 1000",
    )
    .bind(now)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(id, slug, schema)| Tenant { id, slug, schema }).collect())
}

/// Notes that the reseller asks, in place of what it asked before.
pub(crate) async fn put_request(
    held: &mut PgConnection,
    (tenant, reseller): (Uuid, Uuid),
    request: &SupportRequest,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.support_requests (id, tenant_id, reseller_id, email, name, reason, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id) do update set id = excluded.id, \
         reseller_id = excluded.reseller_id, email = excluded.email, name = excluded.name, \
         reason = excluded.reason, asked_at = excluded.asked_at",
    )
    .bind(request.id)
    .bind(tenant)
    .bind(reseller)
    .bind(&request.email)
    .bind(&request.name)
    .bind(&request.reason)
    .bind(request.asked_at)
    .execute(held)
    .await?;
    Ok(())
}

/// What the reseller asks since a moment.
pub(crate) async fn find_request(
    pool: &PgPool,
    tenant: Uuid,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<SupportRequest>> {
    type Columns = (Uuid, String, String, String, DateTime<Utc>);
    let row: Option<Columns> = sqlx::query_as(
        "select id, email, name, reason, asked_at from platform.support_requests where tenant_id = $1 and asked_at > $2",
    )
    .bind(tenant)
    .bind(since)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(id, email, name, reason, asked_at)| SupportRequest { id, email, name, reason, asked_at }))
}

/// Forgets what is asked, this or whatever it is; false when nothing is.
pub(crate) async fn delete_request(
    held: &mut PgConnection,
    (tenant, id): (Uuid, Option<Uuid>),
) -> sqlx::Result<bool> {
    let text = "delete from platform.support_requests where tenant_id = $1 and ($2::uuid is null or id = $2)";
    Ok(sqlx::query(text).bind(tenant).bind(id).execute(held).await?.rows_affected() > 0)
}

/// The name of who has sold a tenant.
pub(crate) async fn load_reseller(
    executor: impl PgExecutor<'_>,
    tenant: Uuid,
) -> sqlx::Result<Option<String>> {
    let text = "select r.name from platform.tenants t join platform.resellers r on r.id = t.reseller_id where t.id = $1";
    sqlx::query_scalar(text).bind(tenant).fetch_optional(executor).await
}
