//! The statements of purging beside the change of metadata itself.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use metadata::ddl::gone;
use metadata::definitions::Pointing;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::context::{Context, Tenant, Versions};
use crate::error::{Error, Result};
use crate::store::{hold_versions, load_versions};
use crate::write::sql::table;

/// Rows of one table that go in one transaction.
const BATCH: i64 = 5_000;

/// The revision, and since when what is retired at it is, by stable id.
pub(super) async fn list_retired(
    connection: &mut PgConnection,
    tenant: &Tenant,
) -> Result<(i64, Vec<(String, DateTime<Utc>)>)> {
    let text = format!(
        "SELECT s.revision, m.id, m.retired_at FROM {} s LEFT JOIN {} m ON m.retired_at IS NOT NULL AND m.purged_at IS NULL \
         ORDER BY m.retired_at, m.id",
        table(&tenant.schema, "_state"),
        table(&tenant.schema, "_metadata")
    );
    type Row = (i64, Option<String>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(text)).fetch_all(connection).await?;
    let revision = rows.first().map(|row| row.0).ok_or(Error::NotFound)?;
    Ok((revision, rows.into_iter().filter_map(|(_, id, at)| id.zip(at)).collect()))
}

/// The fields that are held to the hidden tables of some objects. The database knows it of what is hidden itself, whose
/// words may mean another object by now; by what depends on these tables, so that no other tenant's are looked at.
pub(super) async fn list_pointing(
    connection: &mut PgConnection,
    tenant: &Tenant,
    objects: &BTreeSet<String>,
) -> Result<Vec<Pointing>> {
    let text = "SELECT DISTINCT split_part(c.conname, '_', 1), o.id FROM unnest($1::text[], $2::text[]) AS o(id, name) \
                JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(o.name)::oid \
                AND d.classid = 'pg_constraint'::regclass \
                JOIN pg_constraint c ON c.oid = d.objid AND c.contype = 'f' AND c.confrelid = d.refobjid";
    let ids: Vec<&str> = objects.iter().map(String::as_str).collect();
    let names: Vec<String> = objects.iter().map(|id| table(&tenant.schema, &gone(id))).collect();
    let rows: Vec<(String, String)> =
        sqlx::query_as(text).bind(ids).bind(names).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(field, to)| Pointing { field, to }).collect())
}

/// Takes away what other tables have about records and fields that are purged; answers whether there may be more. What is
/// purged stays so until the transaction ends.
pub(super) async fn sweep(connection: &mut PgConnection, context: &Context) -> Result<bool> {
    let tenant = context.tenant();
    let (mut objects, mut owners, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    for one in &context.snapshot.definitions.objects {
        let is_gone = one.object.is_purged();
        let gone = one.fields.iter().filter(|field| is_gone || field.is_purged());
        let before = fields.len();
        fields.extend(gone.map(|field| field.id.clone()));
        if is_gone {
            objects.push(one.object.id.clone());
        } else if fields.len() > before {
            owners.push(one.object.id.clone());
        }
    }
    if objects.is_empty() && fields.is_empty() {
        return Ok(false);
    }
    hold_versions(connection, tenant).await?;
    if load_versions(connection, tenant).await?.revision != context.snapshot.revision {
        return Err(Error::Outdated(Versions::default()));
    }
    let mut is_more = false;
    for (name, which) in [
        ("_shares", "object_id = ANY($1)"),
        ("_states", "object_id = ANY($1) OR object_id = ANY($2) AND field_id = ANY($3)"),
        ("_views", "object_id = ANY($1)"),
        ("_view_defaults", "object_id = ANY($1)"),
        ("_counters", "field_id = ANY($3)"),
    ] {
        let name = table(&tenant.schema, name);
        // All three are said everywhere, so that each statement has them.
        let text = format!(
            "DELETE FROM {name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {name} WHERE ({which}) \
             AND num_nulls($1::text[], $2::text[], $3::text[]) = 0 LIMIT $4 FOR UPDATE SKIP LOCKED))"
        );
        let gone = sqlx::query(AssertSqlSafe(text)).bind(&objects).bind(&owners).bind(&fields).bind(BATCH);
        is_more |= gone.execute(&mut *connection).await?.rows_affected() >= BATCH.unsigned_abs();
    }
    Ok(is_more)
}
