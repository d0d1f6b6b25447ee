//! Work that is left for later: one step at a time, each a transaction with its progress. Where the rows of jobs
//! live is `jobs`; what each kind does is here.

use chrono::{DateTime, Utc};
use metadata::Problem;
use metadata::field_kinds::rollup::Mode;
use serde_json::Value as Json;
use sqlx::PgConnection;
use tokio::sync::SemaphorePermit;

use crate::context::{Context, Tenant};
use crate::error::{Error, Result, has_moved_on};
use crate::retypes::ENDED;
use crate::write::{is_deadlock, timed};
use crate::{Engine, indexes, keys, purges, rollups, store};

pub(crate) mod shifts;

pub use jobs::Waiting;

/// The kind of job that takes timed transitions.
pub const TIMED: &str = "take_timed";
/// The subject of work that is about the tenant as a whole.
const ALL: &str = "";

/// Half a day, about; then somebody has to look.
const PATIENCE: jobs::Patience = jobs::Patience { first: 1, longest: 300, most: Some(150) };

/// The closed list of what is done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Computes a new or changed roll-up; the subject is its field's stable id.
    BuildRollup,
    /// Makes indexes that large tables lack; there is one subject.
    BuildIndexes,
    /// Seals what is stored under the newest key; the subject is the object's stable id.
    Reseal,
    /// Takes timed transitions; there is one subject, and it comes again and again.
    TakeTimed,
    /// Compares roll-ups with their records; there is one subject, and it comes every night.
    Reconcile,
    /// Fills the second column of a field that changes its kind; the subject is its stable id.
    Retype,
    /// Takes away what such a field held before; the subject is its stable id.
    ForgetKept,
    /// Makes the unique index of a field of a large table; the subject is its name.
    MakeUnique,
    /// Takes away what was retired for long enough; there is one subject.
    Purge,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::BuildRollup,
        Self::BuildIndexes,
        Self::Reseal,
        Self::TakeTimed,
        Self::Reconcile,
        Self::Retype,
        Self::ForgetKept,
        Self::MakeUnique,
        Self::Purge,
    ];

    /// The word in rows of jobs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::BuildRollup => "build_rollup",
            Self::BuildIndexes => "build_indexes",
            Self::Reseal => "reseal",
            Self::TakeTimed => TIMED,
            Self::Reconcile => "reconcile",
            Self::Retype => "retype",
            Self::ForgetKept => "forget_kept",
            Self::MakeUnique => "make_unique",
            Self::Purge => "purge",
        }
    }

    fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// When work that the catalog calls for by itself, again and again, is done first; `None` where it does not.
    fn first(self, context: &Context) -> Option<DateTime<Utc>> {
        match self {
            Self::TakeTimed => timed::is_needed(context).then_some(context.now),
            Self::Reconcile => {
                rollups::reconcile::is_needed(context).then(|| rollups::reconcile::next(context))
            }
            Self::Purge => purges::is_needed(context).then(|| purges::next(context)),
            Self::BuildRollup
            | Self::BuildIndexes
            | Self::Reseal
            | Self::Retype
            | Self::ForgetKept
            | Self::MakeUnique => None,
        }
    }

    /// Whether metadata or values are half changed until it is done.
    fn is_relied_on(self) -> bool {
        matches!(self, Self::BuildRollup | Self::Reseal | Self::Retype | Self::MakeUnique)
    }

    /// What comes again and again is never given up.
    fn patience(self) -> jobs::Patience {
        match self {
            Self::TakeTimed | Self::Reconcile | Self::Purge => jobs::Patience { most: None, ..PATIENCE },
            Self::BuildRollup
            | Self::BuildIndexes
            | Self::Reseal
            | Self::Retype
            | Self::ForgetKept
            | Self::MakeUnique => PATIENCE,
        }
    }

    /// Whether everything else that waits comes first.
    fn is_patient(self) -> bool {
        matches!(self, Self::Reconcile | Self::Retype)
    }

    /// Whether a step of it may make an index beside writers, which waits for whoever has begun before.
    fn makes_indexes(self) -> bool {
        matches!(self, Self::BuildIndexes | Self::Retype | Self::MakeUnique)
    }
}

/// How far a job is after a step.
pub(crate) enum Progress {
    /// There is more to do after this.
    More(Json),
    /// It goes on from there, not before this moment and behind what waits already.
    Rest(Json, DateTime<Utc>),
    /// It came to nothing, for this reason, and is not tried again.
    Ended(Json, String),
    Done,
}

impl Engine {
    /// Whether a tenant may leave work at any moment, so that it is worth asking again soon.
    pub async fn leaves_work(&self, tenant: &Tenant) -> Result<bool> {
        let snapshot = self.snapshot(tenant).await?;
        let deferred = snapshot.catalog.rollups().any(|rollup| rollup.mode == Mode::Deferred);
        Ok(deferred || !snapshot.building.is_empty())
    }

    /// Whether nothing is asked of a tenant, not even what comes again and again, or it has indexes of an earlier version: of
    /// one on which such a version has worked it is not known whether that is as it should be.
    pub async fn asks_nothing(&self, tenant: &Tenant) -> Result<bool> {
        let asks = store::has_jobs(self.pool(), tenant).await?;
        Ok(!asks || indexes::has_earlier(&mut *self.pool().acquire().await?, tenant).await?)
    }

    /// Asks for what comes again and again in a tenant whose metadata came by no change, as one that was imported.
    pub async fn ask_again(&self, tenant: &Tenant) -> Result<()> {
        let context = self.system_context(tenant, "jobs").await?;
        let mut connection = self.connection(tenant).await?;
        schedule(&mut connection, &context).await?;
        Ok(())
    }

    /// Nothing happens by time alone in a tenant from here on: no record takes a transition because it waited.
    pub async fn hold_timed(&self, tenant: &Tenant) -> Result<()> {
        let mut connection = self.connection(tenant).await?;
        let timed = (Kind::TakeTimed.word(), ALL);
        Ok(jobs::hold(&mut connection, &tenant.schema, timed, Utc::now()).await?)
    }

    /// That, or the end of it, with whatever else a transaction does.
    pub async fn turn_timed(&self, held: &mut PgConnection, tenant: &Tenant, is_held: bool) -> Result<()> {
        let (timed, now) = ((Kind::TakeTimed.word(), ALL), Utc::now());
        if is_held {
            jobs::hold(held, &tenant.schema, timed, now).await?;
        } else {
            jobs::retry(held, &tenant.schema, timed, now).await?;
        }
        Ok(())
    }

    /// What a tenant has left for later, the oldest first; all of it, or what has failed too often.
    pub async fn list_jobs(
        &self,
        tenant: &Tenant,
        (only_dead, limit): (bool, u32),
    ) -> Result<Vec<jobs::Waiting>> {
        let mut connection = self.connection(tenant).await?;
        let wanted = ("", only_dead);
        Ok(jobs::list_waiting(&mut connection, &tenant.schema, wanted, i64::from(limit)).await?)
    }

    /// Lets a job that has failed be tried at once; false when it is not there. Refused for one that came to nothing: what
    /// it was for has been taken back, and is asked for anew.
    pub async fn retry_job(&self, tenant: &Tenant, job: (&str, &str)) -> Result<bool> {
        let mut connection = self.connection(tenant).await?;
        if is_ended(&mut connection, tenant, job).await? {
            let text = "it came to nothing, and the metadata is as it was before";
            let hint = "make the change of the metadata once more";
            return Err(Error::Conflict(vec![Problem::new("kind", "ended", text).hint(hint)]));
        }
        Ok(jobs::retry(&mut connection, &tenant.schema, job, Utc::now()).await?)
    }

    /// Gives a dead job up; false when there is none. Refused where something relies on its end.
    pub async fn drop_job(&self, tenant: &Tenant, job: (&str, &str)) -> Result<bool> {
        let mut connection = self.connection(tenant).await?;
        let is_relied_on = Kind::find(job.0).is_some_and(Kind::is_relied_on);
        if is_relied_on && !is_ended(&mut connection, tenant, job).await? {
            let text = "what is stored relies on the end of this job: retry it, or change the metadata that asks for it";
            return Err(Error::Conflict(vec![Problem::new("kind", "relied-on", text)]));
        }
        Ok(jobs::drop(&mut connection, &tenant.schema, job).await?)
    }

    /// One step of the oldest job of a tenant, or one batch of what writers left to be refreshed. Answers whether
    /// there was something to do; any number of workers may ask at once. While so many of them make indexes as may on
    /// this node, other work alone is something to do.
    pub async fn work(&self, tenant: &Tenant) -> Result<bool> {
        self.work_at(tenant, Utc::now()).await
    }

    /// The same at another moment than this one.
    pub async fn work_at(&self, tenant: &Tenant, now: DateTime<Utc>) -> Result<bool> {
        let context = Context { now, ..self.system_context(tenant, "jobs").await? };
        match self.step(&context).await {
            // The metadata has moved on since: the next step is planned with what is there now.
            Err(Error::Outdated(_)) => {
                self.forget(tenant);
                Ok(true)
            }
            // Writers were in the way; they are done now.
            Err(error) if is_deadlock(&error) => Ok(true),
            outcome => outcome,
        }
    }

    /// The next job, and the place of one that may make indexes. While there is none such jobs wait, and other ones do not.
    async fn claim(
        &self,
        connection: &mut PgConnection,
        context: &Context,
    ) -> Result<(Option<jobs::Job>, Option<SemaphorePermit<'_>>)> {
        let builder = self.inner.builders.try_acquire().ok();
        let indexing = Kind::ALL.into_iter().filter(|kind| kind.makes_indexes() && builder.is_none());
        let but: Vec<String> = indexing.map(|kind| kind.word().to_owned()).collect();
        let job = jobs::claim_of(connection, &context.tenant().schema, ("", &but), context.now).await?;
        let kind = job.as_ref().and_then(|job| Kind::find(&job.kind));
        Ok((job, builder.filter(|_| kind.is_some_and(Kind::makes_indexes))))
    }

    async fn step(&self, context: &Context) -> Result<bool> {
        let schema = &context.tenant().schema;
        let mut transaction = self.begin(context).await?;
        // A step may be long where a request may not.
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
        let (job, _builder) = self.claim(&mut transaction, context).await?;
        let is_urgent = |job: &jobs::Job| !Kind::find(&job.kind).is_some_and(Kind::is_patient);
        if !job.as_ref().is_some_and(is_urgent) && rollups::dirty::step(&mut transaction, context).await? {
            transaction.commit().await?;
            return Ok(true);
        }
        let Some(job) = job else {
            let is_new = schedule(&mut transaction, context).await?;
            transaction.commit().await?;
            return Ok(is_new);
        };
        let outcome = match Kind::find(&job.kind) {
            // On a connection of its own: no index is made beside writers within a transaction.
            Some(Kind::BuildIndexes) => self.build_indexes(context.tenant()).await.map(|_| Progress::Done),
            Some(Kind::Retype) => self.retype(&mut transaction, context, &job).await,
            Some(Kind::MakeUnique) => self.make_unique(context, &job).await,
            Some(Kind::ForgetKept) => self.forget_kept(context, &job.subject).await,
            Some(Kind::Purge) => self.purge(&mut transaction, context).await,
            kind => run(&mut transaction, context, (kind, &job)).await,
        };
        match outcome {
            Ok(Progress::More(progress)) => {
                jobs::keep(&mut transaction, schema, (&job, &progress)).await?;
                transaction.commit().await?;
            }
            Ok(Progress::Rest(progress, until)) => {
                jobs::rest(&mut transaction, schema, (&job, &progress), until).await?;
                transaction.commit().await?;
            }
            Ok(Progress::Ended(progress, error)) => {
                let told = (&job, &progress, error.as_str());
                jobs::give_up(&mut transaction, schema, told, context.now).await?;
                transaction.commit().await?;
                tracing::warn!(kind = job.kind, subject = job.subject, error, "a job came to nothing");
            }
            Ok(Progress::Done) => {
                jobs::finish(&mut transaction, schema, &job).await?;
                store::bump_access_in(&mut transaction, context.tenant()).await?;
                transaction.commit().await?;
                // So that this node at once reads what was built.
                self.fresh_snapshot(context.tenant()).await?;
            }
            Err(error) => {
                transaction.rollback().await?;
                let error = settle(error);
                if !matches!(error, Error::Outdated(_)) && !is_deadlock(&error) {
                    let mut connection = self.connection(context.tenant()).await?;
                    let (kind, when) = (Kind::find(&job.kind), context.now);
                    let patience = kind.map_or(PATIENCE, Kind::patience);
                    let reason = told(&error);
                    let dead =
                        jobs::postpone(&mut connection, schema, (&job, &reason), (when, patience)).await?;
                    tracing::warn!(kind = job.kind, subject = job.subject, %error, dead, "a job has failed");
                }
                return Err(error);
            }
        }
        Ok(true)
    }
}

/// Whether a job came to nothing, so that it is there to be looked at and nobody relies on it.
async fn is_ended(connection: &mut PgConnection, tenant: &Tenant, job: (&str, &str)) -> Result<bool> {
    let progress = jobs::find_progress(connection, &tenant.schema, job).await?;
    Ok(progress.is_some_and(|progress| progress.get(ENDED).is_some()))
}

/// Asks for what comes again and again, where the catalog calls for it and nobody has asked yet: with every change of
/// metadata, and whenever nothing else is due.
pub(crate) async fn schedule(connection: &mut PgConnection, context: &Context) -> Result<bool> {
    let mut is_new = false;
    for kind in Kind::ALL {
        let Some(first) = kind.first(context) else { continue };
        let schema = &context.tenant().schema;
        is_new |= jobs::schedule(connection, schema, (kind.word(), ALL), (context.now, first)).await?;
    }
    if indexes::has_earlier(connection, context.tenant()).await? {
        let (schema, word) = (&context.tenant().schema, Kind::BuildIndexes.word());
        let when = (context.now, context.now);
        is_new |= jobs::schedule(connection, schema, (word, indexes::SUBJECT), when).await?;
    }
    Ok(is_new)
}

/// Why a step failed, for whoever looks at the job.
fn told(error: &Error) -> String {
    match error {
        Error::Conflict(problems) | Error::Unprocessable(problems) => {
            problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        error => error.to_string(),
    }
}

/// A missing table or column means that the metadata has moved on.
fn settle(error: Error) -> Error {
    match &error {
        Error::Database(database) if has_moved_on(database) => Error::Outdated(crate::Versions::default()),
        _ => error,
    }
}

async fn run(
    connection: &mut PgConnection,
    context: &Context,
    (kind, job): (Option<Kind>, &jobs::Job),
) -> Result<Progress> {
    match kind {
        Some(Kind::BuildRollup) => {
            rollups::build::step(connection, context, (&job.subject, &job.progress)).await
        }
        Some(Kind::Reseal) => keys::rotate::step(connection, context, (&job.subject, &job.progress)).await,
        Some(Kind::TakeTimed) => timed::step(connection, context, &job.progress).await,
        Some(Kind::Reconcile) => rollups::reconcile::step(connection, context, &job.progress).await,
        // Left by a newer version of Trellis.
        Some(Kind::BuildIndexes | Kind::Retype | Kind::ForgetKept | Kind::MakeUnique | Kind::Purge)
        | None => Ok(Progress::Done),
    }
}
