//! Taking an import back: the records that it made go to the recycle bin, a batch a request, so that it can be ended and
//! begun again at any moment. Which they are, the audit stream says, where they stand under a word of the import's own. Records
//! that somebody has changed since stay, and so do those that something holds back, each with its reason; what the import
//! wrote into records that were there before stays as well: their history tells what they said.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use metadata::Problem;
use metadata::catalog::Object;
use permissions::Action;
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Import, Status, store};
use crate::Engine;
use crate::command::{Command, What};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::{self, reach};

/// Records of one batch.
const BATCH: usize = 1_000;
/// How often a batch may be divided for the sake of records that are held back; what is not decided then is left to the
/// next one. More than the halves of a batch, so that there is always one.
const DIVISIONS: usize = 40;
/// How often a batch is tried that others deadlock with.
const ATTEMPTS: usize = 10;
/// How far the clocks of two nodes may differ.
const SLACK: TimeDelta = TimeDelta::minutes(5);

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reverted {
    /// Records that went to the recycle bin now.
    pub deleted: u64,
    /// About how many are still to be looked at; while there is one, ask again.
    pub left: i64,
    /// Those that stay, of all that were looked at since it began.
    pub kept: i64,
    /// Those of this request that the caller sees, with why.
    pub stays: Vec<Stay>,
}

/// A record that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stay {
    pub id: Uuid,
    pub code: String,
    pub message: String,
}

impl Stay {
    fn new(id: Uuid, problems: &[Problem]) -> Self {
        let text: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let code = problems.first().map_or("refused", |problem| problem.code.as_str());
        Self { id, code: code.to_owned(), message: text.join("; ") }
    }
}

/// The records that an import made, as far as they are known by.
pub(super) struct Made<'m> {
    pub object: &'m str,
    /// What they stand under in the audit stream.
    pub word: &'m str,
    /// Ids tell when they were made.
    pub ids: (Uuid, Uuid),
}

/// Where the next batch begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Reverting {
    /// All from here on were looked at; nothing where none was.
    pub below: Option<Uuid>,
    pub looked: i64,
    pub kept: i64,
}

/// How the word of an import ends. No id of a request has a slash, so nobody else's changes stand under it.
pub(super) fn mark(import: Uuid) -> String {
    format!("/{import}")
}

impl Engine {
    /// Takes the next batch of an import back, as the actor, whose right to delete it asks. Asked again after the last
    /// one it begins anew, for what is not held back any more.
    ///
    /// # Errors
    /// `NotFound` for an import that is not the actor's to know, `Conflict` for one that runs, wrote nothing, or whose
    /// beginning is not known, `Forbidden` for who may delete nothing of the kind.
    pub async fn revert_import(&self, context: &Context, id: Uuid) -> Result<Reverted> {
        let import = self.import_status(context, id).await?;
        if matches!(import.status, Status::Queued | Status::Running) {
            return Err(refused("it still runs", "wait for its end"));
        }
        if import.dry_run {
            return Err(refused("it was a trial and wrote nothing", "there is nothing to take back"));
        }
        let object = context.snapshot.catalog.find_object(&import.object).ok_or(Error::NotFound)?;
        if !context.decide(Action::Delete, object).is_allowed() {
            return Err(Error::Forbidden(Refusal::Action { action: "delete", object: object.name.clone() }));
        }
        for _ in 1..ATTEMPTS {
            match self.take_back(context, &import, object).await {
                Err(error) if write::is_deadlock(&error) => {}
                outcome => return outcome,
            }
        }
        self.take_back(context, &import, object).await
    }

    async fn take_back(&self, context: &Context, import: &Import, object: &Arc<Object>) -> Result<Reverted> {
        let tenant = context.tenant();
        let mut transaction = self.begin(context).await?;
        let Some(word) = store::load_request(&mut transaction, tenant, import.id).await? else {
            return Err(refused(
                "it is of an earlier version, which kept no note of it",
                "delete the records by hand",
            ));
        };
        let end = import.finished_at.unwrap_or(context.now);
        let ids = (bound(import.queued_at - SLACK, 0), bound(end + SLACK, u128::MAX));
        let made = Made { object: &object.name, word: &word, ids };
        let mut place = store::load_reverting(&mut transaction, tenant, import.id).await?;
        let most = i64::try_from(BATCH + 1).unwrap_or(i64::MAX);
        let mut rows = store::list_made(&mut transaction, tenant, (&made, place.below), most).await?;
        let mut is_more = rows.len() > BATCH;
        rows.truncate(BATCH);
        let mut batch = Batch::look(&mut transaction, context, (object, &rows)).await?;
        if let Some(first) = batch.delete(&mut transaction, context, object).await? {
            rows.retain(|(id, _)| *id > first);
            is_more = true;
        }
        place.looked += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        place.kept += i64::try_from(batch.kept.len()).unwrap_or(i64::MAX);
        place.below = rows.last().map(|(id, _)| *id).or(place.below);
        let left = if is_more { (import.created - place.looked).max(1) } else { 0 };
        let told = Reverted { deleted: batch.deleted, left, kept: place.kept, stays: batch.stays() };
        let place = if is_more { place } else { Reverting::default() };
        store::put_reverting(&mut transaction, tenant, (import.id, &place)).await?;
        context.check(crate::store::load_versions(&mut transaction, tenant).await?)?;
        transaction.commit().await?;
        self.stir(tenant);
        Ok(told)
    }
}

/// Records of one batch, the newest first.
#[derive(Default)]
struct Batch {
    /// Those that nobody has changed since and the actor may delete, locked.
    ids: Vec<Uuid>,
    kept: Vec<Stay>,
    /// Versions of those that the actor sees.
    seen: HashMap<Uuid, i64>,
    deleted: u64,
}

impl Batch {
    async fn look(
        connection: &mut PgConnection,
        context: &Context,
        (object, rows): (&Object, &[(Uuid, bool)]),
    ) -> Result<Self> {
        let live: Vec<Uuid> = rows.iter().filter(|(_, is_live)| *is_live).map(|(id, _)| *id).collect();
        let mut batch = Self::default();
        if live.is_empty() {
            return Ok(batch);
        }
        let place = (object.name.as_str(), live.as_slice(), Bin::Live);
        let locked = reach::find(connection, context, place, (Action::Delete, Lock::Remove)).await?;
        batch.seen = reach::find(connection, context, place, (Action::Read, Lock::None)).await?;
        for id in live {
            let problem = match locked.get(&id) {
                Some(1) => {
                    batch.ids.push(id);
                    continue;
                }
                Some(_) => Problem::new("", "changed", "somebody has changed it since"),
                None => Problem::new("", "forbidden", "you may not delete it"),
            };
            batch.kept.push(Stay::new(id, &[problem]));
        }
        Ok(batch)
    }

    /// Deletes what can be: all at once, and where that is refused half of them, until those are found that are held
    /// back. Answers the first that is not decided, if there are too many.
    async fn delete(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        object: &Object,
    ) -> Result<Option<Uuid>> {
        let mut parts = vec![std::mem::take(&mut self.ids)];
        let mut divisions = 0;
        while let Some(mut part) = parts.pop() {
            let Some(first) = part.first().copied() else { continue };
            if divisions >= DIVISIONS {
                self.kept.retain(|stay| stay.id > first);
                return Ok(Some(first));
            }
            let Err(problems) = attempt(connection, context, (object, &part)).await? else {
                self.deleted += part.len() as u64;
                continue;
            };
            divisions += 1;
            match (part.len(), problems.as_slice()) {
                // It has gone along with another one.
                (1, []) => self.deleted += 1,
                (1, problems) => self.kept.push(Stay::new(first, problems)),
                _ => {
                    let older = part.split_off(part.len() / 2);
                    parts.extend([older, part]);
                }
            }
        }
        Ok(None)
    }

    /// Those that the actor may know of, the newest first.
    fn stays(self) -> Vec<Stay> {
        let seen = self.seen;
        let mut stays: Vec<Stay> = self.kept.into_iter().filter(|stay| seen.contains_key(&stay.id)).collect();
        stays.sort_by_key(|stay| std::cmp::Reverse(stay.id));
        stays
    }
}

/// Puts records into the recycle bin, or says why that cannot be done with all of them: nothing where one is gone already.
async fn attempt(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
) -> Result<Result<(), Vec<Problem>>> {
    let mut point = connection.begin().await?;
    let command = Command { object: object.name.clone(), what: What::Delete(ids.to_vec()) };
    match write::run(&mut point, context, command).await {
        Ok(_) => {
            point.commit().await?;
            Ok(Ok(()))
        }
        Err(error) => {
            point.rollback().await?;
            match write::explain_anywhere(error, context) {
                Error::NotFound => Ok(Err(Vec::new())),
                Error::Conflict(problems) | Error::Unprocessable(problems) => Ok(Err(problems)),
                error => Err(error),
            }
        }
    }
}

/// The first or last id (UUIDv7) of a millisecond.
fn bound(at: DateTime<Utc>, rest: u128) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128((millis << 80) | (rest >> 48))
}

fn refused(why: &str, hint: &str) -> Error {
    Error::Conflict(vec![
        Problem::new("", "not-revertible", format!("the import cannot be taken back: {why}")).hint(hint),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_moment_are_between_its_bounds() {
        let now = Utc::now();
        let (first, last) = (bound(now - SLACK, 0), bound(now + SLACK, u128::MAX));
        let id = Uuid::now_v7();
        assert!(first < id && id < last, "{first} {id} {last}");
        assert!(bound(now - SLACK * 3, u128::MAX) < first);
    }
}
