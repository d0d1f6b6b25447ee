//! What was retired thirty days ago is purged: its columns and tables go for good, and what stands elsewhere for its
//! records. Its definition stays, marked, so that whatever brings it back makes it anew, empty, and says so.
//!
//! That a thing is gone is a change of metadata as any other, in one short transaction under the lock of the tenant, told
//! in the history and the audit log. A rollback that comes before it has the data, and then nothing is due; one that comes
//! after it is told. What stands elsewhere goes afterwards, in batches: a killed process goes on where it was.
//!
//! History is none of it: what was written into the audit log stays there for as long as that is kept.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use metadata::Definitions;
use serde_json::Value as Json;
use sqlx::PgConnection;

use crate::Engine;
use crate::apply::Apply;
use crate::context::{Context, Versions};
use crate::error::{Error, Result};
use crate::retypes::KEPT;
use crate::work::Progress;

mod store;

/// When something that is due is looked at again because it has to wait for something else.
const LATER: TimeDelta = TimeDelta::days(1);

/// Whether anything is kept whose time will be over.
pub(crate) fn is_needed(context: &Context) -> bool {
    context.snapshot.definitions.keeps_any()
}

/// When the time of what is retired now is over. What was retired before has a job already.
pub(crate) fn next(context: &Context) -> DateTime<Utc> {
    context.now + KEPT
}

impl Engine {
    /// The next part of what is due, within the transaction that holds the job.
    pub(crate) async fn purge(&self, connection: &mut PgConnection, context: &Context) -> Result<Progress> {
        let tenant = context.tenant();
        let (revision, retired) = store::list_retired(connection, tenant).await?;
        if revision != context.snapshot.revision {
            return Err(Error::Outdated(Versions::default()));
        }
        let definitions = &context.snapshot.definitions;
        let kept = definitions.kept();
        let retired = retired.into_iter().filter(|(id, _)| kept.contains(id.as_str()));
        let (due, others): (Vec<_>, Vec<_>) = retired.partition(|(_, at)| *at + KEPT <= context.now);
        let due: BTreeSet<String> = due.into_iter().map(|(id, _)| id).collect();
        // Those of them that are fields have no table.
        let pointing = store::list_pointing(connection, tenant, &due).await?;
        let going = definitions.next_purge(&due, &pointing);
        if !going.is_empty() {
            self.drop_retired(context, &going).await?;
            return Ok(Progress::More(Json::Null));
        }
        if store::sweep(connection, context).await? {
            return Ok(Progress::More(Json::Null));
        }
        let soon = others.into_iter().map(|(_, at)| at + KEPT).min();
        let again = (!due.is_empty()).then(|| context.now + LATER);
        let next = soon.into_iter().chain(again).min();
        Ok(next.map_or(Progress::Done, |next| Progress::Rest(Json::Null, next)))
    }

    /// The change of metadata by which it goes, as the owner of its tables: behind the wall nobody may. One that was made
    /// meanwhile may have brought it back.
    async fn drop_retired(&self, context: &Context, going: &BTreeSet<String>) -> Result<()> {
        let next = |old: &Definitions| Ok((old.purged(going), Vec::new()));
        let old = &context.snapshot.definitions;
        let names = old.purged(going).purged_since(old);
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let text =
            format!("What {} held is purged: it was retired {} days ago", names.join(", "), KEPT.num_days());
        let wish = Apply {
            message: Some(text),
            expected_revision: Some(context.snapshot.revision),
            ..Apply::default()
        };
        match self.change(context, &wish, &next).await {
            Err(Error::Conflict(problems)) if problems.iter().any(|one| one.code == "stale-revision") => {
                Err(Error::Outdated(Versions::default()))
            }
            outcome => outcome.map(drop),
        }
    }
}
