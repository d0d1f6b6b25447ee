//! Static SQL on `platform.sign_in_providers`.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::ProviderSettings;

/// A provider as it is stored.
#[derive(Clone)]
pub(crate) struct Row {
    pub id: Uuid,
    pub name: String,
    pub settings: ProviderSettings,
    /// Sealed.
    pub secret: Option<String>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

type Columns = (Uuid, String, Json<ProviderSettings>, Option<String>, DateTime<Utc>, DateTime<Utc>);

fn row((id, name, settings, secret, created_at, changed_at): Columns) -> Row {
    Row { id, name, settings: settings.0, secret, created_at, changed_at }
}

/// In the order in which they came.
pub(crate) async fn list(pool: &PgPool, tenant: Uuid) -> sqlx::Result<Vec<Row>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "select id, name, settings, secret, created_at, changed_at from platform.sign_in_providers \
         where tenant_id = $1 order by created_at, id",
    )
    .bind(tenant)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn find(pool: &PgPool, (tenant, name): (Uuid, &str)) -> sqlx::Result<Option<Row>> {
    let found: Option<Columns> = sqlx::query_as(
        "select id, name, settings, secret, created_at, changed_at from platform.sign_in_providers \
         where tenant_id = $1 and name = $2",
    )
    .bind(tenant)
    .bind(name)
    .fetch_optional(pool)
    .await?;
    Ok(found.map(row))
}

pub(crate) async fn find_by_id(pool: &PgPool, (tenant, id): (Uuid, Uuid)) -> sqlx::Result<Option<Row>> {
    let found: Option<Columns> = sqlx::query_as(
        "select id, name, settings, secret, created_at, changed_at from platform.sign_in_providers \
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(found.map(row))
}

/// Whether anybody can sign in by a provider.
pub(crate) async fn has_active(pool: &PgPool, tenant: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from platform.sign_in_providers \
         where tenant_id = $1 and coalesce((settings ->> 'active')::boolean, true))",
    )
    .bind(tenant)
    .fetch_one(pool)
    .await
}

/// `false` when there is one of this name.
pub(crate) async fn insert(transaction: &mut PgConnection, tenant: Uuid, row: &Row) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.sign_in_providers (tenant_id, id, name, settings, secret, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (tenant_id, name) do nothing",
    )
    .bind(tenant)
    .bind(row.id)
    .bind(&row.name)
    .bind(Json(&row.settings))
    .bind(&row.secret)
    .bind(row.created_at)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `false` when it is not any more what it was then.
pub(crate) async fn update(
    transaction: &mut PgConnection,
    tenant: Uuid,
    (row, then): (&Row, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update platform.sign_in_providers set settings = $3, secret = $4, changed_at = $5 \
         where tenant_id = $1 and id = $2 and changed_at = $6",
    )
    .bind(tenant)
    .bind(row.id)
    .bind(Json(&row.settings))
    .bind(&row.secret)
    .bind(row.changed_at)
    .bind(then)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `false` when it is gone already.
pub(crate) async fn delete(transaction: &mut PgConnection, (tenant, id): (Uuid, Uuid)) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from platform.sign_in_providers where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(id)
        .execute(transaction)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all sessions that came by it.
pub(crate) async fn end_sessions(
    transaction: &mut PgConnection,
    (tenant, id): (Uuid, Uuid),
) -> sqlx::Result<()> {
    sqlx::query("delete from platform.sessions where tenant_id = $1 and provider_id = $2")
        .bind(tenant)
        .bind(id)
        .execute(transaction)
        .await?;
    Ok(())
}
