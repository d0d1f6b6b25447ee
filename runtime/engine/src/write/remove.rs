//! Into the recycle bin, out of it, and for good. What is part of a record goes with it and comes back
//! with it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::lookup::OnDelete;
use metadata::{FieldKind, Problem};
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::process::locks;
use super::sql::{Beside, quoted, table};
use super::{answer, reach, sql, transfer};
use crate::change::Happened;
use crate::command::Written;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::rollups::{self, Touched};

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

/// Locks records on either side of the recycle bin and refuses other versions than the caller saw. Those out of
/// reach are left to what comes next to refuse.
pub(super) async fn require_versions(
    connection: &mut PgConnection,
    context: &Context,
    object: &Object,
    seen: &[(Uuid, i64)],
) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = seen.iter().map(|(id, _)| *id).collect();
    for bin in [Bin::Live, Bin::Deleted] {
        let place = (object.name.as_str(), ids.as_slice(), bin);
        let found = reach::find(connection, context, place, (Action::Delete, Lock::Remove)).await?;
        if seen.iter().any(|(id, seen)| found.get(id).is_some_and(|version| version != seen)) {
            return Err(Error::Stale);
        }
    }
    Ok(())
}

/// Takes records out of the recycle bin, with the parts that went in together with them.
pub(super) async fn restore(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    ids: Vec<Uuid>,
) -> Result<Written> {
    reach::lock_in(connection, context, (object, &ids, Bin::Deleted), Action::Delete).await?;
    require_masters(connection, context, (object, &ids)).await?;
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
    lock_anywhere(connection, context, (object, &ids)).await?;
    walk(connection, context, (object, &ids), Happened::Purged).await?;
    Ok(Written { ids, ..Written::default() })
}

/// Locks records on both sides of the recycle bin.
async fn lock_anywhere(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Arc<Object>, &[Uuid]),
) -> Result<()> {
    let wanted = (object.name.as_str(), ids, Bin::Live);
    let live = reach::find(connection, context, wanted, (Action::Delete, Lock::Remove)).await?;
    let rest: Vec<Uuid> = ids.iter().copied().filter(|id| !live.contains_key(id)).collect();
    if rest.is_empty() {
        return Ok(());
    }
    match reach::lock_in(connection, context, (object, &rest, Bin::Deleted), Action::Delete).await {
        // Those that are live and may be seen are refused for that, not as unknown.
        Err(Error::NotFound) => {
            reach::lock(connection, context, (object, &rest), Action::Delete).await.map(drop)
        }
        outcome => outcome.map(drop),
    }
}

/// A part is nothing without its master: it comes back with it, or after it.
async fn require_masters(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
) -> Result<()> {
    let schema = &context.tenant().schema;
    let mut problems = Vec::new();
    for field in &object.fields {
        let (FieldKind::MasterDetail(master), [column]) = (&field.kind, field.columns.as_slice()) else {
            continue;
        };
        // Kept, so that none goes into the bin while its part comes out.
        let text = format!(
            "SELECT m.deleted_at IS NOT NULL FROM {} c JOIN {} m ON m.id = c.{} WHERE c.id = ANY($1) AND m.id <> ALL($1) ORDER BY m.id FOR KEY SHARE OF m",
            table(schema, &object.name),
            table(schema, &master.to),
            quoted(&column.name),
        );
        let in_bin: Vec<bool> =
            sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(&mut *connection).await?;
        if in_bin.contains(&true) {
            let problem =
                Problem::new(&column.key, "in-bin", format!("its {} is in the recycle bin", field.label));
            problems.push(problem.hint("restore that first"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Conflict(problems)) }
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
    // Records may point to each other in a ring.
    let mut seen: HashSet<(String, Uuid)> = ids.iter().map(|id| (object.id.clone(), *id)).collect();
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
        if what != Happened::Restored {
            locks::require_open(connection, context, (&object, &ids)).await?;
        }
        for (other, field, column) in pointing(catalog, &object) {
            let pair = (object.as_ref(), other.as_ref());
            let ending = on_delete(&field);
            let mut found = dependants(connection, context, pair, (&column, &ids), (what, ending)).await?;
            // Only what goes along counts as seen: a record may also point here through a field that holds it back.
            match ending {
                OnDelete::Cascade => {
                    found.retain(|id| seen.insert((other.id.clone(), *id)));
                    if !found.is_empty() {
                        levels.push((other.clone(), found));
                    }
                }
                OnDelete::Restrict if what != Happened::Restored => {
                    found.retain(|id| !seen.contains(&(other.id.clone(), *id)));
                    if !found.is_empty() {
                        return Err(held(&other));
                    }
                }
                OnDelete::SetNull if what == Happened::Purged && !found.is_empty() => {
                    clear(connection, context, (&other, &found), &field).await?;
                }
                _ => {}
            }
        }
        at += 1;
    }
    // Parts go before what they are part of.
    for (object, ids) in levels.iter().rev() {
        one_level(connection, context, (object, ids), what).await?;
    }
    Ok(())
}

/// Does one thing to records of one object, and what follows for the roll-ups of their parents.
async fn one_level(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
    what: Happened,
) -> Result<()> {
    if what == Happened::Purged {
        forget_states(connection, context, (object, ids)).await?;
        forget_any_lookups(connection, context, (object, ids)).await?;
        transfer::forget_shares(connection, context, ids.to_vec()).await?;
    }
    let concerned = rollups::concerned(context, object, Touched::All);
    if what != Happened::Purged && concerned.is_flat(context) {
        let beside = Beside {
            columns: concerned.columns().into_iter().map(str::to_owned).collect(),
            pieces: concerned.pieces(context, false),
            ..Beside::default()
        };
        let left = if beside.pieces.is_empty() { NOTHING.to_owned() } else { concerned.left() };
        let text = statement(context, object, what, (&beside, &left));
        let left = run(connection, context, text, ids).await?;
        return concerned.settle(connection, context, &left).await;
    }
    let images = rollups::before(connection, context, (object, ids), Touched::All).await?;
    let text = statement(context, object, what, (&Beside::default(), NOTHING));
    run(connection, context, text, ids).await?;
    rollups::after(connection, context, ids, images).await
}

/// No parent that has lost an extreme.
const NOTHING: &str = "SELECT 0::bigint, w.id FROM written w WHERE FALSE";

fn statement(context: &Context, object: &Object, what: Happened, beside: (&Beside, &str)) -> String {
    let schema = &context.tenant().schema;
    match what {
        Happened::Deleted => sql::delete(schema, object, beside),
        Happened::Restored => sql::restore(schema, object, beside),
        _ => sql::purge(schema, object, "t.id = ANY($1)"),
    }
}

/// Lets records point to nothing any more: a change of theirs like any other.
async fn clear(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
    field: &Field,
) -> Result<()> {
    let columns: BTreeSet<&str> = field.columns.iter().map(|column| column.name.as_str()).collect();
    let images = rollups::before(connection, context, (object, ids), Touched::Columns(&columns)).await?;
    let text = sql::clear(&context.tenant().schema, object, field);
    run(connection, context, text, ids).await?;
    rollups::after(connection, context, ids, images).await
}

/// Runs one statement of the write path on records by their ids; answers what it selects of parents.
async fn run(
    connection: &mut PgConnection,
    context: &Context,
    text: String,
    ids: &[Uuid],
) -> Result<Vec<(i64, Uuid)>> {
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(ids)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(&*context.request_id)
        .bind(context.origin.address())
        .bind(context.origin.user_agent.as_deref())
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>()?)
}

/// How many there are is nobody's to know who may not see them.
fn held(other: &Object) -> Error {
    let message = format!("{} still point to it", other.plural_label);
    Error::Conflict(vec![Problem::new("", "in-use", message).hint("delete or change them first")])
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

/// Records of `other` that hang on `ids` of `object`: live ones for a delete, those that went in at the
/// same moment for a restore, all for a purge.
async fn dependants(
    connection: &mut PgConnection,
    context: &Context,
    (object, other): (&Object, &Object),
    (column, ids): (&Column, &[Uuid]),
    (what, ending): (Happened, OnDelete),
) -> Result<Vec<Uuid>> {
    let schema = &context.tenant().schema;
    let (child, column) = (table(schema, &other.name), quoted(&column.name));
    let which = match what {
        Happened::Deleted => "c.deleted_at IS NULL".to_owned(),
        Happened::Restored => format!(
            "c.deleted_at = (SELECT p.deleted_at FROM {} p WHERE p.id = c.{column})",
            table(schema, &object.name)
        ),
        _ => "TRUE".to_owned(),
    };
    // What goes along must not change between here and there (roll-ups subtract what it gives now), nor may anything
    // come to hang on it.
    let lock = match ending {
        OnDelete::Cascade => " ORDER BY c.id FOR UPDATE",
        OnDelete::SetNull if what == Happened::Purged => " ORDER BY c.id FOR NO KEY UPDATE",
        _ => "",
    };
    let text = format!(
        "SELECT c.id FROM {child} c WHERE c.{column} = ANY($1) AND c.id <> ALL($1) AND {which}{lock}"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?)
}

/// What is gone for good has no states that it went through.
async fn forget_states(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
) -> Result<()> {
    let states = table(&context.tenant().schema, "_states");
    let text = format!("DELETE FROM {states} WHERE record_id = ANY($1) AND object_id = $2");
    sqlx::query(AssertSqlSafe(text)).bind(ids).bind(&object.id).execute(connection).await?;
    Ok(())
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
            let (name, id, table) = (quoted(&name.name), quoted(&id.name), table(schema, &other.name));
            let which = format!("{id} = ANY($1) AND {name} = $2");
            let text = format!("SELECT id FROM {table} WHERE {which} ORDER BY id FOR NO KEY UPDATE");
            let found: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(text))
                .bind(ids)
                .bind(&object.name)
                .fetch_all(&mut *connection)
                .await?;
            if found.is_empty() {
                continue;
            }
            clear(connection, context, (other, &found), field).await?;
        }
    }
    Ok(())
}
