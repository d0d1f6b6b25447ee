//! Static SQL on `platform.reseller_layers` and `platform.tenant_layers`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::Tenant;
use metadata::layers::ResellerLayer;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::layers::{Fate, Report, SavedLayer};

type Row = (String, Uuid, Json<ResellerLayer>, DateTime<Utc>);
type FateRow = (Uuid, String, String, Option<Json<Report>>, Option<DateTime<Utc>>, Option<String>);

fn saved((package, edition, layer, changed_at): Row) -> SavedLayer {
    SavedLayer { package, edition, layer: layer.0, changed_at }
}

/// Those of a reseller, by package.
pub(crate) async fn load_of(pool: &PgPool, reseller: Uuid) -> sqlx::Result<Vec<SavedLayer>> {
    let text = "select package, edition, layer, changed_at from platform.reseller_layers \
                where reseller_id = $1 order by package";
    let rows: Vec<Row> = sqlx::query_as(text).bind(reseller).fetch_all(pool).await?;
    Ok(rows.into_iter().map(saved).collect())
}

/// The editions in force of a reseller's layers, by package.
pub(crate) async fn load_editions(pool: &PgPool, reseller: Uuid) -> sqlx::Result<BTreeMap<String, Uuid>> {
    let text = "select package, edition from platform.reseller_layers where reseller_id = $1";
    let rows: Vec<(String, Uuid)> = sqlx::query_as(text).bind(reseller).fetch_all(pool).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn load(
    from: impl PgExecutor<'_>,
    reseller: Uuid,
    package: &str,
) -> sqlx::Result<Option<SavedLayer>> {
    let text = "select package, edition, layer, changed_at from platform.reseller_layers \
                where reseller_id = $1 and package = $2";
    let row: Option<Row> = sqlx::query_as(text).bind(reseller).bind(package).fetch_optional(from).await?;
    Ok(row.map(saved))
}

pub(crate) async fn put(held: &mut PgConnection, reseller: Uuid, layer: &SavedLayer) -> sqlx::Result<()> {
    let text = "insert into platform.reseller_layers (reseller_id, package, edition, layer, changed_at) \
         values ($1, $2, $3, $4, $5) on conflict (reseller_id, package) \
         do update set edition = excluded.edition, layer = excluded.layer, changed_at = excluded.changed_at";
    let put = sqlx::query(text).bind(reseller).bind(&layer.package).bind(layer.edition);
    put.bind(Json(&layer.layer)).bind(layer.changed_at).execute(held).await?;
    Ok(())
}

/// Whether it was there.
pub(crate) async fn delete(held: &mut PgConnection, reseller: Uuid, package: &str) -> sqlx::Result<bool> {
    let text = "delete from platform.reseller_layers where reseller_id = $1 and package = $2";
    let done = sqlx::query(text).bind(reseller).bind(package).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

/// Which editions had their turn in a tenant, and what came of it, by package.
pub(crate) async fn editions_of(
    pool: &PgPool,
    tenant: Uuid,
) -> sqlx::Result<BTreeMap<String, (Option<Uuid>, String)>> {
    let text = "select package, edition, outcome from platform.tenant_layers where tenant_id = $1";
    let rows: Vec<(String, Option<Uuid>, String)> = sqlx::query_as(text).bind(tenant).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|(package, edition, outcome)| (package, (edition, outcome))).collect())
}

/// The next tenant of a reseller, by slug, in which an edition, or none, has not had its turn.
pub(crate) async fn find_next(
    pool: &PgPool,
    (reseller, package, edition): (Uuid, &str, Option<Uuid>),
    after: &str,
) -> sqlx::Result<Option<Tenant>> {
    let text = "select t.id, t.slug, t.schema_name from platform.tenants t where t.reseller_id = $1 and t.slug > $2 \
                and t.status in ('active', 'suspended') and not exists (select 1 from platform.tenant_layers l \
                where l.tenant_id = t.id and l.package = $3 and l.edition is not distinct from $4) \
                order by t.slug limit 1";
    let found = sqlx::query_as(text).bind(reseller).bind(after).bind(package).bind(edition);
    let row: Option<(Uuid, String, String)> = found.fetch_optional(pool).await?;
    Ok(row.map(|(id, slug, schema)| Tenant { id, slug, schema }))
}

/// Notes what came of an edition in a tenant, as long as that is there. What says no more than is told of it already leaves
/// that.
pub(crate) async fn put_fate(
    held: &mut PgConnection,
    (tenant, package): (Uuid, &str),
    (edition, outcome, report): (Option<Uuid>, &str, &Report),
) -> sqlx::Result<()> {
    let text = "insert into platform.tenant_layers as l (tenant_id, package, edition, outcome, report, at) \
         select id, $2, $3, $4, $5, $6 from platform.tenants where id = $1 on conflict (tenant_id, package) do update \
         set edition = excluded.edition, outcome = excluded.outcome, report = excluded.report, at = excluded.at \
         where $7 or l.edition is distinct from excluded.edition or l.outcome <> excluded.outcome";
    let says_more = !report.conflicts.is_empty() || !report.problems.is_empty();
    let put = sqlx::query(text).bind(tenant).bind(package).bind(edition).bind(outcome);
    put.bind(Json(report)).bind(Utc::now()).bind(says_more).execute(held).await?;
    Ok(())
}

pub(crate) async fn delete_fate(held: &mut PgConnection, tenant: Uuid, package: &str) -> sqlx::Result<()> {
    let text = "delete from platform.tenant_layers where tenant_id = $1 and package = $2";
    sqlx::query(text).bind(tenant).bind(package).execute(held).await?;
    Ok(())
}

/// A reseller's tenants that have the package, with what became there of the edition in force; where there is none any more,
/// those that have one still.
macro_rules! fates {
    ($what:literal, $rest:literal) => {
        concat!(
            "select ", $what, " from (select t.id, t.slug, l.report, l.at, p.version, case when l.tenant_id is not null \
             and l.edition is not distinct from s.edition then l.outcome else 'waiting' end as state \
             from platform.tenants t left join platform.reseller_layers s on s.reseller_id = $1 and s.package = $2 \
             left join platform.tenant_layers l on l.tenant_id = t.id and l.package = $2 \
             left join platform.tenant_packages p on p.tenant_id = t.id and p.name = $2 \
             where t.reseller_id = $1 and t.status in ('active', 'suspended') \
             and (l.edition is not null or (s.package is not null and (l.tenant_id is not null or p.tenant_id is not null)))) f ",
            $rest
        )
    };
}

pub(crate) async fn list_fates(
    pool: &PgPool,
    (reseller, package): (Uuid, &str),
    (after, limit): (&str, i64),
) -> sqlx::Result<Vec<Fate>> {
    let text = fates!(
        "f.id, f.slug, f.state, f.report, f.at, f.version",
        "where f.slug > $3 order by f.slug limit $4"
    );
    let rows = sqlx::query_as(text).bind(reseller).bind(package).bind(after).bind(limit);
    let rows: Vec<FateRow> = rows.fetch_all(pool).await?;
    let fate = |(tenant, slug, state, report, at, version): FateRow| {
        // What is told of an edition before says nothing of this one.
        let mut report = report.map(|report| report.0).filter(|_| state != "waiting").unwrap_or_default();
        // Of the package as it is there by now.
        report.version = version.or(report.version);
        let at = at.filter(|_| state != "waiting");
        Fate { tenant, slug, state, report, at }
    };
    Ok(rows.into_iter().map(fate).collect())
}

/// How many are applied, refused and waiting.
pub(crate) async fn count_fates(pool: &PgPool, reseller: Uuid, package: &str) -> sqlx::Result<[i64; 3]> {
    let text = fates!(
        "count(*) filter (where f.state = 'applied'), count(*) filter (where f.state = 'refused'), \
         count(*) filter (where f.state = 'waiting')",
        ""
    );
    let (applied, refused, waiting) =
        sqlx::query_as(text).bind(reseller).bind(package).fetch_one(pool).await?;
    Ok([applied, refused, waiting])
}
