//! Static SQL on `platform.tenants` and on the list of migrations that were run.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

/// `id, slug, name, schema_name, status, created_at`.
pub(crate) type Row = (Uuid, String, String, String, String, DateTime<Utc>);

/// Number of the newest migration that was run; `None` before the first.
pub(crate) async fn load_newest_migration(pool: &PgPool) -> sqlx::Result<Option<i64>> {
    let there: bool =
        sqlx::query_scalar("select to_regclass('platform.migrations') is not null").fetch_one(pool).await?;
    if !there {
        return Ok(None);
    }
    sqlx::query_scalar("select max(version) from platform.migrations where success").fetch_one(pool).await
}

/// Waits until nobody else makes or deletes the tenant; held until the transaction ends.
pub(crate) async fn lock(transaction: &mut PgConnection, slug: &str) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('trellis tenant ' || $1, 0))")
        .bind(slug)
        .execute(transaction)
        .await?;
    Ok(())
}

pub(crate) async fn insert(
    pool: &PgPool,
    id: Uuid,
    slug: &str,
    name: &str,
    schema: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.tenants (id, slug, name, schema_name, status) values ($1, $2, $3, $4, 'creating')",
    )
    .bind(id)
    .bind(slug)
    .bind(name)
    .bind(schema)
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn update_status(executor: impl PgExecutor<'_>, id: Uuid, status: &str) -> sqlx::Result<()> {
    sqlx::query("update platform.tenants set status = $2 where id = $1")
        .bind(id)
        .bind(status)
        .execute(executor)
        .await?;
    Ok(())
}

/// Sessions, keys and credentials of the tenant go with it.
pub(crate) async fn delete(executor: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from platform.tenants where id = $1").bind(id).execute(executor).await?;
    Ok(())
}

pub(crate) async fn load_by_slug(pool: &PgPool, slug: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "select id, slug, name, schema_name, status, created_at from platform.tenants where slug = $1",
    )
    .bind(slug)
    .fetch_optional(pool)
    .await
}

pub(crate) async fn load_by_id(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "select id, slug, name, schema_name, status, created_at from platform.tenants where id = $1",
    )
    .bind(id)
    .fetch_optional(pool)
    .await
}

pub(crate) async fn load_all(pool: &PgPool) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select id, slug, name, schema_name, status, created_at from platform.tenants order by slug",
    )
    .fetch_all(pool)
    .await
}

/// At most two active tenants: enough to know whether there is exactly one.
pub(crate) async fn load_two_active(pool: &PgPool) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select id, slug, name, schema_name, status, created_at from platform.tenants where status = 'active' limit 2",
    )
    .fetch_all(pool)
    .await
}
