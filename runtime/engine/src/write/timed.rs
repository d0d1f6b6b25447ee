//! Transitions that Trellis takes by itself when records have been in a state for so long: a round every minute, in
//! batches of one transaction each, through the same save as everybody's.
//!
//! What is due is computed of the records and their log of states each time, never stored: it follows the process as it
//! is now. A batch belongs to whoever claimed the job, its records are locked before they are looked at once more, and a
//! record that was taken is not in its state any more; so each is taken once, however many nodes there are and whenever
//! one of them is killed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::rules::{Rules, Transition, Workflow};
use permissions::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::draft::{Draft, Slots, Stored};
use super::facts::Facts;
use super::process::ready;
use super::save::save;
use super::saving::{Saving, Taken, Way};
use super::{constraint, load, reach};
use crate::audit::{self, Deed, Event};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::work::Progress;

mod sql;

/// Records of one transaction.
const BATCH: usize = 500;
/// Between two rounds.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// How long a record is left alone that could not be taken.
const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// Most records that are left alone at once; what is beyond is tried each round.
const MOST_REFUSED: usize = 5_000;
/// How often a batch is saved anew without those that were refused.
const ROUNDS: usize = 4;

/// One timed transition.
pub(super) struct Timed<'c> {
    object: &'c Arc<Object>,
    rules: &'c Rules,
    workflow: &'c Workflow,
    transition: &'c Transition,
    /// Seconds in the state.
    wait: i64,
}

impl Timed<'_> {
    /// `deal.sales.expire`
    fn name(&self) -> String {
        format!("{}.{}", self.workflow.name, self.transition.name)
    }

    /// Whoever came into the state until then has been there for long enough.
    fn since(&self, context: &Context) -> DateTime<Utc> {
        context.now - TimeDelta::seconds(self.wait)
    }
}

/// Where a round is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Round {
    /// The transition whose turn it is, and the last of its records.
    at: String,
    after: Uuid,
    /// Records that could not be taken, and until when they are left alone.
    refused: BTreeMap<Uuid, DateTime<Utc>>,
}

/// Whether there is any timed transition.
pub(crate) fn is_needed(context: &Context) -> bool {
    !all(context).is_empty()
}

/// All timed transitions, by name.
fn all(context: &Context) -> Vec<Timed<'_>> {
    let catalog = &context.snapshot.catalog;
    let mut found = Vec::new();
    for object in catalog.objects.iter().filter(|object| !object.system) {
        let Some(rules) = catalog.rules(object) else { continue };
        for workflow in &rules.workflows {
            let waiting = workflow.transitions.iter().filter_map(|one| Some((one, one.wait?)));
            found.extend(waiting.map(|(transition, wait)| Timed {
                object,
                rules,
                workflow,
                transition,
                wait,
            }));
        }
    }
    found.sort_by_key(Timed::name);
    found
}

/// One batch of a round.
pub(crate) async fn step(
    connection: &mut PgConnection,
    context: &Context,
    progress: &serde_json::Value,
) -> Result<Progress> {
    let all = all(context);
    if all.is_empty() {
        return Ok(Progress::Done);
    }
    let mut round: Round = serde_json::from_value(progress.clone()).unwrap_or_default();
    round.refused.retain(|_, until| *until > context.now);
    for timed in &all {
        let name = timed.name();
        if name < round.at {
            continue;
        }
        let after = if name == round.at { round.after } else { Uuid::nil() };
        let ids = sql::find(connection, context, timed, (after, &round.refused)).await?;
        let Some(last) = ids.last().copied() else { continue };
        let refused = take(connection, context, timed, ids).await?;
        tell(connection, context, timed, &refused).await?;
        for (id, _) in refused {
            if round.refused.len() < MOST_REFUSED {
                round.refused.insert(id, context.now + PATIENCE);
            }
        }
        // Nothing is kept that was planned with metadata of before.
        context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
        (round.at, round.after) = (name, last);
        return Ok(Progress::More(json!(round)));
    }
    let round = Round { refused: round.refused, ..Round::default() };
    Ok(Progress::Rest(json!(round), context.now + PAUSE))
}

/// Records that were refused, with why.
type Refused = Vec<(Uuid, Vec<Problem>)>;

/// Takes those of some records that are due through the transition; answers which could not be saved.
async fn take(
    connection: &mut PgConnection,
    context: &Context,
    timed: &Timed<'_>,
    ids: Vec<Uuid>,
) -> Result<Refused> {
    let slots = Slots::new(timed.object);
    let columns = load::columns(context, &slots);
    let place = (timed.object.name.as_str(), ids.as_slice(), Bin::Live);
    let mut stored =
        reach::find_with(connection, context, place, (Action::Edit, Lock::Update, &columns)).await?;
    // What came to be between the question and the lock: seen now that nobody can change it.
    let still = sql::among(connection, context, timed, &ids).await?;
    stored.retain(|id, _| still.contains(id));
    let mut left: Vec<(Uuid, Stored)> = stored.into_iter().collect();
    left.sort_by_key(|(id, _)| *id);
    let saving = saving(context, &slots, (timed, &left));
    let facts = Facts::load(connection, &saving).await?;
    let mut is_ready = ready(&saving, (timed.rules, &facts), (timed.workflow, timed.transition)).into_iter();
    left.retain(|_| is_ready.next() == Some(true));
    let mut refused = Refused::new();
    for _ in 0..ROUNDS {
        if left.is_empty() {
            break;
        }
        match attempt(connection, context, &slots, (timed, &left)).await? {
            Outcome::Saved => return Ok(refused),
            Outcome::Refused(found) => {
                left.retain(|(id, _)| found.iter().all(|(known, _)| known != id));
                refused.extend(found);
            }
            Outcome::Failed(problems) => {
                if let [(id, _)] = left.as_slice() {
                    refused.push((*id, problems));
                } else {
                    refused.extend(singly(connection, context, &slots, (timed, &left)).await?);
                }
                return Ok(refused);
            }
        }
    }
    Ok(refused)
}

/// What came of saving some records as one.
enum Outcome {
    Saved,
    /// These were found wrong; nothing is kept.
    Refused(Refused),
    /// One of them is wrong, and it is not told which; nothing is kept.
    Failed(Vec<Problem>),
}

/// Saves some records, so that nothing is left of it where one of them is refused: a record that the database does not
/// take must not hold back the others, nor the other transitions of the tenant.
async fn attempt(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    (timed, records): (&Timed<'_>, &[(Uuid, Stored)]),
) -> Result<Outcome> {
    let mut saving = saving(context, slots, (timed, records));
    let mut savepoint = connection.begin().await?;
    let outcome = save(&mut savepoint, &mut saving).await;
    if outcome.is_ok() && !saving.is_refused() {
        savepoint.commit().await?;
        return Ok(Outcome::Saved);
    }
    savepoint.rollback().await?;
    if let Err(error) = outcome {
        return Ok(Outcome::Failed(data_problems(error, timed.object, context)?));
    }
    let found = std::mem::take(&mut saving.found).into_iter();
    Ok(Outcome::Refused(found.map(|(n, problems)| (records[n].0, problems)).collect()))
}

/// Saves records one by one, to find out which of them it is that cannot be saved.
async fn singly(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    (timed, records): (&Timed<'_>, &[(Uuid, Stored)]),
) -> Result<Refused> {
    let mut refused = Refused::new();
    for one in records {
        match attempt(connection, context, slots, (timed, std::slice::from_ref(one))).await? {
            Outcome::Saved => {}
            Outcome::Refused(found) => refused.extend(found),
            Outcome::Failed(problems) => refused.push((one.0, problems)),
        }
    }
    Ok(refused)
}

/// What is wrong with the data where that is why a save failed; every other failure, such as a deadlock, stays one.
fn data_problems(error: Error, object: &Object, context: &Context) -> Result<Vec<Problem>> {
    match constraint::explain(error, object, context) {
        Error::Unprocessable(found) | Error::Conflict(found) | Error::Invalid(found) => Ok(found),
        error @ (Error::Full | Error::NoStorage) => Ok(vec![Problem::new("", "full", error.to_string())]),
        Error::Database(error) if is_of_data(&error) => {
            Ok(vec![Problem::new("", "does-not-fit", "the database does not take the record's values")])
        }
        error => Err(error),
    }
}

/// Whether the database refused what was to be written: exceptions of data and broken constraints.
fn is_of_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

fn saving<'s>(
    context: &'s Context,
    slots: &'s Slots<'s>,
    (timed, records): (&Timed<'_>, &[(Uuid, Stored)]),
) -> Saving<'s> {
    let mut saving = Saving::new(context, slots, Way::Command);
    // Another process of the object may have a transition of the same name.
    let (process, transition) = (timed.workflow.name.clone(), timed.transition.name.clone());
    saving.transition = Some(Taken { transition, process, is_timed: true, ..Taken::default() });
    let draft = |(id, stored): &(Uuid, Stored)| Draft { stored: Some(stored.clone()), ..slots.blank(*id) };
    saving.drafts = records.iter().map(draft).collect();
    saving
}

/// Tells administrators which records could not be taken, and why.
async fn tell(
    connection: &mut PgConnection,
    context: &Context,
    timed: &Timed<'_>,
    refused: &Refused,
) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let name = timed.name();
    tracing::warn!(
        tenant = context.tenant().slug,
        transition = name,
        records = refused.len(),
        "a timed transition was refused"
    );
    let event = |(id, problems): &(Uuid, Vec<Problem>)| {
        let changes = json!({ "transition": [null, name], "problems": [null, problems] });
        Event::of(context, Deed::TransitionRefused, &timed.object.id).about(*id).with(changes)
    };
    let events: Vec<Event> = refused.iter().map(event).collect();
    audit::record(connection, context.tenant(), &events).await
}
