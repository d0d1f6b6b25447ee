//! Values that stand for other records, resolved for a whole batch: one statement for each lookup
//! column. A record that the actor may not read is not there.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use formulas::Value;
use metadata::Problem;
use metadata::catalog::Column;
use metadata::field_kinds::ColumnType;
use permissions::{Action, Sight};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::batch::Batch;
use super::plan::{Lookup, Match, Plan};
use super::row::as_id;
use super::seen::Seen;
use super::sql;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Query;
use crate::write::draft::{Draft, Slots};
use crate::write::source::printed;
use crate::write::sql::same_value;

/// What is known of a value.
#[derive(Clone, Copy)]
enum Found {
    One(Uuid),
    Many(i64),
}

/// Fills the slots that look other records up; rows whose value leads nowhere, or to several, get a problem.
pub(super) async fn resolve(
    connection: &mut PgConnection,
    (plan, slots): (&Plan, &Slots<'_>),
    batch: &mut Batch,
    seen: Option<&Seen>,
) -> Result<()> {
    for (at, lookup) in plan.lookups.iter().enumerate() {
        let wanted = batch.rows.iter().flat_map(|row| &row.wanted).filter(|(own, _)| *own == at);
        let values: HashSet<&String> = wanted.map(|(_, value)| value).collect();
        if values.is_empty() {
            continue;
        }
        let values = values.into_iter().cloned().collect();
        let mut known = load(connection, &plan.context, lookup, values).await?;
        let own_slot = own_slot(plan, slots, lookup);
        if let Some(slot) = own_slot {
            add_own(&mut known, slot, &batch.drafts);
        }
        for (row, draft) in batch.rows.iter_mut().zip(&mut batch.drafts) {
            for (_, value) in row.wanted.iter().filter(|(own, _)| *own == at) {
                match known.get(value) {
                    Some(Found::One(id)) => put(lookup, draft, *id),
                    Some(Found::Many(count)) => row.problems.push(ambiguous(lookup, value, *count)),
                    // A dry run has not written the row that it saw.
                    None if own_slot.zip(seen).is_some_and(|(slot, seen)| seen.contains(slot, value)) => {}
                    None => row.problems.push(unknown(lookup, value)),
                }
            }
        }
    }
    Ok(())
}

fn put(lookup: &Lookup, draft: &mut Draft, id: Uuid) {
    draft.slots[lookup.slot] = Some(Value::Id(id));
    if let Some(slot) = lookup.object_slot {
        draft.slots[slot] = Some(Value::Text(lookup.target.name.clone()));
    }
}

fn ambiguous(lookup: &Lookup, value: &str, count: i64) -> Problem {
    let message = format!("{count} {} records have {} `{value}`", lookup.target.name, lookup.field);
    Problem::new(&lookup.key, "ambiguous-reference", message)
}

fn unknown(lookup: &Lookup, value: &str) -> Problem {
    let message = format!("there is no {} with {} `{value}`", lookup.target.name, lookup.field);
    Problem::new(&lookup.key, "unknown-reference", message)
}

async fn load(
    connection: &mut PgConnection,
    context: &Context,
    lookup: &Lookup,
    values: Vec<String>,
) -> Result<HashMap<String, Found>> {
    let query = Query { object: lookup.target.name.clone(), ..Query::default() };
    let reach = match crate::plan::Plan::for_action(context, &query, Action::Read) {
        Ok(reach) => reach,
        Err(Error::Forbidden(_)) => return Ok(HashMap::new()),
        Err(error) => return Err(error),
    };
    let Some(field) = lookup.target.find_field(&lookup.field) else { return Ok(HashMap::new()) };
    let reach = match context.decide(Action::Read, &lookup.target).sight(field) {
        Sight::Shown => reach,
        Sight::Hidden => return Ok(HashMap::new()),
        Sight::Within(narrower) => reach.within(narrower.clone()),
    };
    let Some(column) = column(lookup) else { return Ok(HashMap::new()) };
    let (text, parameters) = sql::known_records(&reach, column, values);
    let parameters = sea_query_sqlx::SqlxValues(parameters);
    let rows = sqlx::query_with(AssertSqlSafe(text), parameters).fetch_all(connection).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in &rows {
        let count: i64 = row.try_get("count")?;
        let found = if count == 1 { Found::One(row.try_get("id")?) } else { Found::Many(count) };
        known.insert(row.try_get("value")?, found);
    }
    Ok(known)
}

fn column(lookup: &Lookup) -> Option<&Column> {
    lookup.target.find_field(&lookup.field)?.columns.first()
}

/// The slot of the compared field, when rows of this import may be meant too.
fn own_slot(plan: &Plan, slots: &Slots<'_>, lookup: &Lookup) -> Option<usize> {
    if lookup.target.name != plan.object.name || plan.matched.is_some() {
        return None;
    }
    slots.column(&column(lookup)?.name)
}

/// Records of one batch may point to each other: a parent account in the rows before, or after.
fn add_own(known: &mut HashMap<String, Found>, slot: usize, drafts: &[Draft]) {
    for draft in drafts {
        let Some(value) = draft.slots[slot].as_ref().and_then(printed) else { continue };
        match known.entry(value) {
            Entry::Vacant(entry) => {
                entry.insert(Found::One(draft.id));
            }
            Entry::Occupied(mut entry) => {
                let count = if let Found::Many(count) = entry.get() { *count } else { 1 };
                entry.insert(Found::Many(count + 1));
            }
        }
    }
}

/// Which records have the values of the matching field.
pub(super) async fn matching(
    connection: &mut PgConnection,
    plan: &Plan,
    matched: &Match,
    values: Vec<String>,
) -> Result<HashMap<String, Uuid>> {
    let Some(column) = plan.object.fields[matched.field].columns.first() else { return Ok(HashMap::new()) };
    // What is no id cannot be anybody's, and would break the statement.
    let is_id = column.ty == ColumnType::Uuid;
    let values: Vec<String> = values.into_iter().filter(|value| !is_id || as_id(value).is_some()).collect();
    let text = same_value(&plan.context.tenant().schema, &plan.object.name, column);
    let rows = sqlx::query(AssertSqlSafe(text)).bind(values).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("value")?, row.try_get("id")?))).collect()
}
