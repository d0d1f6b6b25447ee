//! Which of some records the actor reaches with an action; the same predicate as every read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::{Column, Object};
use permissions::{Action, Reach};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::draft::{Draft, Stored};
use super::saving::{FORBIDDEN, Saving, Way};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::plan::Plan;
use crate::query::{Bin, Query};
use crate::read::sql::{Lock, reach_statement};
use crate::read::{decode, of_revision};

/// Versions of those of `ids` that the actor reaches.
pub(crate) async fn find(
    connection: &mut PgConnection,
    context: &Context,
    place: (&str, &[Uuid], Bin),
    (action, lock): (Action, Lock),
) -> Result<HashMap<Uuid, i64>> {
    let found = find_with(connection, context, place, (action, lock, &[])).await?;
    Ok(found.into_iter().map(|(id, stored)| (id, stored.version)).collect())
}

/// The same with the values of some columns, in their order.
pub(crate) async fn find_with(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids, bin): (&str, &[Uuid], Bin),
    (action, lock, columns): (Action, Lock, &[&Column]),
) -> Result<HashMap<Uuid, Stored>> {
    let query = Query { bin, ..Query::of(object, ids.to_vec()) };
    let plan = match Plan::for_action(context, &query, action) {
        Ok(plan) => plan,
        Err(Error::Forbidden(_)) => return Ok(HashMap::new()),
        Err(error) => return Err(error),
    };
    let (text, values) = reach_statement(&plan, lock, columns);
    let rows =
        sqlx::query_with(AssertSqlSafe(of_revision(context, &text)), sea_query_sqlx::SqlxValues(values))
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, stored(row, columns)?))).collect()
}

fn stored(row: &PgRow, columns: &[&Column]) -> Result<Stored, sqlx::Error> {
    let values = columns.iter().enumerate().map(|(at, column)| decode::value(row, at + 2, column.ty));
    Ok(Stored { version: row.try_get(1)?, values: values.collect::<Result<_, _>>()? })
}

/// Those of some readable records that are within `reach`.
pub(crate) async fn within(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&str, &[Uuid]),
    reach: &Reach,
) -> Result<HashSet<Uuid>> {
    let plan = Plan::new(context, &Query::of(object, ids.to_vec()))?.within(reach.clone());
    let (text, values) = reach_statement(&plan, Lock::None, &[]);
    let text = AssertSqlSafe(of_revision(context, &text));
    let rows = sqlx::query_with(text, sea_query_sqlx::SqlxValues(values)).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Locks live records for a change. A record that cannot be read is not there; one that can be read
/// but not changed is refused.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Arc<Object>, &[Uuid]),
    action: Action,
) -> Result<HashMap<Uuid, i64>> {
    lock_in(connection, context, (object, ids, Bin::Live), action).await
}

/// As [`lock`], on either side of the recycle bin.
pub(super) async fn lock_in(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids, bin): (&Arc<Object>, &[Uuid], Bin),
    action: Action,
) -> Result<HashMap<Uuid, i64>> {
    let lock = if action == Action::Delete { Lock::Remove } else { Lock::Update };
    let locked = find(connection, context, (&object.name, ids, bin), (action, lock)).await?;
    if ids.iter().any(|id| !locked.contains_key(id)) {
        let missing: Vec<Uuid> = ids.iter().copied().filter(|id| !locked.contains_key(id)).collect();
        return Err(missed(connection, context, (object, &missing, bin), action).await?);
    }
    Ok(locked)
}

/// As [`lock`], with the values of some columns, in their order.
pub(super) async fn lock_with(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
    (action, columns): (Action, &[&Column]),
) -> Result<HashMap<Uuid, Stored>> {
    let place = (object.name.as_str(), ids, Bin::Live);
    let locked = find_with(connection, context, place, (action, Lock::Update, columns)).await?;
    let missing: Vec<Uuid> = ids.iter().copied().filter(|id| !locked.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(locked);
    }
    Err(missed(connection, context, (object, &missing, Bin::Live), action).await?)
}

/// Why records were not to be locked.
async fn missed(
    connection: &mut PgConnection,
    context: &Context,
    (object, missing, bin): (&Object, &[Uuid], Bin),
    action: Action,
) -> Result<Error> {
    let decision = context.decide(action, object);
    // Who reaches every record misses one only because it is not there, whatever others do meanwhile.
    if decision.is_allowed() && decision.reach.is_all() {
        return Ok(Error::NotFound);
    }
    let seen = find(connection, context, (&object.name, missing, bin), (Action::Read, Lock::None)).await?;
    let reached = find(connection, context, (&object.name, missing, bin), (action, Lock::None)).await?;
    // Somebody may have brought a record here since it was not found.
    if missing.iter().all(|id| seen.contains_key(id) && !reached.contains_key(id)) {
        return Ok(Error::Forbidden(Refusal::Action { action: action.word(), object: object.name.clone() }));
    }
    Ok(Error::NotFound)
}

/// Whether rows must be written: for a trial, only where nothing else tells what the actor may do.
pub(super) fn needs_rows(saving: &Saving<'_>) -> bool {
    let judged = |draft: &Draft| is_judged(saving, action_of(draft));
    saving.way != Way::Trial || saving.drafts.iter().any(judged)
}

/// After the change: what came out must still be within what the actor may do.
pub(super) async fn judge(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    for action in [Action::Create, Action::Edit] {
        let judged =
            saving.drafts.iter().any(|draft| action_of(draft) == action) && is_judged(saving, action);
        if !judged {
            continue;
        }
        // Who may give a record away may lose it.
        let is_judged = |draft: &Draft| action_of(draft) == action && !saving.moved.contains(&draft.id);
        let ids = |draft: &Draft| is_judged(draft).then_some(draft.id);
        let ids: Vec<Uuid> = saving.drafts.iter().filter_map(ids).collect();
        let place = (saving.slots.object.name.as_str(), ids.as_slice(), Bin::Live);
        let reached = find(connection, saving.context, place, (action, Lock::None)).await?;
        let message = format!("you may not {} this record as it stands", action.word());
        for n in 0..saving.drafts.len() {
            let draft = &saving.drafts[n];
            let judged = action_of(draft) == action && !saving.moved.contains(&draft.id);
            if judged && !reached.contains_key(&draft.id) {
                saving.blame(n, Problem::new("", FORBIDDEN, message.clone()));
            }
        }
    }
    Ok(())
}

fn action_of(draft: &Draft) -> Action {
    if draft.is_new() { Action::Create } else { Action::Edit }
}

/// Whether what comes out depends on the record: not when the actor reaches all.
fn is_judged(saving: &Saving<'_>, action: Action) -> bool {
    !saving.context.decide(action, saving.slots.object).reach.is_all()
}
