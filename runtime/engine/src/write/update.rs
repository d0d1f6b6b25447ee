//! Changes of existing records: locked and loaded, the input becomes drafts, and the save does the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::{Slots, Stored};
use super::save::save;
use super::saving::{Saving, Taken, Way};
use super::{answer, load};
use crate::command::{Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};

/// Changes the records and answers them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    updates: Vec<Update>,
) -> Result<Written> {
    change(connection, context, object, (updates, None)).await
}

/// Changes one record by a transition.
pub(super) async fn take(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (update, taken): (Update, Taken),
) -> Result<Written> {
    change(connection, context, object, (vec![update], Some(taken))).await
}

async fn change(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (updates, taken): (Vec<Update>, Option<Taken>),
) -> Result<Written> {
    let slots = Slots::new(object);
    let ids: Vec<Uuid> = updates.iter().map(|update| update.id).collect();
    let locked = load::lock(connection, context, (&slots, &ids)).await?;
    check_versions(&updates, &locked)?;
    let mut saving = Saving::new(context, &slots, Way::Command);
    saving.transition = taken;
    read(&mut saving, &updates, locked);
    save(connection, &mut saving).await?;
    saving.refuse()?;
    let warnings = std::mem::take(&mut saving.warnings);
    Ok(Written { warnings, ..answer(connection, context, &object.name, ids).await? })
}

fn check_versions(updates: &[Update], locked: &HashMap<Uuid, Stored>) -> Result<()> {
    let is = |update: &Update, seen| locked.get(&update.id).is_some_and(|stored| stored.version == seen);
    let stale = updates.iter().any(|update| update.if_version.is_some_and(|seen| !is(update, seen)));
    if stale { Err(Error::Stale) } else { Ok(()) }
}

fn read(saving: &mut Saving<'_>, updates: &[Update], mut locked: HashMap<Uuid, Stored>) {
    let mut seen = HashSet::new();
    for (n, update) in updates.iter().enumerate() {
        let (mut draft, found) = saving.slots.read(saving.context, update.id, &update.fields);
        found.into_iter().for_each(|problem| saving.blame(n, problem));
        if !seen.insert(update.id) {
            saving.blame(n, Problem::new("id", "named-twice", "the record is named twice"));
        }
        draft.stored = Some(locked.remove(&update.id).unwrap_or_default());
        saving.drafts.push(draft);
    }
}
