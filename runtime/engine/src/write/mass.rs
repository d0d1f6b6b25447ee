//! The same change to all records that a filter means, as far as the actor may change them.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::{remove, update};
use crate::command::{Fields, MAX_RECORDS, Mass, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::query::Query;
use crate::read::of_revision;
use crate::read::sql::{Lock, reach_statement};

/// Changes or deletes them; answers how many, and with a dry run changes nothing.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    mass: Mass,
) -> Result<Written> {
    let action = if mass.change.is_some() { Action::Edit } else { Action::Delete };
    let query = Query { object: object.name.clone(), filter: mass.filter, ..Query::default() };
    let matched = reached(connection, context, &query, (Action::Read, Lock::None)).await?.len();
    let lock = match (mass.dry_run, action) {
        (true, _) => Lock::None,
        (false, Action::Delete) => Lock::Remove,
        (false, _) => Lock::Update,
    };
    let ids = match reached(connection, context, &query, (action, lock)).await {
        // Who may change none of them learns how many there are, as in any list.
        Err(Error::Forbidden(_)) if mass.dry_run => Vec::new(),
        outcome => outcome?,
    };
    if let Some(expected) = mass.expected.filter(|expected| *expected != ids.len()) {
        let message = format!("{} records would be changed, not {expected}", ids.len());
        let problem = Problem::new("expected", "other-count", message);
        return Err(Error::Conflict(vec![problem.hint("look again with `dry_run`")]));
    }
    if ids.len() > MAX_RECORDS {
        let message =
            format!("the filter means {} records; at most {MAX_RECORDS} are changed at once", ids.len());
        return Err(Error::Unprocessable(vec![Problem::new("filter", "too-many", message)]));
    }
    let written = Written { matched: Some(matched), ids, ..Written::default() };
    if mass.dry_run || written.ids.is_empty() {
        return Ok(written);
    }
    match mass.change {
        Some(fields) => change(connection, context, object, (&written.ids, fields)).await?,
        None => drop(remove::delete(connection, context, object, written.ids.clone()).await?),
    }
    Ok(written)
}

async fn change(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (ids, fields): (&[Uuid], Fields),
) -> Result<()> {
    let one = |id: &Uuid| Update { id: *id, fields: fields.clone(), if_version: None };
    update::run(connection, context, object, ids.iter().map(one).collect()).await.map(drop)
}

async fn reached(
    connection: &mut PgConnection,
    context: &Context,
    query: &Query,
    (action, lock): (Action, Lock),
) -> Result<Vec<Uuid>> {
    let plan = Plan::for_action(context, query, action)?;
    let (text, values) = reach_statement(&plan, lock, &[]);
    let text = AssertSqlSafe(of_revision(context, &text));
    let rows = sqlx::query_with(text, sea_query_sqlx::SqlxValues(values)).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
