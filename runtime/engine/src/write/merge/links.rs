//! Many-to-many links of records that become one. Records that are linked to the others are linked to the one instead, by
//! a change of theirs that Trellis makes, as of everything that points to them. What the others are linked to is added to
//! the one as far as whoever merges sees it on them and may write it there. Both stand in the histories. The others keep
//! their own links in the recycle bin.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use metadata::catalog::{Field, HERE, Object, THERE, link_table};
use permissions::{Action, Sight};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::command::Update;
use crate::context::Context;
use crate::error::Result;
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::pointing::{check_count, raw, without_details};
use crate::write::sql::table;
use crate::write::{reach, update};

/// Ids that records name in one of their fields.
type Lists = HashMap<Uuid, BTreeSet<Uuid>>;

/// Lets every record that is linked to one of the others by a field of its own be linked to the one.
pub(super) async fn turn(
    connection: &mut PgConnection,
    system: &Context,
    object: &Arc<Object>,
    (id, others): (Uuid, &[Uuid]),
) -> Result<()> {
    for other in system.snapshot.catalog.objects.iter().filter(|other| !other.system) {
        let leads_here = |field: &&Field| field.kind.is_to_many() && field.targets.contains(&object.name);
        for field in other.fields.iter().filter(leads_here) {
            let mut ids = linked_to(connection, system, field, others).await?;
            if other.id == object.id {
                ids.retain(|found| *found != id && !others.contains(found));
            }
            let place = (other.name.as_str(), ids.as_slice(), Bin::Live);
            let locked = reach::find(connection, system, place, (Action::Edit, Lock::Update)).await?;
            let ids: Vec<Uuid> = locked.into_keys().collect();
            check_count(other, ids.len())?;
            let mut lists = load(connection, system, field, &ids).await?;
            // Somebody may have ended a link before it was locked.
            lists.retain(|_, list| list.iter().any(|there| others.contains(there)));
            for list in lists.values_mut() {
                list.retain(|there| !others.contains(there));
                list.insert(id);
            }
            let outcome = put(connection, system, (other, field), lists).await;
            outcome.map_err(|error| without_details(error, other))?;
        }
    }
    Ok(())
}

/// Adds what the others are linked to, where the caller has said nothing else; answers whether there was anything.
pub(super) async fn gather(
    connection: &mut PgConnection,
    (context, system): (&Context, &Context),
    object: &Arc<Object>,
    (id, others, named): (Uuid, &[Uuid], &[String]),
) -> Result<bool> {
    let mut has_changed = false;
    for field in object.fields.iter().filter(|field| field.kind.is_to_many() && !named.contains(&field.name))
    {
        let seen = given(connection, context, (object, field), (Action::Read, others)).await?;
        let may_write = given(connection, context, (object, field), (Action::Edit, &[id])).await?;
        if seen.is_empty() || may_write.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = seen.into_iter().chain([id]).collect();
        let mut lists = load(connection, system, field, &ids).await?;
        let before = lists.remove(&id).unwrap_or_default();
        let mut after: BTreeSet<Uuid> = lists.into_values().flatten().filter(|there| *there != id).collect();
        after.extend(&before);
        after.retain(|there| !others.contains(there));
        if after != before {
            put(connection, system, (object, field), HashMap::from([(id, after)])).await?;
            has_changed = true;
        }
    }
    Ok(has_changed)
}

/// Those of some records on which the actor's grants give a field.
async fn given(
    connection: &mut PgConnection,
    context: &Context,
    (object, field): (&Object, &Field),
    (action, ids): (Action, &[Uuid]),
) -> Result<HashSet<Uuid>> {
    let (read, decision) = (context.decide(Action::Read, object), context.decide(action, object));
    if matches!(read.sight(field), Sight::Hidden) {
        return Ok(HashSet::new());
    }
    match decision.sight(field) {
        Sight::Shown => Ok(ids.iter().copied().collect()),
        Sight::Hidden => Ok(HashSet::new()),
        Sight::Within(reach) => reach::within(connection, context, (&object.name, ids), reach).await,
    }
}

/// Records that name one of these in the field.
async fn linked_to(
    connection: &mut PgConnection,
    context: &Context,
    field: &Field,
    ids: &[Uuid],
) -> Result<Vec<Uuid>> {
    let links = table(&context.tenant().schema, &link_table(&field.id));
    let text = format!("SELECT DISTINCT l.{HERE} FROM {links} l WHERE l.{THERE} = ANY($1)");
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?)
}

/// What records name in the field.
async fn load(
    connection: &mut PgConnection,
    context: &Context,
    field: &Field,
    ids: &[Uuid],
) -> Result<Lists> {
    let links = table(&context.tenant().schema, &link_table(&field.id));
    let text = format!("SELECT l.{HERE}, l.{THERE} FROM {links} l WHERE l.{HERE} = ANY($1)");
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?;
    let mut lists = Lists::new();
    for (here, there) in rows {
        lists.entry(here).or_default().insert(there);
    }
    Ok(lists)
}

/// Changes the records so that they name these. Links to records in the recycle bin stay: a save would refuse them.
async fn put(
    connection: &mut PgConnection,
    system: &Context,
    (object, field): (&Arc<Object>, &Field),
    lists: Lists,
) -> Result<()> {
    let Some(target) = field.targets.first().filter(|_| !lists.is_empty()) else { return Ok(()) };
    let schema = &system.tenant().schema;
    let links = table(schema, &link_table(&field.id));
    let ids: Vec<Uuid> = lists.keys().copied().collect();
    // They are put aside meanwhile, so that no history tells that they went.
    let text = format!(
        "DELETE FROM {links} l USING {} t WHERE l.{HERE} = ANY($1) AND t.id = l.{THERE} AND t.deleted_at IS NOT NULL RETURNING l.{HERE}, l.{THERE}",
        table(schema, target)
    );
    let aside: Vec<(Uuid, Uuid)> =
        sqlx::query_as(AssertSqlSafe(text)).bind(&ids).fetch_all(&mut *connection).await?;
    let is_aside = |there: &Uuid| aside.iter().any(|(_, other)| other == there);
    let mut updates = Vec::new();
    for (id, list) in &lists {
        let list: Vec<&Uuid> = list.iter().filter(|there| !is_aside(there)).collect();
        updates.push(Update { id: *id, fields: vec![(field.name.clone(), raw(&list)?)], if_version: None });
    }
    update::run(connection, system, object, updates).await?;
    let (here, there): (Vec<Uuid>, Vec<Uuid>) = aside.into_iter().unzip();
    let text = format!(
        "INSERT INTO {links} ({HERE}, {THERE}) SELECT a, b FROM unnest($1::uuid[], $2::uuid[]) AS l(a, b) ON CONFLICT DO NOTHING"
    );
    sqlx::query(AssertSqlSafe(text)).bind(here).bind(there).execute(connection).await?;
    Ok(())
}
