//! Deferred roll-ups: writers note whose values are old, and never wait for one another at a busy parent; a worker
//! computes them soon after.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::{Group, sql};
use crate::context::Context;
use crate::error::Result;
use crate::write::sql::table;

/// Notes of one transaction.
const BATCH: i64 = 2_000;

/// Notes the parents whose values a change makes old.
pub(super) async fn note(
    connection: &mut PgConnection,
    context: &Context,
    (group, ids): (&Group, &[Uuid]),
    image: &str,
) -> Result<()> {
    let text = sql::note_dirty(context, &group.child, &group.rollups);
    sqlx::query(AssertSqlSafe(text)).bind(ids).bind(image).execute(connection).await?;
    Ok(())
}

/// Takes a batch of notes and brings their parents up to date; false when there is none.
///
/// A note that is seen was committed, and so was its change, which the computing statement therefore sees. A note
/// that comes later stays for the next batch.
pub(crate) async fn step(connection: &mut PgConnection, context: &Context) -> Result<bool> {
    let notes = table(&context.tenant().schema, "_rollup_dirty");
    let text = format!(
        "DELETE FROM {notes} WHERE ctid = ANY(ARRAY(SELECT w.ctid FROM {notes} w LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING field_id, parent_id"
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(BATCH).fetch_all(&mut *connection).await?;
    let mut old: BTreeMap<String, BTreeSet<Uuid>> = BTreeMap::new();
    for row in &rows {
        old.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?);
    }
    let mut found: Vec<_> =
        old.into_iter().filter_map(|(id, parents)| Some((super::find(context, &id)?, parents))).collect();
    found.sort_by_key(|((parent, _, rollup), _)| (rollup.level, parent.id.clone()));
    for ((parent, child, rollup), parents) in found {
        let parents: Vec<Uuid> = parents.into_iter().collect();
        super::refresh(connection, context, (&parent, &child, &rollup), &parents).await?;
    }
    Ok(!rows.is_empty())
}
