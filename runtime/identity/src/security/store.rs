//! Static SQL on `platform.security_settings`.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::SecuritySettings;

/// The defaults where nothing was set.
pub(crate) async fn load(pool: &PgPool, tenant: Uuid) -> sqlx::Result<SecuritySettings> {
    let stored: Option<Json<SecuritySettings>> =
        sqlx::query_scalar("select settings from platform.security_settings where tenant_id = $1")
            .bind(tenant)
            .fetch_optional(pool)
            .await?;
    Ok(stored.map(|stored| stored.0).unwrap_or_default())
}

/// The same, kept from others until the transaction ends: two changes at once both hold.
pub(crate) async fn lock(
    transaction: &mut PgConnection,
    tenant: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<SecuritySettings> {
    sqlx::query(
        "insert into platform.security_settings (tenant_id, settings, changed_at) values ($1, '{}', $2) \
         on conflict do nothing",
    )
    .bind(tenant)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    let stored: Json<SecuritySettings> =
        sqlx::query_scalar("select settings from platform.security_settings where tenant_id = $1 for update")
            .bind(tenant)
            .fetch_one(transaction)
            .await?;
    Ok(stored.0)
}

pub(crate) async fn put(
    transaction: &mut PgConnection,
    tenant: Uuid,
    settings: &SecuritySettings,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query("update platform.security_settings set settings = $2, changed_at = $3 where tenant_id = $1")
        .bind(tenant)
        .bind(Json(settings))
        .bind(now)
        .execute(transaction)
        .await?;
    Ok(())
}
