//! The steps of a plan, tried: run in a schema that has the tables which they touch, and no record. What PostgreSQL would
//! refuse is told with the plan, and not when the change is made. What data alone stands against is not found so: that is
//! what a plan asks of the tenant's own tables.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use metadata::catalog::link_table;
use metadata::catalog::standard::USER;
use metadata::ddl::{Act, DdlPlan, Retype, Risk, Step, Turn, gone};
use metadata::definitions::field::FieldDefinition;
use metadata::definitions::{Component, ObjectComponent};
use metadata::{Difference, FieldKind, Object};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use super::Planned;
use crate::context::Tenant;
use crate::error::{Error, Result, takes_too_long};
use crate::scratch::{self, Tables};

/// How long the steps of a plan are tried, all together.
const BUDGET: Duration = Duration::from_secs(2);

/// What came of trying the steps of a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tried {
    /// How many steps ran.
    pub steps: usize,
    pub refused: Vec<Refused>,
    pub untried: Vec<Untried>,
}

/// A step that PostgreSQL refuses.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// The object whose table it is about, as in problems.
    pub path: String,
    pub code: &'static str,
    /// What PostgreSQL says.
    pub message: String,
    /// The step, as the plan describes it.
    pub step: String,
    pub does: Act,
}

/// A step that did not run.
#[derive(Clone, Debug, Serialize)]
pub struct Untried {
    pub step: String,
    pub does: Act,
    pub reason: Reason,
}

/// Why a step did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A job does it afterwards, in pieces.
    Background,
    /// A step before it was refused.
    Refused,
    /// The time for trying was over.
    TooLong,
    /// There was nothing to try it in.
    Unavailable,
    /// Nobody wanted it tried.
    NotAsked,
}

impl Tried {
    /// Of steps that nobody wanted tried.
    pub(crate) fn not_asked(steps: &[Step]) -> Self {
        let untried = steps.iter().map(|step| Untried::of(step, Reason::NotAsked));
        Self { untried: untried.collect(), ..Self::default() }
    }
}

impl Untried {
    fn of(step: &Step, reason: Reason) -> Self {
        Self { step: step.description.clone(), does: step.does.clone(), reason }
    }
}

/// The steps of one change, and what they need to run elsewhere.
pub(crate) struct Rehearsal {
    differences: Vec<Difference>,
    turns: Vec<Turn>,
    tables: Tables,
    /// Objects by stable id, as the change calls them.
    names: Vec<(String, String)>,
}

impl Rehearsal {
    pub fn of(planned: &Planned) -> Self {
        let names = planned.wished.objects.iter().chain(&planned.old.catalog.objects);
        Self {
            differences: planned.differences.clone(),
            turns: planned.turning.turns.clone(),
            tables: tables(planned),
            names: names.map(|object| (object.id.clone(), object.name.clone())).collect(),
        }
    }

    fn path(&self, step: &Step) -> String {
        let name = self.names.iter().find(|(id, _)| *id == step.object).map(|(_, name)| name.as_str());
        name.map_or_else(|| "objects".to_owned(), |name| format!("objects.{name}"))
    }
}

/// What the steps of a plan touch, and what that points to.
fn tables(planned: &Planned) -> Tables {
    let (before, after, turns) = (&planned.old.catalog, &planned.wished, &planned.turning.turns);
    let objects = planned.differences.iter().map(|difference| difference.object().id.as_str());
    let ids: BTreeSet<&str> = objects.chain(turns.iter().map(Turn::object)).collect();
    // The name of now, or the one that it is hidden under.
    let standing = |id: &str| {
        let known = before.objects.iter().find(|object| object.id == id);
        known.map_or_else(|| gone(id), |object| object.name.clone())
    };
    let touched = || after.objects.iter().filter(|object| ids.contains(object.id.as_str()));
    let targets = touched().flat_map(|object| targets(object));
    let targets = targets.filter_map(|name| after.find_object(&name));
    let own = planned.old.definitions.objects.iter().filter(|one| ids.contains(one.object.id.as_str()));
    let like_ids = before.objects.iter().filter(|object| is_like_id(&object.name));
    Tables {
        whole: ids.iter().map(|id| standing(id)).chain(own.flat_map(links)).collect(),
        targets: targets.map(|target| standing(&target.id)).collect(),
        taken: touched().chain(like_ids).map(|object| object.name.clone()).collect(),
        functions: turns.iter().filter_map(retype).map(Retype::convert_name).collect(),
    }
}

/// Tables of links, of hidden fields too.
fn links(component: &ObjectComponent) -> impl Iterator<Item = String> {
    let many =
        |field: &&Component<FieldDefinition>| matches!(field.definition.kind, FieldKind::ManyToMany(_));
    component.fields.iter().filter(many).map(|field| link_table(&field.id))
}

/// Names of the objects that an object points to, the owner's first, and of those whose records it counts.
fn targets(object: &Object) -> Vec<String> {
    let one = |kind: &FieldKind| match kind {
        FieldKind::ManyToMany(many) => Some(many.to.clone()),
        kind => kind.target().map(str::to_owned),
    };
    let owner = std::iter::once(USER.to_owned());
    let counted = object.fields.iter().filter_map(|field| field.rollup.as_ref()).map(|one| one.child.clone());
    owner.chain(object.fields.iter().filter_map(|field| one(&field.kind))).chain(counted).collect()
}

/// Whether an object is called as an index of a field or of another object may be: `f7_key`.
fn is_like_id(name: &str) -> bool {
    let id = name.split('_').next().unwrap_or_default();
    let digits = id.strip_prefix(['f', 'o']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn retype(turn: &Turn) -> Option<&Retype> {
    match turn {
        Turn::Begin(retype)
        | Turn::Swap(retype)
        | Turn::Whole(retype)
        | Turn::Rename(retype)
        | Turn::Drop(retype) => Some(retype),
        Turn::Key(..) | Turn::Unkey(..) | Turn::Purge(_) => None,
    }
}

/// Tries the steps of changes that come one after the other. Whatever becomes of it, the transaction is as it was before.
pub(crate) async fn run(
    connection: &mut PgConnection,
    tenant: &Tenant,
    rehearsals: &[Rehearsal],
) -> Result<Tried> {
    if rehearsals.iter().all(|one| one.differences.is_empty() && one.turns.is_empty()) {
        return Ok(Tried::default());
    }
    let begin = format!("SAVEPOINT tried; SET LOCAL statement_timeout = {}", BUDGET.as_millis());
    raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await?;
    let until = Instant::now() + BUDGET;
    let scratch = match scratch::partly(connection, tenant, &together(rehearsals)).await {
        Ok(scratch) => Some(scratch),
        Err(Error::Database(error)) if error.as_database_error().is_some() => {
            tracing::warn!(%error, tenant = tenant.slug, "steps cannot be tried: their tables cannot be copied");
            raw_sql("ROLLBACK TO SAVEPOINT tried").execute(&mut *connection).await?;
            None
        }
        Err(error) => return Err(error),
    };
    let schema = scratch.as_ref().map_or(&tenant.schema, |scratch| &scratch.schema);
    let mut stage = Stage { tried: Tried::default(), until, is_open: scratch.is_some() };
    for rehearsal in rehearsals {
        let plan = DdlPlan::with_turns(schema, &rehearsal.differences, &rehearsal.turns);
        for step in plan.map_err(Error::Unprocessable)?.steps {
            stage.step(connection, rehearsal, &step).await?;
        }
    }
    let mut tried = stage.tried;
    raw_sql("ROLLBACK TO SAVEPOINT tried").execute(connection).await?;
    let own =
        |refused: &mut Refused| refused.message = refused.message.replace(schema.as_str(), &tenant.schema);
    tried.refused.iter_mut().for_each(own);
    Ok(tried)
}

/// What all of them need.
fn together(rehearsals: &[Rehearsal]) -> Tables {
    let all = |of: fn(&Tables) -> &Vec<String>| -> Vec<String> {
        rehearsals
            .iter()
            .flat_map(|one| of(&one.tables).clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    Tables {
        whole: all(|tables| &tables.whole),
        targets: all(|tables| &tables.targets),
        taken: all(|tables| &tables.taken),
        functions: all(|tables| &tables.functions),
    }
}

/// Where steps run.
struct Stage {
    tried: Tried,
    until: Instant,
    /// Whether there is a schema for them, and one that they have run in so far.
    is_open: bool,
}

impl Stage {
    async fn step(
        &mut self,
        connection: &mut PgConnection,
        rehearsal: &Rehearsal,
        step: &Step,
    ) -> Result<()> {
        let path = rehearsal.path(step);
        let sql = match self.statement(&path, step) {
            Ok(sql) => sql,
            Err(reason) => {
                self.leave(step, reason);
                return Ok(());
            }
        };
        let text = format!("SAVEPOINT step; {sql}; RELEASE SAVEPOINT step");
        let Err(error) = raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await else {
            self.tried.steps += 1;
            return Ok(());
        };
        let Some(said) = error.as_database_error() else { return Err(error.into()) };
        raw_sql("ROLLBACK TO SAVEPOINT step").execute(connection).await?;
        let code = said.code().unwrap_or_default();
        // What is not there would be, had the step before it not been refused.
        let is_missing = ["42P01", "42703"].contains(&code.as_ref());
        if takes_too_long(&error) {
            self.until = Instant::now();
            self.leave(step, Reason::TooLong);
        } else if is_missing && !self.tried.refused.is_empty() {
            self.leave(step, Reason::Refused);
        } else if is_refusal(&code) {
            let (message, does) = (said.message().to_owned(), step.does.clone());
            let step = step.description.clone();
            self.tried.refused.push(Refused { path, code: REFUSED, message, step, does });
        } else {
            tracing::warn!(%error, "a step could not be tried");
            self.is_open = false;
            self.leave(step, Reason::Unavailable);
        }
        Ok(())
    }

    /// What is run for a step, or why nothing is.
    fn statement(&self, path: &str, step: &Step) -> Result<String, Reason> {
        let sql = at_once(step).ok_or(Reason::Background)?;
        if !self.is_open {
            return Err(Reason::Unavailable);
        }
        if Instant::now() >= self.until {
            return Err(Reason::TooLong);
        }
        let is_spoilt = self.tried.refused.iter().any(|refused| refused.path == path);
        if is_spoilt && !step.object.is_empty() { Err(Reason::Refused) } else { Ok(sql) }
    }

    fn leave(&mut self, step: &Step, reason: Reason) {
        self.tried.untried.push(Untried::of(step, reason));
    }
}

/// The code of a step that PostgreSQL refuses.
pub(super) const REFUSED: &str = "step-refused";

/// Whether PostgreSQL refuses a step whatever the data: a limit is passed, or a name is taken.
pub(super) fn is_limit(code: &str) -> bool {
    code.starts_with("54") || ["42P07", "42701"].contains(&code)
}

/// Whether an error is about what was asked, and not about the server: its memory, its disk, its end.
fn is_refusal(code: &str) -> bool {
    !["53", "55", "57", "58", "XX", "40"].iter().any(|class| code.starts_with(class))
}

/// The statement as it can run within a transaction: an index is made as everybody waits for it, of nothing. What a job does
/// in pieces cannot.
fn at_once(step: &Step) -> Option<String> {
    if step.risk != Risk::Background {
        return Some(step.sql.clone());
    }
    let is_index = ["CREATE INDEX CONCURRENTLY", "CREATE UNIQUE INDEX CONCURRENTLY"];
    let is_index = is_index.iter().any(|begin| step.sql.starts_with(begin));
    is_index.then(|| step.sql.replacen(" CONCURRENTLY", "", 1))
}
