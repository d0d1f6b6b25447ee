//! One change of metadata: planned by pure functions, applied in one transaction, live for the next
//! request on every node.
//!
//! One change of a tenant at a time (advisory lock). Table locks are asked for with a short
//! `lock_timeout` and tried again, so that a long-running reader makes the change wait, never everybody
//! behind it. The revision moves with a compare-and-swap in the same transaction: killed at any moment,
//! the tenant is at the old revision or the new one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use metadata::ddl::{DdlPlan, Purge, Risk, Step, Turn};
use metadata::definitions::{Row, Touched};
use metadata::diff::{Difference, Version, diff};
use metadata::layers::{Merged, added_grants};
use metadata::package::PassedOver;
use metadata::retype::Formulas;
use metadata::{Catalog, Change, Definitions, Problem};
use permissions::Actor;
use serde::Serialize;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::audit::{self, Deed, Event};
use crate::context::{Context, Tenant};
use crate::error::{Error, Refusal, Result};
use crate::packages::layers::Layered;
use crate::snapshot::{self, Snapshot};
use crate::work::Kind as Work;
use crate::write::sql::table;
use crate::{Engine, indexes, store, views, work};
pub use foresee::Foreseen;
pub use tried::{Reason, Tried};

pub(crate) mod foresee;
mod retype;
mod unique;
mod loss;
pub(crate) mod people;
pub(crate) mod tried;

/// How long one attempt waits for a table lock. A change itself takes as long as it takes: a table may be rewritten.
const PATIENCE: &str = "SET LOCAL lock_timeout = '300ms'; SET LOCAL statement_timeout = 0";
/// Attempts before the change is given up as busy.
const ATTEMPTS: u32 = 40;

/// A wished change of metadata.
#[derive(Clone, Debug, Default)]
pub struct Apply {
    pub changes: Vec<Change>,
    /// The package that brings the components; `None` is the tenant itself.
    pub package: Option<String>,
    /// Why, for the history of revisions.
    pub message: Option<String>,
    /// Refuse when the tenant has moved on from this revision.
    pub expected_revision: Option<i64>,
    /// Answer the steps without running them.
    pub dry_run: bool,
    /// Of a dry run: leave its steps untried, for whoever asks again and again while something is drafted.
    pub leave_untried: bool,
    pub allow_data_loss: AllowLoss,
    /// What of the grants that come may come; `None` asks nobody.
    pub approve: Option<AllowLoss>,
    /// What is asked for besides, which is to be approved too.
    pub asks: Vec<String>,
    /// Packages that were there before, and bring something more, or less, beside this one.
    pub along: Vec<String>,
    /// Whether the package comes along with an upgrade that nobody asked it for: what it gives is new to everybody.
    pub brought_along: bool,
    /// How values of fields go over to other kinds, by the field's name (`deal.amount`).
    pub convert: BTreeMap<String, Formulas>,
    /// The field whose second column is filled and indexed, by its stable id, or the unique index that is made: its job
    /// says so.
    pub ready: Option<String>,
    /// What came to nothing, in the same way.
    pub give_up: Option<String>,
    /// The revision that a rollback goes back to: what began later is given up.
    pub back_to: Option<i64>,
}

/// Which components' data may be hidden by a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowLoss {
    #[default]
    None,
    Named(Vec<String>),
    All,
}

impl AllowLoss {
    /// Whether the data of this component may be hidden.
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Named(names) => names.iter().any(|known| known == name),
            Self::All => true,
        }
    }
}

/// What a change did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    pub revision: i64,
    pub steps: Vec<Step>,
    /// Whether indexes are left to be made, beside writers, once the change is committed.
    pub unfinished: bool,
    /// Where a package and the tenant differ, and what holds.
    pub merges: Vec<Merged>,
    /// The components that come, change and go.
    pub changes: Vec<Touched>,
    /// Components that hold data, which is hidden.
    pub data_loss: Vec<String>,
    /// Records that stand in the way.
    pub offending: Vec<Offending>,
    /// What a package gives or asks for that has to be approved.
    pub grants: Vec<String>,
    /// Fields of which a job does the rest, while they stay as they are.
    pub background: Vec<String>,
    /// What is back without its records, or its values: they were purged.
    pub comes_back_empty: Vec<String>,
    /// What may have been meant otherwise.
    pub hints: Vec<Problem>,
    /// What packages that were there bring more, or less, beside those that come and go.
    pub parts: Vec<PartMoved>,
    /// Parts of packages that do not come, though what they stand beside is there.
    pub passed_over: Vec<PassedOver>,
    /// How what the reseller makes of the packages went with them.
    pub layers: Vec<Layered>,
    /// What is told of a change that is only looked at.
    pub foreseen: Option<Foreseen>,
    /// What came of trying its steps.
    pub tried: Option<Tried>,
}

/// A part of a package that comes or goes with another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartMoved {
    pub package: String,
    /// The other one.
    pub with: String,
    pub comes: bool,
}

impl Applied {
    /// What another change did after it.
    pub(crate) fn add(&mut self, other: Self) {
        self.revision = other.revision;
        self.unfinished |= other.unfinished;
        self.steps.extend(other.steps);
        self.merges.extend(other.merges);
        self.changes.extend(other.changes);
        self.data_loss.extend(other.data_loss);
        self.offending.extend(other.offending);
        self.grants.extend(other.grants);
        self.background.extend(other.background);
        self.comes_back_empty.extend(other.comes_back_empty);
        self.parts.extend(other.parts);
        self.passed_over.extend(other.passed_over);
        self.layers.extend(other.layers);
        let Some(more) = other.foreseen else { return };
        let foreseen = self.foreseen.get_or_insert_default();
        foreseen.api.extend(more.api);
        foreseen.permissions.extend(more.permissions);
        foreseen.dependants.extend(more.dependants);
    }
}

/// Records of a field that a change does not suit.
#[derive(Clone, Debug, Serialize)]
pub struct Offending {
    /// The field, as in problems.
    pub path: String,
    pub code: &'static str,
    /// How many there are, as far as they are counted; nothing when finding out takes too long, or when whoever asks
    /// does not see the field of all records: then there may be none.
    pub count: Option<usize>,
    /// The first of them.
    pub records: Vec<Uuid>,
}

/// What becomes of the definitions; how is the caller's business (changes, a rollback).
pub(crate) type Next<'n> = &'n (dyn Fn(&Definitions) -> Result<Changed> + Sync);

/// The definitions as they are to be, and where a package and the tenant differ.
pub(crate) type Changed = (Definitions, Vec<Merged>);

impl Engine {
    /// Applies changes, all or nothing.
    pub async fn apply(&self, context: &Context, wish: Apply) -> Result<Applied> {
        let package = wish.package.as_deref();
        let next = |old: &Definitions| {
            let changed = old.with_changes(&wish.changes, package).map_err(Error::Unprocessable)?;
            Ok((changed, Vec::new()))
        };
        self.change(context, &wish, &next).await
    }

    /// Tries until the locks are to be had.
    pub(crate) async fn change(&self, context: &Context, wish: &Apply, next: Next<'_>) -> Result<Applied> {
        require_permission(context)?;
        patiently(|| self.attempt(context, wish, next)).await
    }

    async fn attempt(&self, context: &Context, wish: &Apply, next: Next<'_>) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        let outcome = attempt(&mut transaction, context, wish, next).await;
        match outcome {
            Ok((applied, Some(snapshot))) => {
                transaction.commit().await?;
                self.inner.snapshots.keep(&snapshot);
                Ok(applied)
            }
            Ok((applied, None)) => {
                transaction.rollback().await?;
                Ok(applied)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }
}

/// Metadata is changed by those who may, with a key that may.
pub(crate) fn require_permission(context: &Context) -> Result<()> {
    let holds = context.snapshot.policies.holds(&context.actor, "manage_metadata");
    if context.actor.in_scope("metadata", true) && holds {
        return Ok(());
    }
    Err(Error::Forbidden(Refusal::Permission("manage_metadata")))
}

/// Tries until the locks are to be had, with a growing pause in which others get their turn; locks that were never
/// to be had are told as busy.
pub(crate) async fn patiently<T, A>(mut attempt: impl FnMut() -> A) -> Result<T>
where
    A: Future<Output = Result<T>>,
{
    for count in 0..ATTEMPTS {
        match attempt().await {
            Err(Error::Database(error)) if is_locked(&error) => {
                tokio::time::sleep(Duration::from_millis(u64::from(20 + 10 * count))).await;
            }
            outcome => return outcome,
        }
    }
    Err(Error::Busy)
}

/// Lock not available, or a deadlock with ordinary writers.
fn is_locked(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == "55P03" || code == "40P01")
}

/// Makes the transaction the one that changes the tenant's metadata: what it reads from here on holds until its end.
pub(crate) async fn lock(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    sqlx::raw_sql(PATIENCE).execute(&mut *connection).await?;
    store::lock_state(connection, tenant).await
}

/// A change that was looked at, with what there is to do.
pub(crate) struct Planned {
    /// Who looks at it.
    actor: Arc<Actor>,
    old: Arc<Snapshot>,
    versions: crate::Versions,
    definitions: Definitions,
    /// As it was wished: fields that wait for a job have their new kind here.
    wished: Catalog,
    plan: DdlPlan,
    /// What the plan is made of, beside the turns.
    differences: Vec<Difference>,
    turning: retype::Turning,
    pub applied: Applied,
}

impl Planned {
    /// The tenant as it would be, for what comes after a change that is only looked at.
    pub(crate) fn imagined(self) -> Result<Arc<Snapshot>> {
        let aside = (self.old.building.as_ref().clone(), self.old.vault.clone());
        let snapshot = Snapshot::new(self.old.tenant.clone(), self.versions, self.definitions, aside)?;
        Ok(Arc::new(snapshot))
    }

    /// Refuses what nobody allowed.
    fn check(&self, wish: &Apply) -> Result<()> {
        loss::check(&self.applied.data_loss, &wish.allow_data_loss)?;
        let Some(approved) = &wish.approve else { return Ok(()) };
        let open = self.applied.grants.iter().filter(|grant| !approved.covers(grant));
        let open: Vec<String> = open.cloned().collect();
        if open.is_empty() { Ok(()) } else { Err(Error::Consent(open)) }
    }
}

/// One attempt inside a transaction; with a snapshot when there is something to commit. What is only looked at locks
/// nothing.
pub(crate) async fn attempt(
    connection: &mut PgConnection,
    context: &Context,
    wish: &Apply,
    next: Next<'_>,
) -> Result<(Applied, Option<Arc<Snapshot>>)> {
    let tenant = context.tenant();
    if wish.dry_run {
        return Ok((foresee::look_ahead(connection, context, wish, next).await?, None));
    }
    lock(connection, tenant).await?;
    let planned = plan(connection, context, wish, next).await?;
    planned.check(wish)?;
    let Planned { old, versions, definitions, plan, turning, applied, .. } = planned;
    if definitions == *old.definitions && turning.is_empty() {
        return Ok((applied, None));
    }
    let unfinished = execute(connection, tenant, &plan).await? | turning.drops_indexes();
    turning.keep(connection, context).await?;
    let revision = versions.revision + 1;
    record(connection, context, (&*old.definitions, &definitions), (wish, &applied.steps, revision)).await?;
    views::follow(connection, context, (&*old.definitions, &definitions)).await?;
    let kind = Work::BuildRollup.word();
    jobs::enqueue(connection, &tenant.schema, (kind, &plan.rollups), context.now).await?;
    if unfinished || plan.leaves_indexes {
        let subject = vec![indexes::SUBJECT.to_owned()];
        jobs::enqueue(connection, &tenant.schema, (Work::BuildIndexes.word(), &subject), context.now).await?;
    }
    let building = snapshot::load_building(connection, tenant).await?;
    let versions = crate::Versions { revision, ..versions };
    let aside = (building, context.snapshot.vault.clone());
    let mut snapshot = Snapshot::new(tenant.clone(), versions, definitions, aside)?;
    snapshot.unlock(connection).await?;
    snapshot.searched_before = indexes::load_searched_before(connection, &snapshot).await?;
    if !old.catalog.has_encrypted() {
        snapshot.keys.iter().try_for_each(|keys| keys.require())?;
    }
    let snapshot = Arc::new(snapshot);
    // Nobody looks at a tenant that asks for nothing: what comes again and again is asked for here.
    let from_here = Context { snapshot: snapshot.clone(), ..context.clone() };
    work::schedule(connection, &from_here).await?;
    Ok((Applied { revision, unfinished, ..applied }, Some(snapshot)))
}

/// What a change comes to.
pub(crate) async fn plan(
    connection: &mut PgConnection,
    context: &Context,
    wish: &Apply,
    next: Next<'_>,
) -> Result<Planned> {
    let tenant = context.tenant();
    let (old, versions) = current(connection, context).await?;
    if wish.expected_revision.is_some_and(|expected| expected != versions.revision) {
        let message = format!("the metadata is at revision {} by now", versions.revision);
        return Err(Error::Conflict(vec![Problem::new("expected_revision", "stale-revision", message)]));
    }
    let (mut definitions, merges) = next(&old.definitions)?;
    definitions.settle_withdrawn();
    definitions.settle_purged(&old.definitions);
    let explain = |problems| Error::Unprocessable(old.catalog.with_dependents(&definitions, problems));
    let catalog = Catalog::resolve_after(&definitions, Some(&old.catalog)).map_err(explain)?;
    if wish.package.is_none() {
        people::check(connection, tenant, (&old.catalog, &catalog)).await?;
    }
    let before = Version { definitions: &old.definitions, catalog: &old.catalog };
    let mut differences = diff(Some(before), Version { definitions: &definitions, catalog: &catalog });
    let wished = retype::Wished { context, wish, old: &old, definitions: &definitions, catalog: &catalog };
    let mut turning = retype::weigh(connection, &wished, &differences).await?;
    turning.turns.extend(Purge::between(&old.definitions, &definitions).into_iter().map(Turn::Purge));
    let changes = old.definitions.touched(&definitions);
    // What waits for a job stays as it is until then.
    let held = turning.hold(&old.definitions, &definitions);
    if let Some(held) = &held {
        let catalog = Catalog::resolve(held).map_err(explain)?;
        differences = diff(Some(before), Version { definitions: held, catalog: &catalog });
    }
    let definitions = held.unwrap_or(definitions);
    differences.retain(|difference| !turning.is_made(difference));
    let plan = DdlPlan::with_turns(&tenant.schema, &differences, &turning.turns);
    let plan = plan.map_err(Error::Unprocessable)?;
    let mut data_loss = loss::find(connection, (tenant, &old.catalog), &plan).await?;
    data_loss.extend(turning.losses.iter().cloned());
    let applied = Applied {
        revision: versions.revision,
        steps: plan.steps.clone(),
        unfinished: false,
        merges,
        changes,
        data_loss,
        offending: turning.offending.clone(),
        grants: grants(wish, &old.definitions, &definitions),
        background: turning.background(&old.catalog),
        comes_back_empty: definitions.empty_since(&old.definitions),
        hints: Vec::new(),
        parts: Vec::new(),
        passed_over: Vec::new(),
        layers: Vec::new(),
        foreseen: None,
        tried: None,
    };
    let actor = context.actor.clone();
    Ok(Planned { actor, old, versions, definitions, wished: catalog, plan, differences, turning, applied })
}

/// What comes that has to be approved: what is asked for, and what an upgrade gives more than before.
fn grants(wish: &Apply, old: &Definitions, new: &Definitions) -> Vec<String> {
    let mut grants = wish.asks.clone();
    if let (Some(package), Some(_)) = (&wish.package, &wish.approve) {
        let own = |row: &Row| row.package.as_ref() == Some(package) && row.base.is_some();
        if wish.brought_along || old.rows().iter().any(own) {
            grants.extend(added_grants(old, new, package));
        }
        grants.extend(wish.along.iter().flat_map(|package| added_grants(old, new, package)));
    }
    grants
}

/// The tenant's metadata under the lock: the context's own snapshot when nobody was faster.
async fn current(
    connection: &mut PgConnection,
    context: &Context,
) -> Result<(Arc<Snapshot>, crate::Versions)> {
    let versions = store::load_versions(connection, context.tenant()).await?;
    let known = &context.snapshot;
    if versions.revision == known.revision && known.former.is_none() {
        return Ok((known.clone(), versions));
    }
    snapshot::load_after(connection, known).await
}

/// Runs the steps; tells whether some are left for later.
async fn execute(connection: &mut PgConnection, tenant: &Tenant, plan: &DdlPlan) -> Result<bool> {
    let (mut unfinished, mut indexed) = (false, 0);
    for step in plan.steps.iter().filter(|step| step.risk != Risk::Background) {
        if let Some(index) = &step.later
            && indexes::is_large(connection, (tenant, &index.table), &mut indexed).await?
        {
            unfinished = true;
            continue;
        }
        sqlx::query(AssertSqlSafe(step.sql.as_str()))
            .execute(&mut *connection)
            .await
            .map_err(|error| explain(error, step))?;
    }
    for numbering in &plan.numberings {
        let text = format!(
            "INSERT INTO {} (field_id, period, value) SELECT $1, n.period, n.value FROM ({}) AS n(period, value) \
             ON CONFLICT (field_id, period) DO UPDATE SET value = excluded.value",
            table(&tenant.schema, "_counters"),
            numbering.sql
        );
        sqlx::query(AssertSqlSafe(text)).bind(&numbering.field).execute(&mut *connection).await?;
    }
    Ok(unfinished)
}

/// Existing data that stands against a new rule is the data's conflict, not a failure.
pub(crate) fn explain(error: sqlx::Error, step: &Step) -> Error {
    let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
    match code.as_deref() {
        Some("23505") => Error::Conflict(vec![
            Problem::new(
                "",
                "duplicate",
                format!("{}: existing records hold the same value twice", step.description),
            )
            .hint("make the values differ first"),
        ]),
        Some("23503") => Error::Conflict(vec![Problem::new(
            "",
            "dangling",
            format!("{}: existing records point to nothing", step.description),
        )]),
        Some("22003" | "22P02" | "22001") => Error::Conflict(vec![Problem::new(
            "",
            "does-not-fit",
            format!("{}: existing values do not fit", step.description),
        )]),
        Some(code) if tried::is_limit(code) => Error::Unprocessable(vec![
            Problem::new("", tried::REFUSED, format!("{}: PostgreSQL refuses this step", step.description))
                .hint("a dry run tells what it says"),
        ]),
        _ => error.into(),
    }
}

/// Stores what changed, and the revision with its before and after.
async fn record(
    connection: &mut PgConnection,
    context: &Context,
    (old, new): (&Definitions, &Definitions),
    (wish, steps, revision): (&Apply, &[Step], i64),
) -> Result<()> {
    let (before, after) = (old.rows(), new.rows());
    let known: HashMap<&str, (usize, &Row)> = positions(&before);
    let kept: HashMap<&str, (usize, &Row)> = positions(&after);
    let changed: Vec<(usize, &Row)> = after
        .iter()
        .enumerate()
        .filter(|(place, row)| known.get(row.id.as_str()) != Some(&(*place, *row)))
        .collect();
    let gone: Vec<&Row> = before.iter().filter(|row| !kept.contains_key(row.id.as_str())).collect();
    let ids: Vec<String> = gone.iter().map(|row| row.id.clone()).collect();
    store::put_rows(connection, context.tenant(), &changed).await?;
    store::remove_rows(connection, context.tenant(), &ids).await?;
    // A component that only moved to another place did not change.
    let changed: Vec<&Row> = changed
        .iter()
        .map(|(_, row)| *row)
        .filter(|row| known.get(row.id.as_str()).is_none_or(|(_, old)| old != row))
        .collect();
    let was: Vec<&Row> = changed
        .iter()
        .filter_map(|row| known.get(row.id.as_str()).map(|(_, row)| *row))
        .chain(gone)
        .collect();
    let row = store::RevisionRow {
        number: revision,
        next_id: new.next_id,
        actor: (context.actor.user_id, &context.actor.name),
        message: wish.message.as_deref(),
        at: context.now,
        before: crate::revisions::rows_json(&was),
        after: crate::revisions::rows_json(&changed),
        steps: serde_json::to_value(steps).unwrap_or(Json::Null),
    };
    store::put_revision(connection, context.tenant(), row).await?;
    let mut told = told((&was, &changed), (wish, revision));
    let purged = new.purged_since(old);
    if !purged.is_empty() {
        told["purged"] = json!([null, purged]);
    }
    audit::record(connection, context.tenant(), &[Event::of(context, Deed::Metadata, "metadata").with(told)])
        .await
}

/// What the stream tells of a change of metadata: each component before and after; a retired one is none.
fn told((was, is): (&[&Row], &[&Row]), (wish, revision): (&Apply, i64)) -> Json {
    let definition = |rows: &[&Row], id: &str| {
        let row = rows.iter().find(|row| row.id == id && !row.retired);
        row.map_or(Json::Null, |row| row.definition.clone())
    };
    let mut changes = json!({ "revision": [revision - 1, revision] });
    for (key, said) in [("message", &wish.message), ("package", &wish.package)] {
        if let Some(said) = said {
            changes[key] = json!([null, said]);
        }
    }
    // What is purged was no more before.
    let is_purged = |row: &&&Row| is.iter().any(|one| one.id == row.id && one.retired && one.purged);
    for row in was.iter().chain(is).filter(|row| !is_purged(row)) {
        let key = format!("{}/{}", row.kind.word(), row.name);
        changes[key] = json!([definition(was, &row.id), definition(is, &row.id)]);
    }
    changes
}

fn positions(rows: &[Row]) -> HashMap<&str, (usize, &Row)> {
    rows.iter().enumerate().map(|(place, row)| (row.id.as_str(), (place, row))).collect()
}

/// Statements that make the built-in objects of a fresh tenant.
pub(crate) fn initial_steps(tenant: &Tenant, definitions: &Definitions) -> Result<Vec<String>> {
    let catalog = Catalog::resolve(definitions).map_err(Error::Damaged)?;
    let differences = diff(None, Version { definitions, catalog: &catalog });
    let plan = DdlPlan::new(&tenant.schema, &differences).map_err(Error::Damaged)?;
    Ok(plan.steps.into_iter().map(|step| step.sql).collect())
}
