//! Many-to-many links: the ids that a record names replace those that it had.

use metadata::catalog::Link;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::saving::Saving;
use super::sql::{quoted, table};
use crate::error::Result;

/// Replaces the links of every draft that names any: two statements a field.
pub(super) async fn put(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<()> {
    let Saving { context, slots, drafts, .. } = saving;
    for (index, field) in slots.object.fields.iter().enumerate() {
        let named: Vec<(Uuid, &[Uuid])> = drafts
            .iter()
            .flat_map(|draft| {
                draft.links.iter().filter(|(at, _)| *at == index).map(|(_, ids)| (draft.id, ids.as_slice()))
            })
            .collect();
        let Some(Link::Table { table: name, here, there, .. }) =
            slots.object.find_relation(&field.name).map(|relation| &relation.link)
        else {
            continue;
        };
        if named.is_empty() {
            continue;
        }
        let name = table(&context.tenant().schema, name);
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
