//! Fields that change their kind: what a change of metadata does of it at once, and what it leaves to a job.
//!
//! On a small table the second column comes, is filled and takes the place of the first within the change. On a large
//! one the change only begins it: until the job is done the field keeps its definition. A field that has a column of the
//! wished kind beside it already, because it had that kind before, gets it back at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metadata::catalog::{Catalog, Object};
use metadata::ddl::{Retype, Turn, is_retype, is_rewrite};
use metadata::definitions::field::FieldDefinition;
use metadata::retype::{Formulas, Place, Way, way};
use metadata::{Definitions, Difference, Field, Kind, Problem};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::foresee::{COUNTED, NAMED, sees_all};
use super::{Apply, Offending, unique};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::indexes;
use crate::retypes::store::{self, State, Stored};
use crate::retypes::{KEPT, field_of, hidden_field, look, seen};
use crate::snapshot::Snapshot;
use crate::work::Kind as Work;
use crate::write::sql::table;

/// How long a plan of a large table looks for values that do not fit, and how long a change that is made.
const PLANNED: Duration = Duration::from_secs(2);
const APPLIED: Duration = Duration::from_millis(200);
/// Records of a sample, about, and of one look.
const SAMPLED: f64 = 2_000.0;
const GLANCE: i64 = 2_000;

/// What becomes of the fields that change their kind.
#[derive(Default)]
pub(super) struct Turning {
    /// For the plan of the tables.
    pub turns: Vec<Turn>,
    /// Fields that keep their definition until their job is done.
    held: Vec<String>,
    /// Fields that are unique when their job is done.
    pub(super) keys: Vec<String>,
    /// Fields that are to be unique and whose index is there.
    pub(super) made: Vec<String>,
    /// What is noted when all is done.
    pub(super) put: Vec<Stored>,
    /// What is on its way already and is to be otherwise when it is there.
    amended: Vec<Stored>,
    pub(super) remove: Vec<String>,
    /// Unique indexes that nobody asks for any more.
    pub(super) unkeyed: Vec<String>,
    /// Fields with values that would be lost.
    pub losses: Vec<String>,
    pub offending: Vec<Offending>,
}

/// The change that is looked at.
pub(super) struct Wished<'w> {
    pub context: &'w Context,
    pub wish: &'w Apply,
    pub old: &'w Arc<Snapshot>,
    pub definitions: &'w Definitions,
    pub catalog: &'w Catalog,
}

/// Looks at the differences for fields whose column cannot follow.
pub(super) async fn weigh(
    connection: &mut PgConnection,
    wished: &Wished<'_>,
    differences: &[Difference],
) -> Result<Turning> {
    let all = store::list(connection, wished.context.tenant()).await?;
    let is_due = |id: &String| all.iter().any(|one| one.field == *id && one.state != State::Kept);
    if [&wished.wish.ready, &wished.wish.give_up].into_iter().flatten().any(|id| !is_due(id)) {
        // Taken back while its job was at it.
        return Err(Error::Outdated(crate::Versions::default()));
    }
    let (keys, known): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.state == State::Indexing);
    let mut turning = Turning::default();
    let mut problems = Vec::new();
    for difference in differences {
        let Difference::ChangeKind { object, field, .. } = difference else { continue };
        let Some(past) = wished.past(&field.id) else { continue };
        let stored = known.iter().find(|one| one.field == field.id);
        // What it held before stands beside it, with the values that do not fit what it is now: no column follows with those.
        let was = stored.and_then(|one| hidden_field(&field.id, &one.hidden));
        let is_back = was.is_some_and(|was| was.kind == field.kind);
        if !is_back && !is_retype(past.1, field) {
            continue;
        }
        let table = (wished.context.tenant(), past.0.name.as_str());
        let large = indexes::is_large(connection, table, &mut 0).await?;
        if !is_back && is_rewrite(&past.1.kind, &field.kind) && !large {
            continue;
        }
        if keys.iter().any(|one| one.field == unique::key(&field.id)) {
            problems.push(unique::busy(past));
            continue;
        }
        match wished.turn((object, field), past, (stored, large)) {
            Ok(Some(turn)) => turning.take(connection, wished, (turn, past, stored)).await?,
            Ok(None) => turning.wait(wished, field, stored),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Unprocessable(problems));
    }
    for stored in &known {
        turning.follow(wished, stored);
    }
    unique::weigh(connection, wished, (differences, &keys), &mut turning).await?;
    Ok(turning)
}

/// How values go over.
struct Ready {
    way: Way,
    lossy: bool,
    /// Whether they have done so already.
    exists: bool,
}

/// A turn with what is to be noted of it.
struct Planned {
    turn: Turn,
    stored: Stored,
}

impl<'w> Wished<'w> {
    /// Object and field as they are shown now.
    pub(super) fn past(&self, id: &str) -> Option<(&'w Object, &'w Field)> {
        field_of(&self.old.catalog, id)
    }

    /// Whether the change says nothing but the field as it is: what it is about to become is taken back. Where more is said,
    /// or the whole object, the field may be there as it was before somebody asked for that.
    pub(super) fn is_as_it_was(&self, id: &str) -> bool {
        let ([change], None) = (self.wish.changes.as_slice(), &self.wish.package) else { return false };
        let Some((object, field)) = self.past(id) else { return false };
        let is_said = change.kind == Kind::Fields && change.definition.is_some();
        // What is not said is as it is shown.
        let now = field_of(self.catalog, id).map(|(_, now)| now.to_json());
        is_said && change.name == format!("{}.{}", object.name, field.name) && now == Some(field.to_json())
    }

    fn json(definitions: &Definitions, id: &str) -> Json {
        let definition = definition(definitions, id);
        definition.map_or(Json::Null, |definition| Json::Object(definition.to_json()))
    }

    /// What is to be done with one field; nothing when it is on its way already.
    fn turn(
        &self,
        (object, field): (&Object, &Field),
        (past_object, past): (&Object, &Field),
        (stored, large): (Option<&Stored>, bool),
    ) -> Result<Option<Planned>, Vec<Problem>> {
        let path = format!("objects.{}.fields.{}", object.name, field.name);
        let is_name = |object: &Object| {
            let own = object.find_field("name").and_then(|name| name.columns.first());
            own.is_some_and(|column| past.columns.iter().any(|other| other.name == column.name))
        };
        if is_name(past_object) {
            let problem = Problem::new(format!("{path}.kind"), "cannot-change", "it names the records");
            return Err(vec![problem.hint("compose the name of other fields first")]);
        }
        let said = format!("{}.{}", past_object.name, past.name);
        let given = self.wish.convert.get(&said).cloned().unwrap_or_default();
        let is_same =
            |one: &&Stored| hidden_field(&field.id, &one.hidden).is_some_and(|h| h.kind == field.kind);
        let back = stored.filter(is_same).filter(|_| given == Formulas::default());
        let lossy = self.wish.allow_data_loss.covers(&said);
        let is_done = self.wish.ready.as_ref() == Some(&field.id);
        let way = match (back, stored) {
            (Some(one), _) if one.state != State::Kept && !is_done => return Ok(None),
            (Some(one), _) => Ready { way: one.way.clone(), lossy: one.lossy || lossy, exists: true },
            (None, Some(one)) if one.state != State::Kept => {
                let text = "it is on its way to another kind already";
                let problem = Problem::new(format!("{path}.kind"), "cannot-change", text);
                let hint = "wait until that is done, or take it back: put the field as it is";
                return Err(vec![problem.hint(hint)]);
            }
            (None, _) => {
                let from = Place { catalog: &self.old.catalog, object: past_object, field: past };
                let to = Place { catalog: self.catalog, object, field };
                let under = |one: Problem| one.under(&format!("convert.{said}"));
                let way = way(from, to, &given);
                let way = way.map_err(|found| found.into_iter().map(under).collect::<Vec<_>>())?;
                Ready { way, lossy, exists: false }
            }
        };
        Ok(Some(self.planned((object, field), past, way, large && !is_done)))
    }

    fn planned(
        &self,
        (object, field): (&Object, &Field),
        past: &Field,
        ready: Ready,
        large: bool,
    ) -> Planned {
        let Ready { way, lossy, exists } = ready;
        let shown = Field { columns: field.columns.clone(), name: field.name.clone(), ..past.clone() };
        let mut retype = Retype::new(object, (&shown, field), (way.clone(), lossy));
        retype.exists = exists;
        let (turn, state) = match (large, exists) {
            _ if self.wish.ready.as_ref() == Some(&field.id) => (Turn::Swap(retype), State::Kept),
            (false, _) => (Turn::Whole(retype), State::Kept),
            (true, false) => (Turn::Begin(retype), State::Filling),
            (true, true) => (Turn::Begin(retype), State::Ready),
        };
        let definitions = if state == State::Kept { &*self.old.definitions } else { self.definitions };
        let way = if state == State::Kept { Way { up: way.down, down: way.up } } else { way };
        let stored = Stored {
            field: field.id.clone(),
            state,
            revision: self.old.revision + 1,
            hidden: Self::json(definitions, &field.id),
            before: Self::json(&self.old.definitions, &field.id),
            way,
            lossy,
            at: self.context.now,
        };
        Planned { turn, stored }
    }
}

fn definition<'d>(definitions: &'d Definitions, id: &str) -> Option<&'d FieldDefinition> {
    let mut fields = definitions.objects.iter().flat_map(|object| &object.fields);
    fields.find(|field| field.id == id).map(|field| &field.definition)
}

impl Turning {
    async fn take(
        &mut self,
        connection: &mut PgConnection,
        wished: &Wished<'_>,
        (planned, past, stored): (Planned, (&Object, &Field), Option<&Stored>),
    ) -> Result<()> {
        let tenant = wished.context.tenant();
        let name = format!("{}.{}", past.0.name, past.1.name);
        let column = past.1.columns.first().map_or("", |column| column.name.as_str());
        let (Turn::Begin(retype) | Turn::Swap(retype) | Turn::Whole(retype)) = &planned.turn else {
            return Ok(());
        };
        let here = retype.named(&past.0.name, column);
        let in_background = matches!(planned.turn, Turn::Begin(_)) && !here.exists;
        let (found, is_all) = if in_background {
            glance(connection, wished, &here).await?
        } else {
            (offending(connection, tenant, &here).await?, true)
        };
        // To others it is the same whether values would be lost: by one formula after the other they would learn them.
        let context = Context { snapshot: wished.old.clone(), ..wished.context.clone() };
        let sees_all = sees_all(wished.old, &context.actor, &(past.0.id.clone(), past.1.id.clone()));
        if !sees_all || !found.is_empty() {
            let count = (is_all && sees_all).then_some(found.len());
            let mut records =
                if sees_all { found } else { seen(connection, &context, (past, found)).await? };
            records.truncate(NAMED);
            let path = format!("objects.{}.fields.{}", past.0.name, past.1.name);
            self.offending.push(Offending { path, code: "does-not-fit", count, records });
            self.losses.push(name);
        }
        if planned.stored.state != State::Kept {
            self.held.push(planned.stored.field.clone());
        }
        // What was kept of an earlier kind makes room.
        if !here.exists && stored.is_some() {
            self.turns.push(Turn::Drop(here));
        }
        self.turns.push(planned.turn);
        self.put.push(planned.stored);
        Ok(())
    }

    /// A field that is on its way to this kind. What the change says of it besides comes with the kind, and what was
    /// said of it before counts no more.
    fn wait(&mut self, wished: &Wished<'_>, field: &Field, stored: Option<&Stored>) {
        self.held.push(field.id.clone());
        let hidden = Wished::json(wished.definitions, &field.id);
        if let Some(stored) = stored.filter(|stored| stored.hidden != hidden) {
            let before = Wished::json(&wished.old.definitions, &field.id);
            self.amended.push(Stored { hidden, before, ..stored.clone() });
        }
    }

    /// A field with a second column of which the change says something else.
    fn follow(&mut self, wished: &Wished<'_>, stored: &Stored) {
        if self.put.iter().any(|one| one.field == stored.field) {
            return;
        }
        let Some((object, past)) = wished.past(&stored.field) else { return };
        let Some(hidden) = hidden_field(&stored.field, &stored.hidden) else { return };
        let retype = |object: &Object, field: &Field| {
            Retype::new(object, (field, &hidden), (stored.way.clone(), stored.lossy))
        };
        let undone = wished.wish.back_to.is_some_and(|number| number < stored.revision)
            || wished.wish.give_up.as_ref() == Some(&stored.field)
            || wished.is_as_it_was(&stored.field);
        let now = field_of(wished.catalog, &stored.field);
        let stays =
            now.is_some_and(|(_, now)| now.kind.name() == past.kind.name() || self.is_held(&stored.field));
        match now {
            Some((object, now)) if stays && !(undone && stored.state != State::Kept) => {
                if now.name != past.name {
                    self.turns.push(Turn::Rename(retype(
                        object,
                        &Field { kind: past.kind.clone(), ..now.clone() },
                    )));
                }
            }
            _ => {
                self.turns.push(Turn::Drop(retype(object, past)));
                self.remove.push(stored.field.clone());
            }
        }
    }

    /// Stable ids of the fields that wait for a job.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &str> {
        self.held.iter().chain(&self.keys).map(String::as_str)
    }

    pub(super) fn is_held(&self, id: &str) -> bool {
        self.held.iter().any(|held| held == id)
    }

    /// The definitions with those of the fields that wait for a job; nothing when none does.
    pub(super) fn hold(&self, old: &Definitions, wished: &Definitions) -> Option<Definitions> {
        if self.held.is_empty() && self.keys.is_empty() {
            return None;
        }
        let mut definitions = wished.clone();
        for field in definitions.objects.iter_mut().flat_map(|object| &mut object.fields) {
            let before = if self.is_held(&field.id) { definition(old, &field.id) } else { None };
            if let Some(before) = before {
                let name = std::mem::take(&mut field.definition.common.name);
                field.definition = before.clone();
                field.definition.common.name = name;
            }
            if self.keys.contains(&field.id) {
                field.definition.common.unique = false;
            }
        }
        Some(definitions)
    }

    /// Whether there is nothing to do and to note.
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.amended.is_empty()
    }

    /// Whether indexes of what is made of these fields are gone with their former columns.
    pub(super) fn drops_indexes(&self) -> bool {
        self.turns.iter().any(|turn| matches!(turn, Turn::Swap(_) | Turn::Whole(_)))
    }

    /// Notes what was done, and leaves the rest to jobs.
    pub(super) async fn keep(&self, connection: &mut PgConnection, context: &Context) -> Result<()> {
        let tenant = context.tenant();
        for stored in &self.amended {
            store::put(connection, tenant, stored).await?;
        }
        for field in &self.remove {
            store::remove(connection, tenant, field).await?;
        }
        for stored in &self.put {
            store::put(connection, tenant, stored).await?;
        }
        let kind = Work::MakeUnique.word();
        jobs::wake(connection, &tenant.schema, (kind, &self.unkeyed), context.now).await?;
        // Each is asked for by itself, so that none waits for another that is stuck.
        for stored in &self.put {
            let (kind, at) = match stored.state {
                State::Kept => (Work::ForgetKept, context.now + KEPT),
                State::Filling | State::Ready => (Work::Retype, context.now),
                State::Indexing => (Work::MakeUnique, context.now),
            };
            let subject = vec![stored.field.clone()];
            jobs::enqueue(connection, &tenant.schema, (kind.word(), &subject), at).await?;
        }
        Ok(())
    }
}

/// Some records of a large table whose value would be lost, and whether there are no others: a sample of all of it, and
/// then one after the other, until there are enough to be named or the time is over. Its job looks at the rest.
async fn glance(
    connection: &mut PgConnection,
    wished: &Wished<'_>,
    retype: &Retype,
) -> Result<(Vec<Uuid>, bool)> {
    let schema = &wished.context.tenant().schema;
    let until = Instant::now() + if wished.wish.dry_run { PLANNED } else { APPLIED };
    for sql in retype.convert(schema) {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    let most = i64::try_from(NAMED).unwrap_or(i64::MAX);
    let size = crate::store::size(&mut *connection, &table(schema, &retype.table)).await?;
    let percent = (100.0 * SAMPLED / size.rows.max(1) as f64).min(100.0);
    let text = retype.sample(schema);
    let sample = sqlx::query_scalar(AssertSqlSafe(text)).bind(most).bind(percent);
    let mut found: BTreeSet<Uuid> = sample.fetch_all(&mut *connection).await?.into_iter().collect();
    let mut after = Uuid::nil();
    while found.len() < NAMED && Instant::now() < until {
        let looked = look(&mut *connection, (schema, retype), (after, GLANCE)).await?;
        found.extend(looked.unfit);
        match looked.last {
            Some(last) if looked.count == GLANCE => after = last,
            _ => return Ok((found.into_iter().collect(), true)),
        }
    }
    Ok((found.into_iter().take(NAMED).collect(), false))
}

/// Records whose value would be lost, as many as are counted.
async fn offending(connection: &mut PgConnection, tenant: &Tenant, retype: &Retype) -> Result<Vec<Uuid>> {
    if !retype.exists {
        for sql in retype.convert(&tenant.schema) {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
        }
    }
    let text = retype.offending(&tenant.schema);
    let limit = i64::try_from(COUNTED).unwrap_or(i64::MAX);
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(limit).fetch_all(connection).await?)
}
