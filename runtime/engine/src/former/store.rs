//! Static SQL of former names: what was called what, and who still says so (`_former_names`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use metadata::Kind;
use metadata::definitions::Row;
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::said::Said;
use crate::context::Tenant;
use crate::error::Result;
use crate::revisions::row_from_json;
use crate::write::sql::table;

/// The uses that are listed at most.
const MOST: i64 = 1_000;

/// A component as it was, and when that ended.
pub(super) struct Past {
    pub row: Row,
    pub changed_at: DateTime<Utc>,
}

/// The last revision before a moment; 0 where there was none.
pub(super) async fn revision_at(
    connection: &mut PgConnection,
    tenant: &Tenant,
    at: DateTime<Utc>,
) -> Result<i64> {
    let text = format!(
        "SELECT coalesce(max(number), 0) FROM {} WHERE made_at < $1",
        table(&tenant.schema, "_revisions")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(at).fetch_one(connection).await?)
}

/// Objects and fields as they were at revision `from`, of those that have another name at revision `to`, or had in
/// between.
pub(super) async fn load_since(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (from, to): (i64, i64),
) -> Result<Vec<Past>> {
    let text = format!(
        "SELECT before, after, made_at FROM {} WHERE number > $1 AND number <= $2 ORDER BY number",
        table(&tenant.schema, "_revisions")
    );
    let revisions = sqlx::query(AssertSqlSafe(text)).bind(from).bind(to).fetch_all(connection).await?;
    // What was made since was nothing then.
    let mut past: BTreeMap<String, (Option<Row>, Option<DateTime<Utc>>)> = BTreeMap::new();
    for revision in &revisions {
        let (before, after): (Json, Json) = (revision.try_get(0)?, revision.try_get(1)?);
        let at: DateTime<Utc> = revision.try_get(2)?;
        for row in rows(&before) {
            past.entry(row.id.clone()).or_insert((Some(row), None));
        }
        for row in rows(&after) {
            let (then, renamed_at) = past.entry(row.id.clone()).or_insert((None, None));
            if renamed_at.is_none() && then.as_ref().is_some_and(|then| !is_called(then, &row)) {
                *renamed_at = Some(at);
            }
        }
    }
    let known = past.into_values().filter_map(|(row, at)| Some(Past { row: row?, changed_at: at? }));
    Ok(known.collect())
}

fn rows(json: &Json) -> Vec<Row> {
    let rows = json.as_array().into_iter().flatten().filter_map(row_from_json);
    rows.filter(|row| matches!(row.kind, Kind::Objects | Kind::Fields)).collect()
}

fn is_called(one: &Row, other: &Row) -> bool {
    own_name(one) == own_name(other) && one.definition["plural"] == other.definition["plural"]
}

/// `amount` of `deal.amount`: that of a field is told with its object's.
pub(super) fn own_name(row: &Row) -> &str {
    row.name.rsplit('.').next().unwrap_or_default()
}

/// Adds what was counted.
pub(super) async fn add(connection: &mut PgConnection, tenant: &Tenant, mut said: Vec<Said>) -> Result<()> {
    if said.is_empty() {
        return Ok(());
    }
    // In one order, so that two nodes never wait for each other.
    said.sort_by(|one, other| one.of.cmp(&other.of));
    let text = format!(
        "INSERT INTO {} AS f (old, new, actor_id, actor_name, key_id, version, requests, first_at, last_at) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[], \
         $8::timestamptz[], $9::timestamptz[]) \
         ON CONFLICT (old, new, actor_id, key_id, version) DO UPDATE SET requests = f.requests + excluded.requests, \
         actor_name = excluded.actor_name, last_at = greatest(f.last_at, excluded.last_at)",
        table(&tenant.schema, "_former_names")
    );
    let texts = |of: fn(&Said) -> &str| said.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&Said) -> i64| said.iter().map(of).collect::<Vec<_>>();
    let ids = |of: fn(&Said) -> Uuid| said.iter().map(of).collect::<Vec<_>>();
    let times = |of: fn(&Said) -> DateTime<Utc>| said.iter().map(of).collect::<Vec<_>>();
    sqlx::query(AssertSqlSafe(text))
        .bind(texts(|one| one.of.old.as_str()))
        .bind(texts(|one| one.of.new.as_str()))
        .bind(ids(|one| one.of.actor))
        .bind(texts(|one| one.name.as_str()))
        .bind(ids(|one| one.of.key))
        .bind(numbers(|one| one.of.version))
        .bind(numbers(|one| one.requests))
        .bind(times(|one| one.first_at))
        .bind(times(|one| one.last_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// One who says a former name.
pub(super) struct Use {
    pub old: String,
    pub new: String,
    pub actor: Uuid,
    pub actor_name: String,
    pub key: Option<Uuid>,
    pub version: i64,
    pub requests: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

/// Those who have said former names, the latest first.
pub(super) async fn list(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Use>> {
    let text = format!(
        "SELECT old, new, actor_id, actor_name, nullif(key_id, '00000000-0000-0000-0000-000000000000'), version, requests, \
         first_at, last_at FROM {} ORDER BY last_at DESC LIMIT $1",
        table(&tenant.schema, "_former_names")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(MOST).fetch_all(connection).await?;
    let one = |row: &sqlx::postgres::PgRow| {
        Ok(Use {
            old: row.try_get(0)?,
            new: row.try_get(1)?,
            actor: row.try_get(2)?,
            actor_name: row.try_get(3)?,
            key: row.try_get(4)?,
            version: row.try_get(5)?,
            requests: row.try_get(6)?,
            first_at: row.try_get(7)?,
            last_at: row.try_get(8)?,
        })
    };
    rows.iter().map(one).collect()
}
