//! Drafts become rows, with what the audit stream tells of them: the only place where rows of objects are inserted or changed.
//! New ones of a command in one statement, those of a file by COPY; changes in one statement for each set
//! of columns that is named.

use std::collections::{BTreeMap, BTreeSet};

use formulas::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::copy::{Rows, instant};
use super::draft::{Draft, Slots};
use super::saving::{Saving, Way};
use super::sql::{self, quoted, table};
use super::{links, source};
use crate::audit::TAIL;
use crate::change::Happened;
use crate::context::Context;
use crate::error::Result;
use crate::rollups::{self, Images, Touched};
use crate::room::Taken;

/// Bytes that one value takes on average; only a first guess for the buffer.
const VALUE_BYTES: usize = 20;

/// Writes all drafts, and what follows for the roll-ups of their parents.
pub(super) async fn put(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<()> {
    let (fresh, changed): (Vec<Place<'_>>, Vec<Place<'_>>) =
        saving.drafts.iter().enumerate().partition(|(_, draft)| draft.is_new());
    let counts = saving.way != Way::Trial && !saving.slots.object.system;
    let room = saving.context.snapshot.room.get().filter(|_| counts);
    let taken = room.map(|room| room.take(fresh.len())).transpose()?;
    let images = images(connection, saving, (&fresh, &changed)).await?;
    if !fresh.is_empty() {
        match saving.way {
            Way::Command => insert(connection, saving, &fresh).await?,
            Way::Rows | Way::Trial => copy_in(connection, saving, &fresh).await?,
        }
    }
    let linked = links::changes(connection, saving).await?;
    for (used, group) in groups(saving.slots, changed) {
        let json = source::json_with(saving.slots, &used, &group, &linked);
        let with_links = group.iter().any(|(_, draft)| linked.contains_key(&draft.id));
        let text = sql::update(&saving.context.tenant().schema, saving.slots, &used, with_links);
        execute(connection, saving.context, text, json).await?;
    }
    if !images.is_empty() {
        let ids: Vec<Uuid> = saving.drafts.iter().map(|draft| draft.id).collect();
        rollups::after(connection, saving.context, &ids, images).await?;
    }
    taken.into_iter().for_each(Taken::keep);
    Ok(())
}

/// What the records give to roll-ups before they are written.
async fn images(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    (fresh, changed): (&[Place<'_>], &[Place<'_>]),
) -> Result<Images> {
    let object = saving.slots.object;
    if changed.is_empty() {
        let has_value = |slot: usize| {
            fresh
                .iter()
                .any(|(_, draft)| draft.slots[slot].as_ref().is_some_and(|value| *value != Value::Null))
        };
        let columns = saving.slots.columns.iter().enumerate();
        let filled =
            columns.filter(|(slot, _)| has_value(*slot)).map(|(_, (_, column))| column.name.as_str());
        return Ok(rollups::before_create(saving.context, object, &filled.collect()));
    }
    let ids: Vec<Uuid> = changed.iter().map(|(_, draft)| draft.id).collect();
    let used = used(saving.slots, changed);
    let columns: BTreeSet<&str> =
        used.iter().map(|&slot| saving.slots.columns[slot].1.name.as_str()).collect();
    let touched = if fresh.is_empty() { Touched::Columns(&columns) } else { Touched::All };
    rollups::before(connection, saving.context, (object, &ids), touched).await
}

/// A draft with its place in the save.
type Place<'d> = (usize, &'d Draft);

async fn insert(connection: &mut PgConnection, saving: &Saving<'_>, fresh: &[Place<'_>]) -> Result<()> {
    let used = used(saving.slots, fresh);
    let json = source::json(saving.slots, &used, fresh);
    let text = sql::insert(&saving.context.tenant().schema, saving.slots, &used);
    execute(connection, saving.context, text, json).await.map(drop)
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

/// Drafts by the columns that they name.
fn groups<'d>(slots: &Slots<'_>, drafts: Vec<Place<'d>>) -> BTreeMap<Vec<usize>, Vec<Place<'d>>> {
    let mut groups: BTreeMap<Vec<usize>, Vec<Place<'d>>> = BTreeMap::new();
    for (n, draft) in drafts {
        let used = (0..slots.columns.len()).filter(|&slot| draft.slots[slot].is_some()).collect();
        groups.entry(used).or_default().push((n, draft));
    }
    groups
}

/// Runs one statement of the write path with its common parameters; answers the ids that it wrote.
async fn execute(
    connection: &mut PgConnection,
    context: &Context,
    text: String,
    json: String,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar(AssertSqlSafe(text))
        .bind(json)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(&context.request_id)
        .bind(context.origin.address())
        .bind(context.origin.user_agent.as_deref())
        .fetch_all(connection)
        .await?;
    Ok(ids)
}
