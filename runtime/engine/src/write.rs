//! One command, one transaction: lock and load, read the drafts, save, commit. The number of statements does
//! not depend on the number of records. The order of a save stands in [`save`].

use std::sync::Arc;

use metadata::Object;
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use crate::Engine;
use crate::command::{Command, MAX_RECORDS, What, Written};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::query::Query;
use crate::read;

pub(crate) mod bulk;
mod checks;
mod constraint;
mod copy;
mod create;
pub(crate) mod draft;
mod links;
mod load;
mod numbers;
mod options;
mod reach;
mod remove;
mod rows;
pub(crate) mod save;
pub(crate) mod saving;
pub(crate) mod source;
pub(crate) mod sql;
mod update;

pub(crate) use create::create_with_ids;

impl Engine {
    /// Runs one command: all or nothing. Answers ids, versions and, where records remain, the records as
    /// the actor may see them.
    pub async fn write(&self, context: &Context, command: Command) -> Result<Written> {
        check_size(&command.what)?;
        let object = context.snapshot.catalog.find_object(&command.object).ok_or(Error::NotFound)?.clone();
        if object.system && !context.actor.is_system() {
            return Err(Error::Forbidden(Refusal::SystemObject(object.name.clone())));
        }
        let mut transaction = self.begin(context).await?;
        match run_in(&mut transaction, context, (&object, command.what)).await {
            Ok(written) => {
                transaction
                    .commit()
                    .await
                    .map_err(|error| constraint::explain(error.into(), &object, context))?;
                Ok(written)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(constraint::explain(error, &object, context))
            }
        }
    }

    /// A transaction in which the context's snapshot and caller are known to be current.
    pub(crate) async fn begin(&self, context: &Context) -> Result<PgTransaction<'static>> {
        let mut transaction = self.pool().begin().await?;
        context.check(crate::store::load_versions(&mut transaction, context.tenant()).await?)?;
        Ok(transaction)
    }
}

/// Runs one command's part for an object within a transaction of the caller's.
async fn run_in(
    connection: &mut PgConnection,
    context: &Context,
    (object, what): (&Arc<Object>, What),
) -> Result<Written> {
    match what {
        What::Create(records) => create::run(connection, context, object, records).await,
        What::Update(updates) => update::run(connection, context, object, updates).await,
        What::Delete(ids) => remove::delete(connection, context, object, ids).await,
        What::Restore(ids) => remove::restore(connection, context, object, ids).await,
        What::Purge(ids) => remove::purge(connection, context, object, ids).await,
    }
}

fn check_size(what: &What) -> Result<()> {
    let count = match what {
        What::Create(records) => records.len(),
        What::Update(updates) => updates.len(),
        What::Delete(ids) | What::Restore(ids) | What::Purge(ids) => ids.len(),
    };
    if count > MAX_RECORDS {
        return Err(Error::invalid("", "too-many", format!("at most {MAX_RECORDS} records at once")));
    }
    Ok(())
}

/// The written records as the actor may see them, in the order of `ids`.
async fn answer(
    connection: &mut PgConnection,
    context: &Context,
    object: &str,
    ids: Vec<Uuid>,
) -> Result<Written> {
    let answer = read::run(connection, context, &Query::of(object, ids.clone())).await?;
    Ok(Written { ids, versions: answer.versions.clone(), answer: Some(answer) })
}
