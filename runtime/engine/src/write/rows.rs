//! Rows on their way into the tables, with what the stream tells of them: the only place where rows of objects are
//! inserted or changed. New ones of a command, or changes of the same columns, go in one statement with all that follows
//! from them ([`super::whole`]); those of a file go by COPY, changes in one statement for each set of columns that is
//! named, and the rest follows in statements of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use formulas::Value;
use metadata::catalog::rules::Rules;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::copy::{Rows, instant};
use super::draft::{Draft, Slots};
use super::facts::Facts;
use super::saving::{Saving, Way};
use super::sql::{self, Beside, quoted, table};
use super::whole::{Whole, concerned};
use super::{links, source, states};
use crate::audit::TAIL;
use crate::change::Happened;
use crate::context::Context;
use crate::error::Result;
use crate::rollups::{self, Images, Touched};
use crate::room::{Room, Taken};

/// Bytes that one value takes on average; only a first guess for the buffer, and for the room of what has no length.
const VALUE_BYTES: usize = 20;
/// What a record takes beside its values: in the table, in its indexes and in the stream.
const RECORD_BYTES: usize = 500;

/// A draft with its place in the save.
pub(super) type Place<'d> = (usize, &'d Draft);

/// Drafts that one statement writes.
pub(super) struct Group<'d> {
    pub is_new: bool,
    /// The slots that it fills.
    pub used: Vec<usize>,
    pub drafts: Vec<Place<'d>>,
}

/// Writes all drafts with the states that they come into, and what follows for the roll-ups of their parents.
pub(super) async fn put(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    law: (&Rules, &Facts),
) -> Result<()> {
    let taken = room(saving)?;
    let linked = links::changes(connection, saving).await?;
    let groups = groups(saving);
    let whole = match groups.as_slice() {
        [group] if saving.way == Way::Command || !group.is_new => Whole::of(saving, law, group, &linked),
        _ => None,
    };
    match whole {
        Some(whole) => whole.run(connection).await?,
        None => apart(connection, saving, (law, &groups, &linked)).await?,
    }
    taken.into_iter().for_each(Taken::keep);
    Ok(())
}

/// Takes the room of what is written, where the tenant has a limit.
pub(super) fn room<'s>(saving: &Saving<'s>) -> Result<Option<Taken<'s>>> {
    let counts = saving.way != Way::Trial && !saving.slots.object.system;
    let fresh = saving.drafts.iter().filter(|draft| draft.is_new()).count();
    let room = saving.context.snapshot.room.get().filter(|_| counts);
    let bytes = |room: &Room| -> usize {
        if room.counts_bytes() { saving.drafts.iter().map(draft_bytes).sum() } else { 0 }
    };
    room.map(|room| room.take(fresh, bytes(room))).transpose()
}

/// About as many as writing a record takes.
fn draft_bytes(draft: &Draft) -> usize {
    RECORD_BYTES + draft.slots.iter().flatten().map(value_bytes).sum::<usize>()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(value_bytes).sum(),
        Value::Json(document) => document.to_string().len(),
        _ => VALUE_BYTES,
    }
}

/// Drafts by what one statement can write.
pub(super) fn groups<'d>(saving: &'d Saving<'_>) -> Vec<Group<'d>> {
    let (slots, places) = (saving.slots, saving.drafts.iter().enumerate());
    let (fresh, changed): (Vec<Place<'d>>, Vec<Place<'d>>) = places.partition(|(_, draft)| draft.is_new());
    let mut by_columns: BTreeMap<Vec<usize>, Vec<Place<'d>>> = BTreeMap::new();
    for place in changed {
        by_columns.entry(used(slots, &[place])).or_default().push(place);
    }
    let changed = by_columns.into_iter().map(|(used, drafts)| Group { is_new: false, used, drafts });
    let fresh = Some(fresh).filter(|fresh| !fresh.is_empty());
    let fresh = fresh.map(|drafts| Group { is_new: true, used: used(slots, &drafts), drafts });
    fresh.into_iter().chain(changed).collect()
}

/// Writes group by group, and what follows in statements of its own.
async fn apart(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    (law, groups, linked): ((&Rules, &Facts), &[Group<'_>], &HashMap<Uuid, String>),
) -> Result<()> {
    let images = images(connection, saving, groups).await?;
    let (schema, nothing) = (&saving.context.tenant().schema, "SELECT w.id FROM written w WHERE FALSE");
    for group in groups {
        let Group { is_new, used, drafts } = group;
        let json = || source::json_with(saving.slots, used, drafts, linked);
        if !is_new {
            let with_links = drafts.iter().any(|(_, draft)| linked.contains_key(&draft.id));
            let beside = (&Beside::default(), nothing);
            let text = sql::update(schema, saving.slots, (used, with_links), beside);
            execute(connection, saving.context, text, json()).await?;
        } else if saving.way == Way::Command {
            let text = sql::insert(schema, saving.slots, used, (&Beside::default(), nothing));
            execute(connection, saving.context, text, json()).await?;
        } else {
            copy_in(connection, saving, drafts).await?;
        }
    }
    if !images.is_empty() {
        let ids: Vec<Uuid> = saving.drafts.iter().map(|draft| draft.id).collect();
        rollups::after(connection, saving.context, &ids, images).await?;
    }
    states::put(connection, saving, law).await
}

/// What the records give to roll-ups before they are written.
async fn images(connection: &mut PgConnection, saving: &Saving<'_>, groups: &[Group<'_>]) -> Result<Images> {
    let (context, object) = (saving.context, saving.slots.object);
    if let [group] = groups
        && group.is_new
    {
        return Ok(concerned(saving, group).nothing());
    }
    let changed = groups.iter().filter(|group| !group.is_new);
    let ids: Vec<Uuid> = changed.clone().flat_map(|group| &group.drafts).map(|(_, draft)| draft.id).collect();
    let name = |&slot: &usize| saving.slots.columns[slot].1.name.as_str();
    let columns: BTreeSet<&str> = changed.flat_map(|group| &group.used).map(name).collect();
    let is_mixed = groups.iter().any(|group| group.is_new);
    let touched = if is_mixed { Touched::All } else { Touched::Columns(&columns) };
    rollups::before(connection, context, (object, &ids), touched).await
}

async fn copy_in(connection: &mut PgConnection, saving: &Saving<'_>, fresh: &[Place<'_>]) -> Result<()> {
    let (slots, schema) = (saving.slots, &saving.context.tenant().schema);
    let used = used(slots, fresh);
    let mut rows = Rows::new(fresh.len() * used.len() * VALUE_BYTES);
    fresh.iter().for_each(|(_, draft)| rows.draft(slots, &used, draft));
    let columns: Vec<String> = used.iter().map(|&slot| quoted(&slots.columns[slot].1.name)).collect();
    copy(connection, &table(schema, &slots.object.name), &columns.join(", "), rows.finish()).await?;
    let columns = "record_id, version, object_id, happened_at, actor_id, action, request_id, ip, user_agent";
    let noted = noted(saving.context, slots, fresh);
    copy(connection, &table(schema, TAIL), columns, noted).await
}

/// What the stream tells of each new record; a create keeps no values.
fn noted(context: &Context, slots: &Slots<'_>, fresh: &[Place<'_>]) -> Vec<u8> {
    let object = slots.object.id.as_bytes();
    let (ip, agent) = (context.origin.address(), context.origin.user_agent.as_deref());
    let mut rows = Rows::new(fresh.len() * 240);
    for (_, draft) in fresh {
        rows.begin(9);
        rows.plain(Some(draft.id.as_bytes()));
        rows.plain(Some(&1i64.to_be_bytes()));
        rows.plain(Some(object));
        rows.plain(Some(&instant(context.now)));
        rows.plain(Some(context.actor.user_id.as_bytes()));
        rows.plain(Some(Happened::Created.word().as_bytes()));
        rows.plain(Some(context.request_id.as_bytes()));
        rows.plain(ip.as_deref().map(str::as_bytes));
        rows.plain(agent.map(str::as_bytes));
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

/// Slots that any of the drafts fills.
fn used(slots: &Slots<'_>, drafts: &[Place<'_>]) -> Vec<usize> {
    let is_used = |slot: &usize| drafts.iter().any(|(_, draft)| draft.slots[*slot].is_some());
    (0..slots.columns.len()).filter(is_used).collect()
}

/// Runs one statement of the write path with its common parameters.
async fn execute(connection: &mut PgConnection, context: &Context, text: String, json: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(text))
        .bind(json)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(&*context.request_id)
        .bind(context.origin.address())
        .bind(context.origin.user_agent.as_deref())
        .execute(connection)
        .await?;
    Ok(())
}
