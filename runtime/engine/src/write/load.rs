//! What a save begins with: whether the actor may, and the records that are there, locked and, where a
//! later step looks at it, with what is stored.

use std::collections::HashMap;

use metadata::catalog::{Column, Object};
use permissions::Action;
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::{Slots, Stored};
use super::reach;
use crate::context::Context;
use crate::error::{Error, Refusal, Result};

/// Refuses to create records of an object for those who may not.
pub(super) fn require_create(context: &Context, object: &Object) -> Result<()> {
    if context.decide(Action::Create, object).is_allowed() {
        return Ok(());
    }
    Err(Error::Forbidden(Refusal::Action { action: "create", object: object.name.clone() }))
}

/// Locks the records that a command changes; all of them must be within reach.
pub(super) async fn lock(
    connection: &mut PgConnection,
    context: &Context,
    (slots, ids): (&Slots<'_>, &[Uuid]),
) -> Result<HashMap<Uuid, Stored>> {
    let columns = columns(context, slots);
    reach::lock_with(connection, context, (slots.object, ids), (Action::Edit, &columns)).await
}

/// The columns that a save of the object wants to know as they are stored; none where no step looks at them.
pub(super) fn columns<'s>(context: &Context, slots: &'s Slots<'_>) -> Vec<&'s Column> {
    let has_rules = context.snapshot.catalog.rules(slots.object).is_some();
    let has_leftovers =
        slots.columns.iter().any(|(field, _)| field.options.iter().any(|option| !option.active));
    // Whether an encrypted value changes cannot be told by its ciphertext.
    let has_encrypted = slots.columns.iter().any(|(field, _)| field.encrypted);
    let comes_again = context.snapshot.catalog.recurrence(slots.object).is_some();
    if has_rules || has_leftovers || has_encrypted || comes_again {
        slots.columns.iter().map(|(_, column)| *column).collect()
    } else {
        Vec::new()
    }
}
