//! What imports need of the write path beside the save itself: records to be changed, and errors told as
//! problems of a row.

use std::collections::{HashMap, HashSet};

use permissions::Action;
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::{Slots, Stored};
use super::{load, reach};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;

/// Of records to be changed: those that the actor may change, now locked, and of the others those that
/// the actor may see.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    context: &Context,
    (slots, ids): (&Slots<'_>, &[Uuid]),
) -> Result<(HashMap<Uuid, Stored>, HashSet<Uuid>)> {
    let object = slots.object.name.as_str();
    let place = |ids| (object, ids, Bin::Live);
    let columns = load::columns(context, slots);
    let locked =
        reach::find_with(connection, context, place(ids), (Action::Edit, Lock::Update, &columns)).await?;
    let others: Vec<Uuid> = ids.iter().copied().filter(|id| !locked.contains_key(id)).collect();
    if others.is_empty() {
        return Ok((locked, HashSet::new()));
    }
    let seen = reach::find(connection, context, place(&others), (Action::Read, Lock::None)).await?;
    Ok((locked, seen.into_keys().collect()))
}

/// The error as what it means for the one record that caused it.
pub(crate) fn explain(error: Error, slots: &Slots<'_>, context: &Context) -> Error {
    super::constraint::explain(error, slots.object, context)
}
