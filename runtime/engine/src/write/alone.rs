//! One record that one statement saves, without a transaction around it: most writes of people, in one round trip (and
//! one before it where something is read: the record that changes, what rules look at).
//!
//! It is the same save up to its first row ([`super::save::settle`]), with nothing locked. The statement that writes then
//! looks itself whether all that was relied upon still holds: the tenant's counters, the version of the record, the
//! records that it points to, which it locks. If not, or if somebody else holds one of those, it writes nothing: it would
//! see the counters of before it waited, and rights may be taken while it waits. Whatever cannot be done so, or is refused, is
//! left undone and done again within a transaction, where everything that is wrong is found and told.

use std::collections::HashMap;

use metadata::FieldKind;
use metadata::catalog::Object;
use metadata::catalog::standard::USER;
use permissions::Action;
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::Slots;
use super::facts::Facts;
use super::saving::{Saving, Way};
use super::whole::{Guard, Whole};
use super::{load, reach, recur, rows, save};
use crate::command::{Command, Fields, Update, What, Written};
use crate::context::Context;
use crate::error::Result;
use crate::query::{Bin, Query};
use crate::read::prepared::{Prepared, Source};
use crate::read::{self, sql::Lock};
use crate::room::Taken;

/// Saves the one record of a command; `None` when nothing was done.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    command: &Command,
) -> Option<Result<Written>> {
    let object = super::writable(context, &command.object).ok()?;
    // What follows from a change of people is more than one statement.
    if object.name == USER {
        return None;
    }
    match &command.what {
        What::Create(records) => match records.as_slice() {
            [fields] => create(connection, context, &object, fields).await,
            _ => None,
        },
        What::Update(updates) => match updates.as_slice() {
            [update] => change(connection, context, &object, update).await,
            _ => None,
        },
        _ => None,
    }
}

async fn create(
    connection: &mut PgConnection,
    context: &Context,
    object: &Object,
    fields: &Fields,
) -> Option<Result<Written>> {
    load::require_create(context, object).ok()?;
    let id = context.new_id();
    let read = answer(context, (object, id), Action::Create)?;
    let is_number = |kind: &FieldKind| matches!(kind, FieldKind::Autonumber(_));
    if object.fields.iter().any(|field| is_number(&field.kind)) {
        return None;
    }
    let slots = Slots::new(object);
    let mut saving = Saving::new(context, &slots, Way::Alone);
    let (draft, found) = slots.read(context, id, fields);
    saving.drafts.push(draft);
    if !found.is_empty() {
        return None;
    }
    finish(connection, (saving, None), &read).await
}

async fn change(
    connection: &mut PgConnection,
    context: &Context,
    object: &Object,
    update: &Update,
) -> Option<Result<Written>> {
    if moves_unseen(context, object, update) {
        return None;
    }
    let read = answer(context, (object, update.id), Action::Edit)?;
    let slots = Slots::new(object);
    let columns = load::columns(context, &slots);
    let place = (object.name.as_str(), &[update.id][..], Bin::Live);
    let found = reach::find_with(connection, context, place, (Action::Edit, Lock::None, &columns)).await;
    let stored = found.ok()?.remove(&update.id)?;
    let version = stored.version;
    if update.if_version.is_some_and(|seen| seen != version) {
        return None;
    }
    let mut saving = Saving::new(context, &slots, Way::Alone);
    let (mut draft, found) = slots.read(context, update.id, &update.fields);
    draft.stored = Some(stored);
    saving.drafts.push(draft);
    if !found.is_empty() {
        return None;
    }
    finish(connection, (saving, Some((update.id, version))), &read).await
}

/// Whether something that the change is judged or counted by may move while it is made: totals and new keys come
/// without a new version of the record, so that only a lock holds them.
fn moves_unseen(context: &Context, object: &Object, update: &Update) -> bool {
    let catalog = &context.snapshot.catalog;
    let has_totals = object.fields.iter().any(|field| field.rollup.is_some());
    let is_looked_at = catalog.rules(object).is_some() || !catalog.rollups_over(&object.name).is_empty();
    let is_encrypted = |key: &str| object.find_key(key).is_some_and(|(field, _)| field.encrypted);
    has_totals && is_looked_at || update.fields.iter().any(|(key, _)| is_encrypted(key))
}

/// How the record is answered from what is written, where it can be and nothing is to be asked of the record that came
/// out.
fn answer(
    context: &Context,
    (object, id): (&Object, Uuid),
    action: Action,
) -> Option<std::sync::Arc<Prepared>> {
    let decision = context.decide(action, object);
    if !decision.is_allowed() || !decision.reach.is_all() {
        return None;
    }
    let read = Prepared::of_written(context, &Query::of(&object.name, vec![id])).ok()?;
    (read.source == Source::Written && read.telling.sensitive.is_empty()).then_some(read)
}

/// Settles the save and runs its statement.
async fn finish(
    connection: &mut PgConnection,
    (mut saving, changed): (Saving<'_>, Option<(Uuid, i64)>),
    read: &Prepared,
) -> Option<Result<Written>> {
    let facts = save::settle(connection, &mut saving).await.ok()?;
    let has_links = saving.drafts.iter().any(|draft| !draft.links.is_empty());
    let comes_again = !recur::finished(&saving).is_empty();
    if saving.is_refused() || has_links || comes_again || !saving.moved.is_empty() {
        return None;
    }
    let guard = Guard { held: std::mem::take(&mut saving.held), changed };
    put(connection, (&saving, &facts), (guard, read)).await.transpose()
}

/// Runs the statement; `None` when it wrote nothing.
async fn put(
    connection: &mut PgConnection,
    (saving, facts): (&Saving<'_>, &Facts),
    (guard, read): (Guard, &Prepared),
) -> Result<Option<Written>> {
    let groups = rows::groups(saving);
    let [group] = groups.as_slice() else { return Ok(None) };
    let whole = Whole::of(saving, facts.law(), group, &HashMap::new());
    let Some(whole) = whole.filter(|whole| !whole.leaves_work()) else { return Ok(None) };
    let Ok(taken) = rows::room(saving) else { return Ok(None) };
    let rows = match whole.run_guarded(connection, guard, read.text()).await {
        Ok(rows) => rows,
        Err(error) if was_not_heard(&error) || had_to_wait(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let ids: Vec<Uuid> = saving.drafts.iter().map(|draft| draft.id).collect();
    let (answer, _) = read::gather(saving.context, (read, &ids), &rows)?;
    if answer.count == 0 {
        return Ok(None);
    }
    taken.into_iter().for_each(Taken::keep);
    let warnings = saving.warnings.clone();
    Ok(Some(Written {
        ids,
        versions: answer.versions.clone(),
        answer: Some(answer),
        warnings,
        ..Written::default()
    }))
}

/// Whether the database had ended the connection before the statement came. Of any other error of the connection nobody
/// knows whether the statement was done, so it is told and not done again.
fn was_not_heard(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::BrokenPipe,
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P01"),
        _ => false,
    }
}

/// Whether others held for too long what the statement was about to write.
fn had_to_wait(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "55P03")
}
