//! Many records at once, for imports: the same drafts, checks, numbers and history as every save, but
//! rows go in by COPY, and problems are told by record instead of refusing the whole.

use std::collections::HashSet;

use metadata::Problem;
use permissions::Action;
use sqlx::PgConnection;
use uuid::Uuid;

use super::checks::Found;
use super::copy::{Rows, instant};
use super::create::{execute, used};
use super::draft::{Draft, Slots};
use super::sql::{quoted, table};
use super::{checks, links, numbers, reach, source, sql, update};
use crate::change::Happened;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;

/// Bytes that one value takes on average; only a first guess for the buffer.
const VALUE_BYTES: usize = 20;

/// Completes a new draft and tells what it lacks; `given` says which keys came with a value.
pub(crate) fn finish(
    slots: &Slots<'_>,
    context: &Context,
    draft: &mut Draft,
    given: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    super::create::finish(slots, context, draft, given)
}

/// References that lead nowhere that the actor may see, by place in `drafts`.
pub(crate) async fn wrong_references(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &[Draft],
) -> Result<Vec<Found>> {
    checks::references(connection, context, slots, drafts).await
}

/// Unique values that another record has, or an earlier draft, by place in `drafts`.
pub(crate) async fn duplicates(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &[Draft],
) -> Result<Vec<Found>> {
    let unique: Vec<usize> = used(slots, drafts).into_iter().filter(|&slot| is_unique(slots, slot)).collect();
    if unique.is_empty() {
        return Ok(Vec::new());
    }
    let indexed: Vec<(usize, &Draft)> = drafts.iter().enumerate().collect();
    let json = source::json(slots, &unique, &indexed);
    checks::duplicates(connection, context, (slots, &unique), &json).await
}

/// The id is new for new records and theirs for others.
fn is_unique(slots: &Slots<'_>, slot: usize) -> bool {
    let (field, column) = slots.columns[slot];
    field.unique && column.name != "id"
}

/// Inserts new records with numbers, history and links.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &mut [Draft],
) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    numbers::assign(connection, context, slots, drafts).await?;
    let used = used(slots, drafts);
    let mut rows = Rows::new(drafts.len() * used.len() * VALUE_BYTES);
    drafts.iter().for_each(|draft| rows.draft(slots, &used, draft));
    let schema = &context.tenant().schema;
    let columns: Vec<String> = used.iter().map(|&slot| quoted(&slots.columns[slot].1.name)).collect();
    copy(connection, &table(schema, &slots.object.name), &columns.join(", "), rows.finish()).await?;
    if slots.object.history {
        let columns = "record_id, version, object_id, happened_at, actor_id, action, request_id";
        copy(connection, &table(schema, "_history"), columns, history(context, slots, drafts)).await?;
    }
    links::put(connection, context, slots, drafts).await
}

/// One row of history for each new record; a create keeps no values.
fn history(context: &Context, slots: &Slots<'_>, drafts: &[Draft]) -> Vec<u8> {
    let object = slots.object.id.as_bytes();
    let mut rows = Rows::new(drafts.len() * 160);
    for draft in drafts {
        rows.begin(7);
        rows.plain(Some(draft.id.as_bytes()));
        rows.plain(Some(&1i64.to_be_bytes()));
        rows.plain(Some(object));
        rows.plain(Some(&instant(context.now)));
        rows.plain(Some(context.actor.user_id.as_bytes()));
        rows.plain(Some(Happened::Created.word().as_bytes()));
        rows.plain(Some(context.request_id.as_bytes()));
    }
    rows.finish()
}

async fn copy(connection: &mut PgConnection, table: &str, columns: &str, bytes: Vec<u8>) -> Result<()> {
    let text = format!("COPY {table} ({columns}) FROM STDIN WITH (FORMAT binary)");
    let mut copy = connection.copy_in_raw(&text).await?;
    copy.send(bytes).await?;
    copy.finish().await?;
    Ok(())
}

/// Changes existing records; one statement for each set of columns that is named.
pub(crate) async fn change(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &[Draft],
) -> Result<()> {
    for (used, group) in update::groups(slots, drafts) {
        let json = source::json(slots, &used, &group);
        execute(connection, context, sql::update(&context.tenant().schema, slots, &used), json).await?;
    }
    links::put(connection, context, slots, drafts).await
}

/// Of records to be changed: those that the actor may change, now locked, and of the others those that
/// the actor may see.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    context: &Context,
    object: &str,
    ids: &[Uuid],
) -> Result<(HashSet<Uuid>, HashSet<Uuid>)> {
    let place = |ids| (object, ids, Bin::Live);
    let locked = reach::find(connection, context, place(ids), (Action::Edit, Lock::Update)).await?;
    let others: Vec<Uuid> = ids.iter().copied().filter(|id| !locked.contains_key(id)).collect();
    if others.is_empty() {
        return Ok((locked.into_keys().collect(), HashSet::new()));
    }
    let seen = reach::find(connection, context, place(&others), (Action::Read, Lock::None)).await?;
    Ok((locked.into_keys().collect(), seen.into_keys().collect()))
}

/// Places of written drafts that the actor could not have written: the after-image is out of reach.
pub(crate) async fn out_of_reach(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    (drafts, action): (&[Draft], Action),
) -> Result<Vec<usize>> {
    if drafts.is_empty() || !is_judged(context, slots, action) {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let place = (slots.object.name.as_str(), ids.as_slice(), Bin::Live);
    let reached = reach::find(connection, context, place, (action, Lock::None)).await?;
    Ok((0..ids.len()).filter(|&n| !reached.contains_key(&ids[n])).collect())
}

/// Whether what comes out depends on the record: not when the actor reaches all.
pub(crate) fn is_judged(context: &Context, slots: &Slots<'_>, action: Action) -> bool {
    let decision =
        context.snapshot.policies.decide(&context.actor, action, slots.object, &context.snapshot.catalog);
    decision.condition().is_some()
}

/// The error as what it means for the one record that caused it.
pub(crate) fn explain(error: Error, slots: &Slots<'_>, context: &Context) -> Error {
    super::constraint::explain(error, slots.object, context)
}
