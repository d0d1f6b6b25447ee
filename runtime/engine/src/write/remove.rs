//! Into the recycle bin, out of it, and for good. What is part of a record goes with it and comes back
//! with it.

use std::sync::Arc;

use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::lookup::OnDelete;
use metadata::{FieldKind, Problem};
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::sql::{quoted, table};
use super::{answer, reach, sql};
use crate::change::Happened;
use crate::command::Written;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;

/// Deepest chain of parts.
const MAX_DEPTH: usize = 10;

/// Puts live records into the recycle bin.
pub(super) async fn delete(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    ids: Vec<Uuid>,
) -> Result<Written> {
    reach::lock(connection, context, (object, &ids), Action::Delete).await?;
    walk(connection, context, (object, &ids), Happened::Deleted).await?;
    Ok(Written { ids, ..Written::default() })
}

/// Takes records out of the recycle bin, with the parts that went in together with them.
pub(super) async fn restore(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    ids: Vec<Uuid>,
) -> Result<Written> {
    reach::lock_in(connection, context, (object, &ids, Bin::Deleted), Action::Delete).await?;
    walk(connection, context, (object, &ids), Happened::Restored).await?;
    answer(connection, context, &object.name, ids).await
}

/// Removes records for good, live ones or from the recycle bin.
pub(super) async fn purge(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    ids: Vec<Uuid>,
) -> Result<Written> {
    let live = reach::lock(connection, context, (object, &ids), Action::Delete).await;
    match live {
        Ok(_) => {}
        Err(Error::NotFound) => {
            reach::lock_in(connection, context, (object, &ids, Bin::Deleted), Action::Delete).await?;
        }
        Err(error) => return Err(error),
    }
    walk(connection, context, (object, &ids), Happened::Purged).await?;
    Ok(Written { ids, ..Written::default() })
}

/// Does one thing to the records and to all that is part of them, level by level.
async fn walk(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Arc<Object>, &[Uuid]),
    what: Happened,
) -> Result<()> {
    let catalog = &context.snapshot.catalog;
    let mut levels: Vec<(Arc<Object>, Vec<Uuid>)> = vec![(object.clone(), ids.to_vec())];
    let mut at = 0;
    while at < levels.len() {
        if at > MAX_DEPTH * 20 {
            return Err(Error::Conflict(vec![Problem::new(
                "",
                "too-deep",
                "too many records depend on this one",
            )]));
        }
        let (object, ids) = levels[at].clone();
        for (other, field, column) in pointing(catalog, &object) {
            let found = dependants(connection, context, (&other, &column, &ids), what).await?;
            if found.is_empty() {
                continue;
            }
            match on_delete(&field) {
                OnDelete::Cascade => levels.push((other.clone(), found)),
                OnDelete::Restrict if what != Happened::Restored => return Err(held(&other, found.len())),
                _ => {}
            }
        }
        at += 1;
    }
    // Parts go before what they are part of.
    for (object, ids) in levels.iter().rev() {
        if what == Happened::Purged {
            forget_any_lookups(connection, context, (object, ids)).await?;
        }
        let schema = &context.tenant().schema;
        let text = match what {
            Happened::Deleted => sql::delete(schema, object, "t.id = ANY($1)"),
            Happened::Restored => sql::restore(schema, object, "t.id = ANY($1)"),
            _ => sql::purge(schema, object, "t.id = ANY($1)"),
        };
        sqlx::query(AssertSqlSafe(text))
            .bind(ids)
            .bind(context.now)
            .bind(context.actor.user_id)
            .bind(&context.request_id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn held(other: &Object, count: usize) -> Error {
    let label = if count == 1 { &other.label } else { &other.plural_label };
    Error::Conflict(vec![
        Problem::new("", "in-use", format!("{count} {label} still point to it"))
            .hint("delete or change them first"),
    ])
}

/// Every lookup of any object that points to `object`.
fn pointing(catalog: &metadata::Catalog, object: &Object) -> Vec<(Arc<Object>, Field, Column)> {
    let mut found = Vec::new();
    for other in &catalog.objects {
        for field in &other.fields {
            let points = field.kind.target() == Some(object.name.as_str()) && !field.standard;
            if let Some(column) = field.columns.first().filter(|_| points) {
                found.push((other.clone(), field.clone(), column.clone()));
            }
        }
    }
    found
}

fn on_delete(field: &Field) -> OnDelete {
    match &field.kind {
        FieldKind::Lookup(lookup) => lookup.on_delete,
        FieldKind::MasterDetail(_) => OnDelete::Cascade,
        _ => OnDelete::SetNull,
    }
}

/// Records of `other` that hang on `ids`: live ones for a delete, those that went in at the same moment
/// for a restore, all for a purge.
async fn dependants(
    connection: &mut PgConnection,
    context: &Context,
    (other, column, ids): (&Object, &Column, &[Uuid]),
    what: Happened,
) -> Result<Vec<Uuid>> {
    let schema = &context.tenant().schema;
    let (child, column) = (table(schema, &other.name), quoted(&column.name));
    let text = match what {
        Happened::Deleted => format!(
            "SELECT c.id FROM {child} c WHERE c.{column} = ANY($1) AND c.deleted_at IS NULL AND c.id <> ALL($1)"
        ),
        Happened::Restored => format!(
            "SELECT c.id FROM {child} c WHERE c.{column} = ANY($1) AND c.deleted_at IS NOT NULL AND c.deleted_by_id IS NOT NULL AND c.id <> ALL($1) \
             AND EXISTS (SELECT 1 FROM {} h WHERE h.record_id = c.id AND h.version = c.version AND h.action = 'delete' AND h.request_id IN \
             (SELECT p.request_id FROM {} p WHERE p.record_id = ANY($1) AND p.action = 'delete'))",
            table(schema, "_history"),
            table(schema, "_history")
        ),
        _ => format!("SELECT c.id FROM {child} c WHERE c.{column} = ANY($1) AND c.id <> ALL($1)"),
    };
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?)
}

/// Any-lookups have no foreign key that would clear them.
async fn forget_any_lookups(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
) -> Result<()> {
    let schema = &context.tenant().schema;
    for other in &context.snapshot.catalog.objects {
        for field in other.fields.iter().filter(|field| matches!(field.kind, FieldKind::AnyLookup(_))) {
            let [name, id] = field.columns.as_slice() else { continue };
            let (name, id) = (quoted(&name.name), quoted(&id.name));
            let text = format!(
                "UPDATE {} SET {name} = NULL, {id} = NULL WHERE {id} = ANY($1) AND {name} = $2",
                table(schema, &other.name)
            );
            sqlx::query(AssertSqlSafe(text)).bind(ids).bind(&object.name).execute(&mut *connection).await?;
        }
    }
    Ok(())
}
