//! Static SQL on `platform.limits_reached` and `platform.tenant_packages`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// False when it was told that day already.
pub(crate) async fn put_limit(
    held: &mut PgConnection,
    (tenant, what): (Uuid, &str),
    day: NaiveDate,
) -> sqlx::Result<bool> {
    let text = "insert into platform.limits_reached (tenant_id, what, day) select id, $2, $3 from platform.tenants \
                where id = $1 on conflict do nothing";
    let done = sqlx::query(text).bind(tenant).bind(what).bind(day).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps a tenant that somebody sells from others who would note its packages; false where nobody sells it.
pub(crate) async fn lock_sold(held: &mut PgConnection, tenant: Uuid) -> sqlx::Result<bool> {
    let text = "select id from platform.tenants where id = $1 and reseller_id is not null and status = 'active' \
                for no key update";
    let found: Option<Uuid> = sqlx::query_scalar(text).bind(tenant).fetch_optional(held).await?;
    Ok(found.is_some())
}

/// Name and version of those that are known.
pub(crate) async fn list_packages(
    executor: impl PgExecutor<'_>,
    tenant: Uuid,
) -> sqlx::Result<BTreeMap<String, String>> {
    let text = "select name, version from platform.tenant_packages where tenant_id = $1";
    let rows: Vec<(String, String)> = sqlx::query_as(text).bind(tenant).fetch_all(executor).await?;
    Ok(rows.into_iter().collect())
}

/// These and no others are known from here on.
pub(crate) async fn put_packages(
    held: &mut PgConnection,
    tenant: Uuid,
    packages: &BTreeMap<String, String>,
) -> sqlx::Result<()> {
    let text = "delete from platform.tenant_packages where tenant_id = $1";
    sqlx::query(text).bind(tenant).execute(&mut *held).await?;
    let (names, versions): (Vec<&str>, Vec<&str>) =
        packages.iter().map(|(name, version)| (name.as_str(), version.as_str())).unzip();
    let text = "insert into platform.tenant_packages (tenant_id, name, version) \
                select $1, p.name, p.version from unnest($2::text[], $3::text[]) as p (name, version)";
    sqlx::query(text).bind(tenant).bind(names).bind(versions).execute(held).await?;
    Ok(())
}
