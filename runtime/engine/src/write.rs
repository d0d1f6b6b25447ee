//! One command or batch, one transaction: lock and load, read the drafts, save, commit. The number of statements
//! does not depend on the number of records. The order of a save stands in [`save`].

use std::sync::Arc;

use metadata::catalog::Object;
use metadata::catalog::standard::USER;
use sqlx::{Connection, PgConnection, PgTransaction};
use uuid::Uuid;

use crate::Engine;
use crate::command::{Command, MAX_RECORDS, Once, Operation, Person, Update, What, Written};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::lanes::{Lane, is_gone};
use crate::query::Query;
use crate::{read, teams};

mod alone;
mod batch;
pub(crate) mod bulk;
mod checks;
mod clone;
mod conditions;
mod constraint;
mod convert;
mod copy;
mod create;
mod defaults;
pub(crate) mod draft;
mod events;
mod facts;
mod links;
mod load;
mod mass;
mod merge;
mod numbers;
pub(crate) mod once;
mod options;
mod pointing;
mod process;
pub(crate) mod reach;
mod recur;
mod remove;
pub(crate) mod rights;
mod rows;
mod rules;
pub(crate) mod save;
pub(crate) mod saving;
mod seal;
pub(crate) mod source;
pub(crate) mod sql;
mod states;
pub(crate) mod timed;
mod transfer;
mod transition;
mod update;
mod upsert;
mod whole;

pub(crate) use constraint::explain_anywhere;
pub use convert::{Possible, PossibleTarget};
pub(crate) use create::create_with_ids;

impl Engine {
    /// Runs one command: all or nothing. Answers ids, versions and, where records remain, the records as
    /// the actor may see them.
    pub async fn write(&self, context: &Context, command: Command) -> Result<Written> {
        self.write_once(context, None, command).await
    }

    /// The same under a key: sent again, it does nothing and gives the first answer.
    pub async fn write_once(
        &self,
        context: &Context,
        once: Option<&Once>,
        command: Command,
    ) -> Result<Written> {
        Ok(self.transact(context, once, Work::Command(command)).await?.pop().unwrap_or_default())
    }

    /// Runs operations on any objects in one transaction; answers each of them in its place.
    pub async fn batch(
        &self,
        context: &Context,
        once: Option<&Once>,
        operations: Vec<Operation>,
    ) -> Result<Vec<Written>> {
        self.transact(context, once, Work::Batch(operations)).await
    }

    /// Makes or changes a user's record together with the teams that the user is in.
    pub async fn write_person(&self, context: &Context, person: Person) -> Result<Written> {
        Ok(self.transact(context, None, Work::Person(person)).await?.pop().unwrap_or_default())
    }

    async fn transact(&self, context: &Context, once: Option<&Once>, work: Work) -> Result<Vec<Written>> {
        work.check(context)?;
        // Only who changes parents from below can meet others who come from above.
        let attempts = if context.snapshot.catalog.rollups().next().is_some() { ATTEMPTS } else { 1 };
        for attempt in 1..attempts {
            match self.attempt_write(context, (once, work.clone())).await {
                Err(error) if is_deadlock(&error) => tracing::debug!(attempt, "a deadlock: once more"),
                outcome => return outcome.map_err(|error| constraint::explain_anywhere(error, context)),
            }
        }
        let outcome = self.attempt_write(context, (once, work)).await;
        outcome.map_err(|error| constraint::explain_anywhere(error, context))
    }

    /// One attempt. A deadlock is resolved by the database, which lets one of both begin anew.
    async fn attempt_write(&self, context: &Context, asked: Asked<'_>) -> Result<Vec<Written>> {
        let lane = self.inner.writing.take(context.tenant()).await?;
        let outcome = match write_on(lane, context, asked).await {
            // The database was started anew while the connection rested; nothing has begun.
            Err((asked, error)) if is_gone(&error) => {
                self.clear_lanes();
                let lane = Box::pin(self.inner.writing.living(context.tenant())).await?;
                Box::pin(write_on(lane, context, asked)).await
            }
            outcome => outcome,
        };
        let outcome = outcome.unwrap_or_else(|(_, error)| Err(error.into()));
        if matches!(&outcome, Err(Error::Database(error)) if is_gone(error)) {
            self.clear_lanes();
        }
        self.stir(context.tenant());
        outcome
    }

    /// A transaction in which the context's snapshot and caller are known to be current.
    pub(crate) async fn begin(&self, context: &Context) -> Result<PgTransaction<'static>> {
        let mut transaction = self.begin_within(context.tenant()).await?;
        context.check(crate::store::load_versions(&mut transaction, context.tenant()).await?)?;
        Ok(transaction)
    }
}

/// What one transaction does, under a key or not.
type Asked<'a> = (Option<&'a Once>, Work);

/// Does it on a connection, alone where that can be or else in a transaction; gives it back untouched when no
/// transaction could be begun there.
async fn write_on<'a>(
    mut lane: Lane,
    context: &Context,
    asked: Asked<'a>,
) -> std::result::Result<Result<Vec<Written>>, (Asked<'a>, sqlx::Error)> {
    let alone = match &asked {
        (None, Work::Command(command)) => alone::run(&mut lane, context, command).await,
        _ => None,
    };
    let outcome = match alone {
        Some(outcome) => outcome.map(|written| vec![written]),
        None => match lane.begin().await {
            Ok(transaction) => settled(transaction, context, asked).await,
            Err(error) => return Err((asked, error)),
        },
    };
    if matches!(&outcome, Err(error) if !matches!(error, Error::Outdated(_))) {
        // What was refused by metadata or rights of before is to be asked again, not told.
        let versions = match crate::store::load_versions(&mut lane, context.tenant()).await {
            Ok(versions) => versions,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = context.check(versions) {
            lane.rest();
            return Ok(Err(error));
        }
    }
    lane.rest();
    Ok(outcome)
}

/// Commits what went well, and takes back what did not.
async fn settled(
    mut transaction: PgTransaction<'_>,
    context: &Context,
    asked: Asked<'_>,
) -> Result<Vec<Written>> {
    let outcome = perform(&mut transaction, context, asked).await;
    match &outcome {
        Ok(_) => transaction.commit().await?,
        Err(_) => transaction.rollback().await?,
    }
    outcome
}

/// How often a transaction is tried that others deadlock with.
const ATTEMPTS: u32 = 10;

/// Whether the database let others go first.
pub(crate) fn is_deadlock(error: &Error) -> bool {
    if matches!(error, Error::Busy) {
        return true;
    }
    let Error::Database(error) = error else { return false };
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "40P01" || code == "40001")
}

/// What one transaction does.
#[derive(Clone)]
enum Work {
    Command(Command),
    Batch(Vec<Operation>),
    Person(Person),
}

impl Work {
    /// Refuses what is too much or not to be written before a transaction begins.
    fn check(&self, context: &Context) -> Result<()> {
        match self {
            Self::Command(command) => {
                writable(context, &command.object)?;
                check_size(command.what.count())
            }
            Self::Batch(operations) => check_size(operations.len()),
            Self::Person(_) => writable(context, USER).map(drop),
        }
    }
}

async fn perform(
    connection: &mut PgConnection,
    context: &Context,
    (once, work): (Option<&Once>, Work),
) -> Result<Vec<Written>> {
    if let Some(once) = once
        && let Some(before) = once::claim(connection, context, once).await?
    {
        // The first answer is for who asked it then.
        context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
        return Ok(before);
    }
    let written = match work {
        Work::Command(command) => vec![run(connection, context, command).await?],
        Work::Batch(operations) => batch::run(connection, context, operations).await?,
        Work::Person(person) => vec![write_person(connection, context, person).await?],
    };
    if let Some(once) = once {
        once::keep(connection, context, once, &written).await?;
    }
    // Nothing is kept that was planned with metadata or rights of before. Reading what was written compares them.
    let is_compared = matches!(written.as_slice(), [one] if one.answer.is_some());
    if !is_compared {
        context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
    }
    Ok(written)
}

/// A user's record, if anything is said of it, and then the teams.
async fn write_person(connection: &mut PgConnection, context: &Context, person: Person) -> Result<Written> {
    let Person { id, fields, teams } = person;
    let what = match id {
        None => Some(What::Create(vec![fields])),
        Some(id) if !fields.is_empty() => Some(What::Update(vec![Update { id, fields, if_version: None }])),
        Some(_) => None,
    };
    let mut written = Written { ids: id.into_iter().collect(), ..Written::default() };
    if let Some(what) = what {
        written = run(connection, context, Command { object: USER.into(), what }).await?;
    }
    if let (Some(teams), Some(user)) = (teams, written.ids.first()) {
        teams::put_of(connection, context, (*user, &teams)).await?;
    }
    Ok(written)
}

/// One command within a transaction.
pub(crate) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    command: Command,
) -> Result<Written> {
    let object = writable(context, &command.object)?;
    let what = match command.what {
        What::If { version, what } => seen(connection, context, &object, (version, *what)).await?,
        what => what,
    };
    let moves = object.name == USER && teams::moves(&what);
    let written = match what {
        What::Create(records) => create::run(connection, context, &object, records).await,
        What::Update(updates) => update::run(connection, context, &object, updates).await,
        What::Delete(ids) => remove::delete(connection, context, &object, ids).await,
        What::Restore(ids) => remove::restore(connection, context, &object, ids).await,
        What::Purge(ids) => remove::purge(connection, context, &object, ids).await,
        What::Upsert { by, records } => upsert::run(connection, context, &object, (&by, records)).await,
        What::Clone { id, fields } => clone::run(connection, context, &object, (id, fields)).await,
        What::Merge { id, others, fields } => {
            merge::run(connection, context, &object, (id, others, fields)).await
        }
        What::Mass(mass) => mass::run(connection, context, &object, mass).await,
        // One condition is all that there is.
        What::If { .. } => Err(Error::Stale),
    }?;
    if moves {
        teams::follow(connection, context).await?;
    }
    Ok(written)
}

/// What is to be done, when its record is at the version that the caller saw.
async fn seen(
    connection: &mut PgConnection,
    context: &Context,
    object: &Object,
    (version, what): (i64, What),
) -> Result<What> {
    if let What::Delete(ids) | What::Restore(ids) | What::Purge(ids) = &what
        && let [id] = ids.as_slice()
    {
        remove::require_versions(connection, context, object, &[(*id, version)]).await?;
        return Ok(what);
    }
    Err(Error::invalid("", "one-record", "a version is the version of one record"))
}

/// The object, unless its records are changed by routes of their own.
fn writable(context: &Context, object: &str) -> Result<Arc<Object>> {
    let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?;
    if object.system && !context.actor.is_system() {
        return Err(Error::Forbidden(Refusal::SystemObject(object.name.clone())));
    }
    Ok(object.clone())
}

fn check_size(count: usize) -> Result<()> {
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
    Ok(Written { ids, versions: answer.versions.clone(), answer: Some(answer), ..Written::default() })
}
