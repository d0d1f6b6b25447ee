//! New records: the input becomes drafts, and the save does the rest.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::Slots;
use super::save::save;
use super::saving::{Saving, Way};
use super::{answer, constraint, load};
use crate::command::{Fields, Written};
use crate::context::Context;
use crate::error::{Error, Result};

/// Creates the records and answers them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    records: Vec<Fields>,
) -> Result<Written> {
    if records.is_empty() {
        return Err(Error::Unprocessable(vec![Problem::new("", "empty", "there is no record to create")]));
    }
    let with_ids: Vec<(Uuid, Fields)> =
        records.into_iter().map(|fields| (context.new_id(), fields)).collect();
    let warnings = insert(connection, context, object, &with_ids).await?;
    let ids = with_ids.into_iter().map(|(id, _)| id).collect();
    Ok(Written { warnings, ..answer(connection, context, &object.name, ids).await? })
}

/// Creates records whose ids are given, within a transaction of the caller's.
pub(crate) async fn create_with_ids(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    records: &[(Uuid, Fields)],
) -> Result<Vec<Problem>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let outcome = insert(connection, context, object, records).await;
    outcome.map_err(|error| constraint::explain(error, object, context))
}

/// Saves new records; answers what was warned of and confirmed.
pub(super) async fn insert(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    records: &[(Uuid, Fields)],
) -> Result<Vec<Problem>> {
    load::require_create(context, object)?;
    let slots = Slots::new(object);
    let mut saving = Saving::new(context, &slots, Way::Command);
    for (n, (id, fields)) in records.iter().enumerate() {
        let (draft, found) = slots.read(context, *id, fields);
        saving.drafts.push(draft);
        found.into_iter().for_each(|problem| saving.blame(n, problem));
    }
    save(connection, &mut saving).await?;
    saving.refuse()?;
    Ok(saving.warnings)
}
