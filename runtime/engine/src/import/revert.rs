//! Taking an import back: the records that it made go to the recycle bin, a batch a request, so that it can be ended and
//! begun again at any moment. Which they are, the audit stream says. Records that somebody has changed since stay, and so
//! does what the import wrote into records that were there before: their history tells what they said.

use chrono::{DateTime, TimeDelta, Utc};
use metadata::Problem;
use serde::Serialize;
use uuid::Uuid;

use super::{Status, store};
use crate::Engine;
use crate::command::{Command, What};
use crate::context::Context;
use crate::error::{Error, Result};

/// Records of one batch.
const BATCH: i64 = 1_000;
/// How far the clocks of two nodes may differ.
const SLACK: TimeDelta = TimeDelta::minutes(5);

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reverted {
    /// Records that went to the recycle bin now.
    pub deleted: u64,
    /// Those that are still to go: ask again.
    pub left: i64,
    /// Those that stay because somebody has changed them since.
    pub kept: i64,
}

/// The records that an import made, as far as they are known by.
pub(super) struct Made<'m> {
    pub object: &'m str,
    pub request_id: &'m str,
    /// Ids tell when they were made.
    pub ids: (Uuid, Uuid),
}

impl Engine {
    /// Takes the next batch of an import back, as the actor, whose right to delete it asks.
    ///
    /// # Errors
    /// `NotFound` for an import that is not the actor's to know, `Conflict` for one that runs, wrote nothing, or whose
    /// beginning is not known.
    pub async fn revert_import(&self, context: &Context, id: Uuid) -> Result<Reverted> {
        let import = self.import_status(context, id).await?;
        if matches!(import.status, Status::Queued | Status::Running) {
            return Err(refused("it still runs", "wait for its end"));
        }
        if import.dry_run {
            return Err(refused("it was a trial and wrote nothing", "there is nothing to take back"));
        }
        let mut connection = self.connection(context.tenant()).await?;
        let request_id = store::load_request(&mut connection, context.tenant(), id).await?;
        let Some(request_id) = request_id else {
            return Err(refused(
                "it is of an earlier version, which kept no note of it",
                "delete the records by hand",
            ));
        };
        let end = import.finished_at.unwrap_or(context.now);
        let ids = (bound(import.queued_at - SLACK, 0), bound(end + SLACK, u128::MAX));
        let made = Made { object: &import.object, request_id: &request_id, ids };
        let batch = store::list_made(&mut connection, context.tenant(), &made, BATCH).await?;
        drop(connection);
        let deleted = batch.len() as u64;
        if deleted > 0 {
            let command = Command { object: import.object.clone(), what: What::Delete(batch) };
            self.write(context, command).await?;
        }
        let mut connection = self.connection(context.tenant()).await?;
        let (left, kept) = store::count_made(&mut connection, context.tenant(), &made).await?;
        Ok(Reverted { deleted, left, kept })
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
