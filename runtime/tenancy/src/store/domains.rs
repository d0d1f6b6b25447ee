//! Static SQL on `platform.domains`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Row;

/// The tenant that a host is of.
pub(crate) async fn find(pool: &PgPool, host: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(tenants!("where id = (select tenant_id from platform.domains where host = $1)"))
        .bind(host)
        .fetch_optional(pool)
        .await
}

/// Gives a tenant a host; false when another one has it.
pub(crate) async fn put(
    held: &mut PgConnection,
    (host, tenant): (&str, Uuid),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.domains as d (host, tenant_id, made_at) values ($1, $2, $3) \
         on conflict (host) do update set host = d.host where d.tenant_id = excluded.tenant_id",
    )
    .bind(host)
    .bind(tenant)
    .bind(now)
    .execute(held)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes it away; false when the tenant does not have it.
pub(crate) async fn delete(held: &mut PgConnection, (host, tenant): (&str, Uuid)) -> sqlx::Result<bool> {
    let text = "delete from platform.domains where host = $1 and tenant_id = $2";
    let done = sqlx::query(text).bind(host).bind(tenant).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

/// Tenant and host of these tenants, by host.
pub(crate) async fn load(pool: &PgPool, tenants: &[Uuid]) -> sqlx::Result<Vec<(Uuid, String)>> {
    let text = "select tenant_id, host from platform.domains where tenant_id = any ($1) order by host";
    sqlx::query_as(text).bind(tenants).fetch_all(pool).await
}
