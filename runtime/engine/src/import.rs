//! Files into records: CSV, JSON Lines and XLSX into any object, by the rules of every save.
//!
//! The way of a file: [`source`] (rows as they stand there) → `survey` (columns, how many rows) →
//! `headers` (which field a column means) → `plan` (bound to the catalog) → `row` (cells into a draft) →
//! `batch` (lookups, references, uniqueness; set-based) → `save` (one transaction a batch) → `store`
//! (numbers, rejected rows). `job` runs it, reading ahead of the database, and `alive` says that it does.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use metadata::Problem;
use permissions::Action;
use serde::Serialize;
use serde_json::json;
use sqlx::Connection;
use uuid::Uuid;

use crate::Engine;
use crate::audit::{self, Deed, Event};
use crate::berths::{Berth, Berths};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};

mod alive;
mod batch;
mod headers;
mod job;
mod lookup;
mod plan;
mod rejects;
mod revert;
mod row;
mod save;
mod seen;
mod source;
mod sql;
mod store;
mod survey;

pub use rejects::Rejects;
pub use source::{Format, Source};

/// Imports of this process that run at once, each of another tenant; others wait.
const RUNNING: u32 = 2;
/// Imports that run or wait; each has a connection of its own.
const ACCEPTED: u32 = 10;
/// How many of these may be one tenant's.
const OF_ONE: usize = 7;
/// What is told of an import whose process died, or was taken for dead: then it goes no further.
const INTERRUPTED: &str = "the process ended before the import did; rows counted here are in";

/// A file to import.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// Singular name of the object.
    pub object: String,
    pub source: Source,
    pub format: Format,
    /// For people.
    pub file_name: Option<String>,
    /// Header and where it goes: a field (`email`), a field of another record (`account.name`, also
    /// `=account.name`), or nothing, which leaves the column out. Headers not named are guessed.
    pub mapping: Vec<(String, String)>,
    /// A unique field: rows with a value that is there change that record, others are new.
    pub match_field: Option<String>,
    /// Check everything, write nothing.
    pub dry_run: bool,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Queued,
    Running,
    Done,
    /// Could not go on; what was counted is in.
    Failed,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn find(word: &str) -> Self {
        [Self::Queued, Self::Running, Self::Done]
            .into_iter()
            .find(|status| status.word() == word)
            .unwrap_or(Self::Failed)
    }
}

/// One import, as answers show it.
#[derive(Clone, Debug, Serialize)]
pub struct Import {
    pub id: Uuid,
    pub object: String,
    pub status: Status,
    pub dry_run: bool,
    /// Rows of the file.
    pub total: i64,
    /// Rows that were dealt with: created, updated or rejected.
    pub processed: i64,
    pub created: i64,
    pub updated: i64,
    pub rejected: i64,
    /// Why it failed.
    pub error: Option<String>,
    pub file_name: Option<String>,
    pub format: String,
    pub match_field: Option<String>,
    /// Header to field; null where a column is left out.
    pub mapping: serde_json::Value,
    #[serde(serialize_with = "store::shown_time")]
    pub queued_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub started_by: Who,
}

/// A user, for people.
#[derive(Clone, Debug, Serialize)]
pub struct Who {
    pub id: Uuid,
    pub name: String,
}

/// Asks whoever knows the actor's credential for a context of now; refused when it holds no more.
pub type Standing = Arc<dyn Fn() -> BoxFuture<'static, Result<Context>> + Send + Sync>;

/// How many imports a process takes.
pub(crate) struct Gate {
    running: Berths,
    accepted: Berths,
}

impl Default for Gate {
    fn default() -> Self {
        Self { running: Berths::new(RUNNING, 1), accepted: Berths::new(ACCEPTED, OF_ONE) }
    }
}

/// An import that was accepted and waits for its turn.
struct Started {
    import: Import,
    job: job::Job,
    pulse: alive::Pulse,
    /// Given back when the import ends.
    place: Berth,
    _file: Temporary,
}

/// Removes a temporary file when the import ends, however it ends.
struct Temporary(Source);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Source::Temporary(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "a temporary file stays");
        }
    }
}

impl Engine {
    /// Starts an import and answers it as queued; it runs on in this process for as long as `standing` lets the actor.
    ///
    /// # Errors
    /// `Invalid` for a mapping that does not fit, `Unprocessable` for a file that cannot be read,
    /// `Forbidden`, `Busy` when too many imports wait.
    pub async fn import(
        &self,
        context: &Context,
        job: ImportJob,
        standing: Option<Standing>,
    ) -> Result<Import> {
        let mut started = self.start(context, job).await?;
        started.job.standing = standing;
        let import = started.import.clone();
        tokio::spawn(self.clone().run_started(started));
        Ok(import)
    }

    /// Runs an import to its end and answers it as it is then.
    pub async fn run_import(&self, context: &Context, job: ImportJob) -> Result<Import> {
        let started = self.start(context, job).await?;
        let id = started.import.id;
        self.clone().run_started(started).await?;
        // Without comparing counters: the context is as old as the import took.
        let mut connection = self.connection(context.tenant()).await?;
        let found = store::load(&mut connection, context.tenant(), (id, None)).await?;
        Ok(found.ok_or(Error::NotFound)?.0)
    }

    async fn start(&self, context: &Context, job: ImportJob) -> Result<Started> {
        let file = Temporary(job.source.clone());
        let place = self.inner.imports.accepted.try_take(context.tenant().id).ok_or(Error::Busy)?;
        let (source, format) = (job.source.clone(), job.format);
        let survey = tokio::task::spawn_blocking(move || survey::survey(&source, format)).await;
        let survey =
            survey.map_err(|error| Error::Database(sqlx::Error::Io(std::io::Error::other(error))))?;
        let survey = survey.map_err(|problem| Error::Unprocessable(vec![problem]))?;
        let wish = plan::Wish {
            object: job.object.clone(),
            mapping: job.mapping.clone(),
            match_field: job.match_field.clone(),
            headers: Arc::new(survey.headers),
        };
        // What it writes stands in the stream under a word that no request can say: so it is found again by nothing else.
        let id = context.new_id();
        let own = format!("{}{}", context.request_id, revert::mark(id));
        let own = Context { request_id: own.into(), ..context.clone() };
        let plan = Arc::new(plan::Plan::new(&own, &wish)?);
        if plan.columns.iter().all(|column| column.goal.is_none()) {
            return Err(nothing_mapped(&wish.headers));
        }
        let import = queued(id, &job, (&plan, survey.rows));
        let mut connection = sqlx::PgConnection::connect_with(&self.pool().connect_options()).await?;
        self.inner.walls.enter(&mut connection, context.tenant()).await?;
        let mut transaction = connection.begin().await?;
        context.check(crate::store::load_versions(&mut transaction, context.tenant()).await?)?;
        store::put(&mut transaction, &own, &import, &wish.headers).await?;
        let event = Event::of(context, Deed::Import, &plan.object.id).with(json!({
            "import": [null, import.id], "file": [null, import.file_name], "rows": [null, import.total],
            "dry_run": [null, import.dry_run], "match": [null, import.match_field],
        }));
        audit::record(&mut transaction, context.tenant(), &[event]).await?;
        transaction.commit().await?;
        let pulse = alive::Pulse::of(self, context.tenant(), import.id);
        let seen = job.dry_run.then(|| seen::Seen::new(&plan));
        let saver = save::Saver { connection, import: import.id, seen, rejects: Vec::new(), kept: 0 };
        let (source, format) = (job.source, job.format);
        let job = job::Job { engine: self.clone(), source, format, plan, saver, standing: None };
        Ok(Started { import, job, pulse, place, _file: file })
    }

    async fn run_started(self, started: Started) -> Result<()> {
        let Started { job, pulse, place, _file, .. } = started;
        let turn = self.inner.imports.running.take(job.plan.context.tenant().id).await;
        let outcome = job.run().await;
        drop((pulse, turn, place, _file));
        outcome
    }

    /// Returns when no import runs or waits in this process any more.
    pub async fn finish_imports(&self) {
        self.inner.imports.accepted.empty().await;
    }

    /// An import of the actor's own; administrators see everybody's. Only for those who may read the object's records,
    /// which rejected rows are as good as. One whose process died has failed.
    pub async fn import_status(&self, context: &Context, id: Uuid) -> Result<Import> {
        Ok(self.load_import(context, id).await?.0)
    }

    /// The rejected rows of an import as a CSV, in pieces.
    pub async fn import_rejects(&self, context: &Context, id: Uuid) -> Result<Rejects> {
        let (_, headers) = self.load_import(context, id).await?;
        Ok(Rejects::new(self.clone(), context, (id, headers)))
    }

    async fn load_import(&self, context: &Context, id: Uuid) -> Result<(Import, Vec<String>)> {
        let tenant = context.tenant();
        let everybody = context.actor.is_system() || context.actor.is_administrator();
        let who = (id, (!everybody).then_some(context.actor.user_id));
        let mut transaction = self.begin_within(context.tenant()).await?;
        context.check(crate::store::load_versions(&mut transaction, tenant).await?)?;
        let mut found = store::load(&mut transaction, tenant, who).await?.ok_or(Error::NotFound)?;
        if matches!(found.0.status, Status::Queued | Status::Running) {
            store::end_dead(&mut transaction, tenant, Some(id)).await?;
            found = store::load(&mut transaction, tenant, who).await?.ok_or(Error::NotFound)?;
        }
        transaction.commit().await?;
        require_readable(context, &found.0.object)?;
        Ok(found)
    }

    /// Imports of a tenant that wait or run, on whichever node.
    pub async fn open_imports(&self, tenant: &Tenant) -> Result<u64> {
        self.end_dead_imports(tenant).await?;
        let mut connection = self.connection(tenant).await?;
        Ok(store::list_open(&mut connection, tenant).await?.len() as u64)
    }

    /// Fails the imports of a tenant whose process has died; for the start of a process.
    pub async fn end_dead_imports(&self, tenant: &Tenant) -> Result<()> {
        let mut transaction = self.begin_within(tenant).await?;
        store::end_dead(&mut transaction, tenant, None).await?;
        Ok(transaction.commit().await?)
    }
}

/// What was imported is known to those who may read it. Of an object that is gone administrators are told.
fn require_readable(context: &Context, object: &str) -> Result<()> {
    let catalog = &context.snapshot.catalog;
    let seen = match catalog.find_object(object) {
        Some(object) => context.decide(Action::Read, object).is_allowed(),
        None => context.actor.is_administrator() && context.actor.scopes.is_none(),
    };
    if seen { Ok(()) } else { Err(Error::NotFound) }
}

fn nothing_mapped(headers: &[String]) -> Error {
    let known = headers.iter().take(20).map(|header| format!("`{header}`")).collect::<Vec<_>>().join(", ");
    let problem = Problem::new("map", "nothing-mapped", format!("none of the columns {known} is a field"));
    Error::Invalid(vec![problem.hint("say where columns go: map[Header]=field")])
}

fn queued(id: Uuid, job: &ImportJob, (plan, rows): (&plan::Plan, i64)) -> Import {
    let actor = &plan.context.actor;
    Import {
        id,
        object: plan.object.name.clone(),
        status: Status::Queued,
        dry_run: job.dry_run,
        total: rows,
        processed: 0,
        created: 0,
        updated: 0,
        rejected: 0,
        error: None,
        file_name: job.file_name.clone(),
        format: job.format.word().to_owned(),
        match_field: job.match_field.clone(),
        mapping: plan.shown(),
        queued_at: Utc::now(),
        started_at: None,
        finished_at: None,
        started_by: Who { id: actor.user_id, name: actor.name.clone() },
    }
}
