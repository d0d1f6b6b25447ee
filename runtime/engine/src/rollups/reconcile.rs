//! Every night all roll-ups are compared with what their records say, a range of parents at a time, and computed anew
//! where they differ. That is a bug of Trellis: it is told in the log of the process and in the audit log.
//!
//! Comparing is one statement that locks nothing: it sees a change of records together with what that made of their
//! parents, or neither. Only parents that differ are locked, for as long as it takes to compute them.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use metadata::catalog::Rollup;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use std::sync::Arc;
use uuid::Uuid;

use super::{Found, sql};
use crate::audit::{self, Deed, Event};
use crate::context::Context;
use crate::error::Result;
use crate::work::Progress;

/// Parents that are compared in one transaction.
const RANGE: i64 = 1_000;
/// Hours of the night (UTC) within which tenants begin, each at a moment of its own.
const BEGIN: i64 = 1;
const HOURS: i64 = 4;
/// Most records that an entry of the log names.
const NAMED: usize = 20;

/// How far a night's work is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Night {
    /// Level and stable id of the roll-up whose turn it is, and the last of its parents.
    level: usize,
    rollup: String,
    after: Uuid,
    /// Whether that was the last of them.
    is_through: bool,
}

/// Whether anything is kept that could be wrong.
pub(crate) fn is_needed(context: &Context) -> bool {
    context.snapshot.catalog.rollups().any(|rollup| rollup.is_kept())
}

/// When the tenant's next comparison begins.
pub(crate) fn next(context: &Context) -> DateTime<Utc> {
    let spread = i64::try_from(context.tenant().id.as_u128() % (HOURS as u128 * 3_600)).unwrap_or_default();
    let today = context.now - TimeDelta::seconds(i64::from(context.now.num_seconds_from_midnight()));
    let at = today + TimeDelta::seconds(BEGIN * 3_600 + spread);
    if at > context.now { at } else { at + TimeDelta::days(1) }
}

/// One range of parents of one roll-up.
pub(crate) async fn step(
    connection: &mut PgConnection,
    context: &Context,
    progress: &serde_json::Value,
) -> Result<Progress> {
    if !is_needed(context) {
        return Ok(Progress::Done);
    }
    // Whoever holds a parent for long is not waited for while others wait for those that are locked already.
    sqlx::query("SET LOCAL lock_timeout = '2s'").execute(&mut *connection).await?;
    let night: Night = serde_json::from_value(progress.clone()).unwrap_or_default();
    let building = &context.snapshot.building;
    let kept = context.snapshot.catalog.rollups().filter(|one| one.is_kept() && !building.contains(&one.id));
    let mut kept: Vec<&Arc<Rollup>> = kept.collect();
    kept.sort_by_key(|one| (one.level, one.id.as_str()));
    let place = (night.level, night.rollup.as_str());
    let comes = |one: &&Arc<Rollup>| match (one.level, one.id.as_str()) {
        here if night.is_through => here > place,
        here => here >= place,
    };
    let Some(rollup) = kept.into_iter().find(comes) else {
        return Ok(Progress::Rest(serde_json::Value::Null, next(context)));
    };
    let after = if rollup.id == night.rollup { night.after } else { Uuid::nil() };
    let end: Option<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql::range(context, rollup)))
        .bind(after)
        .bind(RANGE)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(found) = super::find(context, &rollup.id) {
        compare(connection, context, &found, (after, end.unwrap_or(Uuid::max()))).await?;
    }
    let (level, id) = (rollup.level, rollup.id.clone());
    let night = Night { level, rollup: id, after: end.unwrap_or_default(), is_through: end.is_none() };
    Ok(Progress::Rest(json!(night), context.now))
}

/// Compares the parents behind one id and up to another, and mends those that differ.
async fn compare(
    connection: &mut PgConnection,
    context: &Context,
    (parent, child, rollup): &Found,
    (after, end): (Uuid, Uuid),
) -> Result<()> {
    let wrong: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql::drifted(context, child, rollup)))
        .bind(after)
        .bind(RANGE)
        .bind(end)
        .fetch_all(&mut *connection)
        .await?;
    if wrong.is_empty() {
        return Ok(());
    }
    super::refresh(connection, context, (parent, child, rollup), &wrong).await?;
    let field = parent.find_field_by_id(&rollup.id).map_or(rollup.id.as_str(), |field| &field.name);
    let name = format!("{}.{field}", parent.name);
    tracing::error!(
        tenant = context.tenant().slug,
        rollup = name,
        records = wrong.len(),
        "a roll-up was not what its records say"
    );
    let examples: Vec<&Uuid> = wrong.iter().take(NAMED).collect();
    let changes = json!({ "rollup": [null, name], "records": [null, wrong.len()], "ids": [null, examples] });
    let event = Event::of(context, Deed::RollupRepaired, &parent.id).with(changes);
    audit::record(connection, context.tenant(), &[event]).await
}
