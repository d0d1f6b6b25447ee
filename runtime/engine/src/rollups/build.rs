//! Building what a new or changed roll-up holds, in batches beside the writers. Each batch is a transaction with
//! its progress, so that a killed process goes on where it was.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::context::Context;
use crate::error::Result;
use crate::work::Progress;

/// Parents of one transaction: short enough for writers to wait for.
const BATCH: usize = 500;

/// One batch of a roll-up's build, after the parent that `progress` names.
pub(crate) async fn step(
    connection: &mut PgConnection,
    context: &Context,
    (id, progress): (&str, &serde_json::Value),
) -> Result<Progress> {
    // A roll-up that was taken away meanwhile needs nothing.
    let Some((parent, child, rollup)) = super::find(context, id) else { return Ok(Progress::Done) };
    let after = progress["after"].as_str().and_then(|text| Uuid::parse_str(text).ok()).unwrap_or(Uuid::nil());
    let parents: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(super::sql::unbuilt(context, &rollup)))
        .bind(after)
        .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await?;
    super::refresh(connection, context, (&parent, &child, &rollup), &parents).await?;
    Ok(match parents.last() {
        Some(last) if parents.len() == BATCH => Progress::More(json!({ "after": last })),
        _ => Progress::Done,
    })
}
