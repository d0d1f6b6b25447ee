//! Many-to-many links: the ids that a record names replace those that it had.

use std::collections::{HashMap, HashSet};

use metadata::catalog::Link;
use serde_json::{Map, Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::saving::Saving;
use super::sql::{quoted, table};
use crate::error::Result;

/// Records with the ids that they name.
type Named<'s> = Vec<(Uuid, &'s [Uuid])>;

/// The ids that drafts name in one of their fields, with their records, and the table of the links.
fn named<'s>(saving: &'s Saving<'_>, index: usize) -> Option<(Named<'s>, &'s Link)> {
    let field = &saving.slots.object.fields[index];
    let named = saving.drafts.iter().flat_map(|draft| {
        draft.links.iter().filter(move |(at, _)| *at == index).map(|(_, ids)| (draft.id, ids.as_slice()))
    });
    let named: Named<'_> = named.collect();
    let link = &saving.slots.object.find_relation(&field.name)?.link;
    (!named.is_empty()).then_some((named, link))
}

/// What changes of the links of existing records, by record, as JSON text of `{"f12": [old, new]}`: one statement a
/// field. New records have their links as they have their values.
pub(super) async fn changes(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
) -> Result<HashMap<Uuid, String>> {
    let fresh: HashSet<Uuid> =
        saving.drafts.iter().filter(|draft| draft.is_new()).map(|draft| draft.id).collect();
    let mut changes: HashMap<Uuid, Map<String, Json>> = HashMap::new();
    for (index, field) in saving.slots.object.fields.iter().enumerate() {
        let Some((named, Link::Table { table: name, here, there, .. })) = named(saving, index) else {
            continue;
        };
        let owners: Vec<Uuid> = named.iter().map(|(id, _)| *id).filter(|id| !fresh.contains(id)).collect();
        if owners.is_empty() {
            continue;
        }
        let (here, there) = (quoted(here), quoted(there));
        let text = format!(
            "SELECT l.{here}, array_agg(l.{there} ORDER BY l.{there}) FROM {} l WHERE l.{here} = ANY($1) GROUP BY l.{here}",
            table(&saving.context.tenant().schema, name)
        );
        let before: Vec<(Uuid, Vec<Uuid>)> =
            sqlx::query_as(AssertSqlSafe(text)).bind(&owners).fetch_all(&mut *connection).await?;
        let before: HashMap<Uuid, Vec<Uuid>> = before.into_iter().collect();
        for (id, ids) in named.into_iter().filter(|(id, _)| !fresh.contains(id)) {
            let old = before.get(&id).cloned().unwrap_or_default();
            let mut new = ids.to_vec();
            new.sort_unstable();
            if old != new {
                changes.entry(id).or_default().insert(field.id.clone(), json!([old, new]));
            }
        }
    }
    Ok(changes.into_iter().map(|(id, told)| (id, Json::Object(told).to_string())).collect())
}

/// Replaces the links of every draft that names any: two statements a field.
pub(super) async fn put(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<()> {
    for index in 0..saving.slots.object.fields.len() {
        let Some((named, Link::Table { table: name, here, there, .. })) = named(saving, index) else {
            continue;
        };
        let name = table(&saving.context.tenant().schema, name);
        let owners: Vec<Uuid> = named.iter().map(|(id, _)| *id).collect();
        let text = format!("DELETE FROM {name} WHERE {} = ANY($1)", quoted(here));
        sqlx::query(AssertSqlSafe(text)).bind(&owners).execute(&mut *connection).await?;
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for (id, ids) in named {
            near.extend(std::iter::repeat_n(id, ids.len()));
            far.extend_from_slice(ids);
        }
        let text = format!(
            "INSERT INTO {name} ({}, {}) SELECT a, b FROM unnest($1::uuid[], $2::uuid[]) AS l(a, b)",
            quoted(here),
            quoted(there)
        );
        sqlx::query(AssertSqlSafe(text)).bind(&near).bind(&far).execute(&mut *connection).await?;
    }
    Ok(())
}
