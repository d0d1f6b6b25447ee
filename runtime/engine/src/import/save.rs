//! One batch, one transaction. A bad row is rejected with its reason and the rest of its batch goes in;
//! killed at any moment, a batch is there as a whole with its numbers, or not at all.

use std::time::Duration;

use metadata::Problem;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::batch::Batch;
use super::job::over;
use super::row::Row;
use super::seen::Seen;
use super::store::{self, Counts};
use crate::error::{Error, Result};
use crate::write::bulk;
use crate::write::draft::Slots;

/// How often a batch is tried again when others hold locks.
const ATTEMPTS: u64 = 20;
/// Nobody waits for the statements of an import, so they take what they take.
const PATIENT: &str = "BEGIN; SET LOCAL statement_timeout = 0";

/// Saves the batches of one import, on its own connection.
pub(super) struct Saver {
    pub connection: PgConnection,
    pub import: Uuid,
    /// What a dry run has seen; `None` for a real one.
    pub seen: Option<Seen>,
    /// Rejected rows that no transaction has taken yet.
    pub rejects: Vec<Row>,
    /// How many rejected rows were stored.
    pub kept: u64,
}

/// Rows that were not saved, and why.
pub(super) type Unsaved = (Error, Batch);

impl Saver {
    /// Saves a batch. `Outdated` gives back what is not saved, to be prepared anew.
    pub async fn save(&mut self, mut batch: Batch) -> Result<(), Unsaved> {
        batch.reject(&mut self.rejects);
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            match self.save_part(&mut part).await {
                Ok(()) => {}
                Err(error) if is_about_data(&error) && !part.rows.is_empty() => {
                    parts.extend(self.divide(error, part));
                }
                Err(error) => {
                    parts.into_iter().rev().for_each(|rest| part.append(rest));
                    return Err((error, part));
                }
            }
        }
        Ok(())
    }

    /// A value that the database alone refuses: halves, until the row is found.
    fn divide(&mut self, error: Error, mut part: Batch) -> Vec<Batch> {
        let plan = part.plan.clone();
        if part.rows.len() > 1 {
            let mut rest = part.split_half();
            part.prepare_again(plan.clone());
            rest.prepare_again(plan);
            return vec![rest, part];
        }
        let problems = match bulk::explain(error, &Slots::new(&plan.object), &plan.context) {
            Error::Conflict(problems) | Error::Unprocessable(problems) => problems,
            _ => vec![Problem::new("", "refused", "the database cannot hold a value of this row")],
        };
        part.rows[0].problems.extend(problems);
        part.reject(&mut self.rejects);
        vec![part]
    }

    /// One transaction, tried again when locks are not to be had.
    async fn save_part(&mut self, part: &mut Batch) -> Result<()> {
        let mut attempts = 0;
        loop {
            match self.attempt(part).await {
                Err(error) if attempts < ATTEMPTS && is_busy(&error) => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(20 * attempts)).await;
                }
                outcome => return outcome,
            }
            part.prepare_again(part.plan.clone());
        }
    }

    async fn attempt(&mut self, part: &mut Batch) -> Result<()> {
        let plan = part.plan.clone();
        let tenant = plan.context.tenant();
        let mut transaction = self.connection.begin_with(PATIENT).await?;
        plan.context.check(crate::store::load_versions(&mut transaction, tenant).await?)?;
        part.find(&mut transaction, self.seen.as_ref(), &mut self.rejects).await?;
        part.save(&mut transaction, self.seen.as_ref(), &mut self.rejects).await?;
        let created = part.drafts.iter().filter(|draft| draft.is_new()).count() as u64;
        let mut counts = Counts { created, updated: part.rows.len() as u64 - created, rejected: 0 };
        if let Some(seen) = self.seen.as_mut() {
            let again = seen.remember(&part.drafts, plan.matched.as_ref());
            counts.created -= again;
            counts.updated += again;
        }
        counts.rejected = self.rejects.len() as u64;
        let kept =
            store::put_rejects(&mut transaction, (&plan, self.import), &self.rejects, self.kept).await?;
        if !store::put_progress(&mut transaction, tenant, (self.import, counts)).await? {
            return Err(over());
        }
        // Whoever changed the metadata meanwhile has not seen these rows: a roll-up that came would miss them.
        plan.context.check(crate::store::load_versions(&mut transaction, tenant).await?)?;
        transaction.commit().await?;
        self.kept += kept;
        self.rejects.clear();
        Ok(())
    }
}

fn code(error: &Error) -> Option<String> {
    let Error::Database(error) = error else { return None };
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// Lock not available, deadlock, serialization failure.
fn is_busy(error: &Error) -> bool {
    code(error).is_some_and(|code| ["55P03", "40P01", "40001"].contains(&code.as_str()))
}

/// Data exceptions and broken constraints.
fn is_about_data(error: &Error) -> bool {
    code(error).is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
