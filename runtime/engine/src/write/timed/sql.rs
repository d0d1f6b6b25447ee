//! Which records a timed transition is for: where it leads out of, for long enough.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use permissions::Action;
use sea_query::Values;
use sea_query_sqlx::SqlxValues;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{BATCH, Timed};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter::{Filter, Operator};
use crate::plan::Plan;
use crate::query::{Query, Selection};
use crate::read::of_revision;
use crate::read::sql::ids_statement;
use crate::write::sql::table;

/// When a record `o` came into its state, if `since` is a parameter: not later than that.
fn long_enough(schema: &str, (field, since): (&str, &str)) -> (String, String) {
    let log = table(schema, "_states");
    (
        format!(
            "LEFT JOIN LATERAL (SELECT l.happened_at FROM {log} l WHERE l.record_id = o.id AND l.field_id = {field} ORDER BY l.version DESC LIMIT 1) e ON TRUE"
        ),
        format!("o.created_at <= {since} AND coalesce(e.happened_at, o.created_at) <= {since}"),
    )
}

/// The next records that are due, locked; those that somebody else has locked wait for the next round.
pub(super) async fn find(
    connection: &mut PgConnection,
    context: &Context,
    timed: &Timed<'_>,
    (after, refused): (Uuid, &BTreeMap<Uuid, DateTime<Utc>>),
) -> Result<Vec<Uuid>> {
    let plan = match plan(context, timed, true) {
        // What only a save can tell is asked of each record.
        Err(Error::Invalid(_)) => plan(context, timed, false)?,
        outcome => outcome?,
    };
    let (reach, mut values) = ids_statement(&plan);
    let mut next = |value: sea_query::Value| {
        values.0.push(value);
        format!("${}", values.0.len())
    };
    let (field, since) = (next(timed.workflow.field.clone().into()), next(timed.since(context).into()));
    let left: Vec<Uuid> = refused.keys().copied().collect();
    let (after, left) = (next(after.into()), next(left.into()));
    let limit = next(i64::try_from(BATCH).unwrap_or(i64::MAX).into());
    let schema = &context.tenant().schema;
    let (entered, is_long) = long_enough(schema, (&field, &since));
    let text = format!(
        "SELECT o.id FROM ({reach}) r JOIN {} o ON o.id = r.id {entered} \
         WHERE {is_long} AND o.id > {after} AND o.id <> ALL({left}) ORDER BY o.id LIMIT {limit} FOR NO KEY UPDATE OF o SKIP LOCKED",
        table(schema, &timed.object.name),
    );
    run(connection, context, (text, values)).await
}

/// Those of some records that are due as the log tells now.
pub(super) async fn among(
    connection: &mut PgConnection,
    context: &Context,
    timed: &Timed<'_>,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>> {
    let schema = &context.tenant().schema;
    let (entered, is_long) = long_enough(schema, ("$2", "$3"));
    let text = format!(
        "SELECT o.id FROM {} o {entered} WHERE o.id = ANY($1) AND {is_long}",
        table(schema, &timed.object.name)
    );
    let (ids, field) = (ids.to_vec(), timed.workflow.field.clone());
    let values = Values(vec![ids.into(), field.into(), timed.since(context).into()]);
    Ok(run(connection, context, (text, values)).await?.into_iter().collect())
}

async fn run(
    connection: &mut PgConnection,
    context: &Context,
    (text, values): (String, Values),
) -> Result<Vec<Uuid>> {
    let text = AssertSqlSafe(of_revision(context, &text));
    Ok(sqlx::query_scalar_with(text, SqlxValues(values)).fetch_all(connection).await?)
}

/// The records of the process that are where the transition leads out of, and ready as far as a question can tell.
fn plan(context: &Context, timed: &Timed<'_>, with_conditions: bool) -> Result<Plan> {
    let source = &timed.workflow.source;
    let transition = &source.transitions[timed.transition.at];
    let state =
        Filter::Field { path: source.field.clone(), operator: Operator::In, value: json!(transition.from) };
    let conditions = source.applies.iter().chain(&transition.before).filter(|_| with_conditions);
    let conditions = conditions.map(|text| Filter::Formula(text.clone()));
    // The record's type may name a process past its own condition.
    let has_types = !timed.rules.record_types.is_empty();
    let conditions = conditions.skip(usize::from(has_types && source.applies.is_some()));
    let filter = Filter::And(std::iter::once(state).chain(conditions).collect());
    let fields = vec![Selection::Field("id".into())];
    let query = Query { object: timed.object.name.clone(), fields, filter: Some(filter), ..Query::default() };
    Plan::for_action(context, &query, Action::Edit)
}
