//! Static SQL on `platform.branding` and `platform.reseller_branding`.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::branding::Branding;
use crate::branding::defaults::Part;

/// What is set and since when, and the same of who sold the tenant.
type Both = (Option<Json<Branding>>, Option<DateTime<Utc>>, Option<Json<Branding>>, Option<DateTime<Utc>>);

/// Nothing of it where nothing was set.
pub(crate) async fn load(pool: &PgPool, tenant: Uuid) -> sqlx::Result<Branding> {
    let text = "select settings from platform.branding where tenant_id = $1";
    let stored: Option<Json<Branding>> = sqlx::query_scalar(text).bind(tenant).fetch_optional(pool).await?;
    Ok(stored.map(|stored| stored.0).unwrap_or_default())
}

/// The same with what its reseller has set, and when each was changed last.
pub(crate) async fn load_both(pool: &PgPool, tenant: Uuid) -> sqlx::Result<(Part, Part)> {
    let text = "select b.settings, b.changed_at, d.settings, d.changed_at from platform.tenants t \
                left join platform.branding b on b.tenant_id = t.id \
                left join platform.reseller_branding d on d.reseller_id = t.reseller_id where t.id = $1";
    let stored: Option<Both> = sqlx::query_as(text).bind(tenant).fetch_optional(pool).await?;
    Ok(parts(stored))
}

fn parts(stored: Option<Both>) -> (Part, Part) {
    let (own, own_at, defaults, defaults_at) = stored.unwrap_or_default();
    let part = |stored: Option<Json<Branding>>, at| (stored.map(|one| one.0).unwrap_or_default(), at);
    (part(own, own_at), part(defaults, defaults_at))
}

/// The same without the logos, of which it says only whether there are any: they are most of it.
pub(crate) async fn load_both_bare(pool: &PgPool, tenant: Uuid) -> sqlx::Result<(Part, Part)> {
    let bare = |of: &str| {
        format!(
            "case when {of} ? 'logo' and {of}->'logo' <> 'null' then {of} || '{{\"logo\": \"\"}}' else {of} end"
        )
    };
    let text = format!(
        "select {}, b.changed_at, {}, d.changed_at from platform.tenants t \
         left join platform.branding b on b.tenant_id = t.id \
         left join platform.reseller_branding d on d.reseller_id = t.reseller_id where t.id = $1",
        bare("b.settings"),
        bare("d.settings")
    );
    let stored: Option<Both> = sqlx::query_as(AssertSqlSafe(text)).bind(tenant).fetch_optional(pool).await?;
    Ok(parts(stored))
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

/// What a reseller has set for its tenants.
pub(crate) async fn load_defaults(from: impl PgExecutor<'_>, reseller: Uuid) -> sqlx::Result<Branding> {
    let text = "select settings from platform.reseller_branding where reseller_id = $1";
    let stored: Option<Json<Branding>> = sqlx::query_scalar(text).bind(reseller).fetch_optional(from).await?;
    Ok(stored.map(|stored| stored.0).unwrap_or_default())
}

/// The same, kept from others until the transaction ends, whether it is there or not.
pub(crate) async fn lock_defaults(held: &mut PgConnection, reseller: Uuid) -> sqlx::Result<Branding> {
    super::resellers::lock(held, reseller).await?;
    load_defaults(held, reseller).await
}

pub(crate) async fn put_defaults(
    held: &mut PgConnection,
    reseller: Uuid,
    branding: &Branding,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let text = "insert into platform.reseller_branding (reseller_id, settings, changed_at) values ($1, $2, $3) \
         on conflict (reseller_id) do update set settings = excluded.settings, changed_at = excluded.changed_at";
    sqlx::query(text).bind(reseller).bind(Json(branding)).bind(now).execute(held).await?;
    Ok(())
}

pub(crate) async fn delete_defaults(held: &mut PgConnection, reseller: Uuid) -> sqlx::Result<()> {
    let text = "delete from platform.reseller_branding where reseller_id = $1";
    sqlx::query(text).bind(reseller).execute(held).await?;
    Ok(())
}
