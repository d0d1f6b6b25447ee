//! Static SQL on `platform.tenant_features`, and on what plans say of features.

use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A tenant with the features of its plan (`None` is all), and those that it has or lacks otherwise.
pub(crate) type Row = (Uuid, Option<Vec<String>>, Vec<String>, Vec<String>);

pub(crate) async fn load(executor: impl PgExecutor<'_>, tenants: &[Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select t.id, p.features, \
         array(select f.feature from platform.tenant_features f where f.tenant_id = t.id and f.enabled), \
         array(select f.feature from platform.tenant_features f where f.tenant_id = t.id and not f.enabled) \
         from platform.tenants t left join platform.plans p on p.name = t.plan where t.id = any ($1)",
    )
    .bind(tenants)
    .fetch_all(executor)
    .await
}

/// Says otherwise than the plan, or, with `None`, as the plan.
pub(crate) async fn put(
    held: &mut PgConnection,
    (tenant, feature): (Uuid, &str),
    enabled: Option<bool>,
) -> sqlx::Result<()> {
    let text = match enabled {
        Some(_) => {
            "insert into platform.tenant_features (tenant_id, feature, enabled) values ($1, $2, $3) \
             on conflict (tenant_id, feature) do update set enabled = excluded.enabled"
        }
        None => {
            "delete from platform.tenant_features where tenant_id = $1 and feature = $2 and $3::boolean is null"
        }
    };
    sqlx::query(text).bind(tenant).bind(feature).bind(enabled).execute(held).await?;
    Ok(())
}
