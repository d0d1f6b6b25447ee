//! Which of some records the actor reaches with an action; the same predicate as every read.

use std::collections::HashMap;
use std::sync::Arc;

use metadata::catalog::Object;
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::plan::Plan;
use crate::query::{Bin, Query};
use crate::read::of_revision;
use crate::read::sql::{Lock, reach_statement};

/// Versions of those of `ids` that the actor reaches.
pub(crate) async fn find(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids, bin): (&str, &[Uuid], Bin),
    (action, lock): (Action, Lock),
) -> Result<HashMap<Uuid, i64>> {
    let query = Query { bin, ..Query::of(object, ids.to_vec()) };
    let plan = match Plan::for_action(context, &query, action) {
        Ok(plan) => plan,
        Err(Error::Forbidden(_)) => return Ok(HashMap::new()),
        Err(error) => return Err(error),
    };
    let (text, values) = reach_statement(&plan, lock);
    let rows =
        sqlx::query_with(AssertSqlSafe(of_revision(context, &text)), sea_query_sqlx::SqlxValues(values))
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Locks live records for a change. A record that cannot be read is not there; one that can be read
/// but not changed is refused.
pub(super) async fn lock(
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
    let locked = find(connection, context, (&object.name, ids, bin), (action, Lock::Update)).await?;
    if ids.iter().all(|id| locked.contains_key(id)) {
        return Ok(locked);
    }
    let decision =
        context.snapshot.policies.decide(&context.actor, action, object, &context.snapshot.catalog);
    // Who reaches every record misses one only because it is not there, whatever others do meanwhile.
    if decision.is_allowed() && decision.condition().is_none() {
        return Err(Error::NotFound);
    }
    let missing: Vec<Uuid> = ids.iter().copied().filter(|id| !locked.contains_key(id)).collect();
    let seen = find(connection, context, (&object.name, &missing, bin), (Action::Read, Lock::None)).await?;
    let reached = find(connection, context, (&object.name, &missing, bin), (action, Lock::None)).await?;
    // Somebody may have brought a record here since it was not found.
    if missing.iter().all(|id| seen.contains_key(id) && !reached.contains_key(id)) {
        return Err(Error::Forbidden(Refusal::Action { action: action.word(), object: object.name.clone() }));
    }
    Err(Error::NotFound)
}

/// After the change: what came out must still be within what the actor may do.
pub(super) async fn require_after(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
    action: Action,
) -> Result<()> {
    let decision =
        context.snapshot.policies.decide(&context.actor, action, object, &context.snapshot.catalog);
    if decision.condition().is_none() {
        return Ok(());
    }
    let reached = find(connection, context, (&object.name, ids, Bin::Live), (action, Lock::None)).await?;
    if ids.iter().all(|id| reached.contains_key(id)) {
        return Ok(());
    }
    Err(Error::Forbidden(Refusal::Action { action: action.word(), object: object.name.clone() }))
}
