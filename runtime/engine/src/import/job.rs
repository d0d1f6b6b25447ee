//! Running an import: the file is read and prepared on a thread of its own, a batch ahead of the
//! database, so that both have something to do and no more than a few batches are in memory.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError, RwLock};

use metadata::Problem;
use permissions::ActorKind;
use tokio::sync::mpsc;

use super::batch::{Batch, key};
use super::plan::Plan;
use super::row::prepare;
use super::save::Saver;
use super::source::{Cells, Event, Format, Raw, Source, read};
use super::{Standing, store};
use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result, has_moved_on};
use crate::write::draft::Slots;

/// Rows of one batch.
const BATCH_ROWS: usize = 5_000;
/// Bytes of cells in one batch; a row more may come over it.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How often an import goes on with new metadata before it is given up.
const MAX_RENEWALS: u32 = 1_000;

/// Everything that runs one import.
pub(super) struct Job {
    pub engine: Engine,
    pub source: Source,
    pub format: Format,
    pub plan: Arc<Plan>,
    pub saver: Saver,
    /// `None` where nobody's credential started it: the actor is looked up by id.
    pub standing: Option<Standing>,
}

/// The plan that rows are prepared by; replaced when the metadata moves on.
type Current = Arc<RwLock<Arc<Plan>>>;

impl Job {
    /// Runs to the end and notes how it ended.
    pub async fn run(mut self) -> Result<()> {
        let tenant = self.plan.context.tenant().clone();
        let outcome = self.work().await;
        let reason = outcome.as_ref().err().map(explain);
        if let Err(error) = &outcome {
            tracing::warn!(import = %self.saver.import, %error, "an import failed");
        }
        let ending = (self.saver.import, reason.as_deref());
        if store::put_ended(&mut self.saver.connection, &tenant, ending).await.is_err() {
            // The import's own connection may be what failed.
            let mut connection = self.engine.connection(&tenant).await?;
            store::put_ended(&mut connection, &tenant, ending).await?;
        }
        Ok(())
    }

    async fn work(&mut self) -> Result<()> {
        let (tenant, id) = (self.plan.context.tenant(), self.saver.import);
        if !store::put_started(&mut self.saver.connection, tenant, id).await? {
            return Err(over());
        }
        let (sender, mut batches) = mpsc::channel(1);
        let current: Current = Arc::new(RwLock::new(self.plan.clone()));
        let (source, format, plans) = (self.source.clone(), self.format, current.clone());
        let reader = tokio::task::spawn_blocking(move || feed(&source, format, (&plans, sender)));
        let mut saved = 0;
        while let Some(batch) = batches.recv().await {
            self.stand().await?;
            self.save(batch, &current).await?;
            saved += 1;
        }
        if saved > 1 && self.saver.seen.is_none() {
            self.take_stock().await;
        }
        match reader.await {
            Ok(outcome) => outcome.map_err(|problem| Error::Unprocessable(vec![problem])),
            Err(error) => Err(Error::Database(sqlx::Error::Io(std::io::Error::other(error)))),
        }
    }

    /// Lets the database look at how many records there are now. By itself it does so up to a minute later, and plans
    /// pages until then for the few that there were. Nothing is lost if it cannot.
    async fn take_stock(&self) {
        let (tenant, object) = (self.plan.context.tenant(), &self.plan.object.name);
        let outcome = match self.engine.pool().acquire().await {
            Ok(mut connection) => store::analyze(&mut connection, tenant, object).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = outcome {
            tracing::debug!(import = %self.saver.import, %error, "the database did not take stock");
        }
    }

    /// Ends the import when the credential that started it has expired or was revoked.
    async fn stand(&self) -> Result<()> {
        match &self.standing {
            Some(standing) => standing().await.map(drop),
            None => Ok(()),
        }
    }

    /// The same actor in the tenant as it is now, with the roles of now.
    async fn renew(&self, old: &Context) -> Result<Context> {
        let Some(standing) = &self.standing else { return renew(&self.engine, old).await };
        let renewed = standing().await?;
        let (request_id, consent) = (old.request_id.clone(), old.consent);
        Ok(Context { now: old.now, request_id, consent, ..renewed })
    }

    /// Saves one batch, with new plans for as long as the metadata moves on.
    async fn save(&mut self, mut batch: Batch, current: &Current) -> Result<()> {
        for _ in 0..MAX_RENEWALS {
            match self.saver.save(batch).await {
                Ok(()) => return Ok(()),
                Err((error, rest)) if is_outdated(&error) => {
                    let context = self.renew(&rest.plan.context).await?;
                    let plan = Arc::new(Plan::new(&context, &rest.plan.wish)?);
                    *current.write().unwrap_or_else(PoisonError::into_inner) = plan.clone();
                    self.plan = plan.clone();
                    batch = rest;
                    batch.prepare_again(plan);
                }
                Err((error, _)) => return Err(error),
            }
        }
        Err(Error::Busy)
    }
}

/// A table or column that is not there any more means the same as a revision that moved on.
fn is_outdated(error: &Error) -> bool {
    match error {
        Error::Outdated(_) => true,
        Error::Database(error) => has_moved_on(error),
        _ => false,
    }
}

/// The actor of a command line in the tenant as it is now; a person with the roles of now.
async fn renew(engine: &Engine, old: &Context) -> Result<Context> {
    let (snapshot, versions) = engine.fresh_snapshot(old.tenant()).await?;
    let mut context = Context { snapshot, access: old.access.map(|_| versions.access), ..old.clone() };
    if context.actor.is_system() {
        return Ok(context);
    }
    let mut connection = engine.connection(old.tenant()).await?;
    let roles = store::load_roles(&mut connection, old.tenant(), context.actor.user_id).await?;
    let roles = roles.ok_or(Error::NotFound)?;
    if context.actor.kind == ActorKind::Person {
        Arc::make_mut(&mut context.actor).roles = roles;
    }
    Ok(context)
}

/// Somebody has told that the import has ended: it does nothing more.
pub(super) fn over() -> Error {
    Error::Conflict(vec![Problem::new("", "import-over", "the import was told to have ended")])
}

/// What is told of a failure; nothing of the database's text.
fn explain(error: &Error) -> String {
    match error {
        Error::Invalid(problems) | Error::Unprocessable(problems) | Error::Conflict(problems) => {
            let texts = problems.iter().map(|problem| match &problem.hint {
                Some(hint) => format!("{}; {hint}", problem.message),
                None => problem.message.clone(),
            });
            texts.collect::<Vec<_>>().join("; ")
        }
        Error::NotFound => "the object, or the user who started the import, is not there any more".into(),
        other => other.to_string(),
    }
}

/// Reads the file into batches; ends early when nobody takes them.
fn feed(
    source: &Source,
    format: Format,
    (plans, sender): (&Current, mpsc::Sender<Batch>),
) -> Result<(), Problem> {
    let mut feeder = Feeder::new(plans, sender);
    let outcome = read(source, format, &mut |event| match event {
        Event::Headers(_) => ControlFlow::Continue(()),
        Event::Row(raw) => feeder.row(raw),
    });
    // What came before the fault is good.
    let _ = feeder.flush();
    outcome
}

struct Feeder<'p> {
    plans: &'p Current,
    sender: mpsc::Sender<Batch>,
    batch: Batch,
    bytes: usize,
    /// Records that the batch means already: a second change of one must come after the first.
    keys: HashSet<String>,
}

impl<'p> Feeder<'p> {
    fn new(plans: &'p Current, sender: mpsc::Sender<Batch>) -> Self {
        Self { plans, sender, batch: Batch::new(current(plans)), bytes: 0, keys: HashSet::new() }
    }

    fn row(&mut self, raw: Raw) -> ControlFlow<()> {
        let size = size(&raw.cells);
        let object = self.batch.object();
        let prepared = prepare(&self.batch.plan, &Slots::new(&object), raw);
        let key = self.batch.plan.matched.as_ref().and_then(|matched| key(&prepared.0, &prepared.1, matched));
        if key.as_ref().is_some_and(|key| self.keys.contains(key)) {
            self.flush()?;
        }
        self.keys.extend(key);
        self.bytes += size;
        self.batch.push(prepared);
        if self.batch.rows.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.flush()
        } else {
            ControlFlow::Continue(())
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let next = Batch::new(current(self.plans));
        let batch = std::mem::replace(&mut self.batch, next);
        self.bytes = 0;
        self.keys.clear();
        if batch.rows.is_empty() || self.sender.blocking_send(batch).is_ok() {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(())
    }
}

fn current(plans: &Current) -> Arc<Plan> {
    plans.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn size(cells: &Cells) -> usize {
    match cells {
        Cells::Text(record) => record.as_slice().len(),
        Cells::Json(pairs) => pairs.iter().map(|(key, value)| key.len() + value.get().len()).sum(),
    }
}
