//! Static SQL on `platform.branding`.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::branding::Branding;

/// Nothing of it where nothing was set.
pub(crate) async fn load(pool: &PgPool, tenant: Uuid) -> sqlx::Result<Branding> {
    Ok(load_since(pool, tenant).await?.0)
}

/// The same, and when it was changed last.
pub(crate) async fn load_since(
    pool: &PgPool,
    tenant: Uuid,
) -> sqlx::Result<(Branding, Option<DateTime<Utc>>)> {
    let text = "select settings, changed_at from platform.branding where tenant_id = $1";
    let stored: Option<(Json<Branding>, DateTime<Utc>)> =
        sqlx::query_as(text).bind(tenant).fetch_optional(pool).await?;
    Ok(stored.map(|(stored, changed_at)| (stored.0, Some(changed_at))).unwrap_or_default())
}

/// The same as set, kept from others until the transaction ends: two changes at once both hold.
pub(crate) async fn lock(
    held: &mut PgConnection,
    tenant: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Branding> {
    let text = "insert into platform.branding (tenant_id, settings, changed_at) values ($1, '{}', $2) \
                on conflict do nothing";
    sqlx::query(text).bind(tenant).bind(now).execute(&mut *held).await?;
    let text = "select settings from platform.branding where tenant_id = $1 for update";
    let stored: Json<Branding> = sqlx::query_scalar(text).bind(tenant).fetch_one(held).await?;
    Ok(stored.0)
}

pub(crate) async fn put(
    held: &mut PgConnection,
    tenant: Uuid,
    branding: &Branding,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = "update platform.branding set settings = $2, changed_at = $3 where tenant_id = $1";
    sqlx::query(text).bind(tenant).bind(Json(branding)).bind(now).execute(held).await?;
    Ok(())
}
