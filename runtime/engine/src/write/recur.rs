//! Records that come again: with one that is done comes the next one, in the same transaction. It points to the one
//! before it, and that there is one that does is what makes it come once only: whoever finishes a record holds its
//! lock, and looks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use formulas::Value;
use metadata::catalog::{Field, Object};
use metadata::definitions::recurrence::Recurrence;
use metadata::recurrence::Rule;
use metadata::{FieldKind, Input, Problem};
use permissions::{Action, Actor};
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::saving::Saving;
use super::sql::{quoted, table};
use super::{clone, create, reach};
use crate::command::Fields;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::{Bin, MAX_LIMIT, Nested, Query, Selection};
use crate::read;
use crate::read::sql::Lock;
use crate::recurrence::{local, moment, zone};

/// A record's values by their keys, as JSON.
type Row = BTreeMap<String, Box<RawValue>>;

/// Records that one question may answer, those within records counted at their most.
const READ_AT_ONCE: usize = 200_000;

/// Ids of the records that are done by this save and come again.
pub(super) fn finished(saving: &Saving<'_>) -> Vec<Uuid> {
    let (catalog, slots) = (&saving.context.snapshot.catalog, saving.slots);
    let Some(recurrence) = catalog.recurrence(slots.object) else { return Vec::new() };
    let (Some(status), Some(rule)) = (slots.column(&recurrence.status), slots.column(&recurrence.rule))
    else {
        return Vec::new();
    };
    let is_done = |value: &Value| matches!(value, Value::Text(word) if recurrence.done.contains(word));
    let done = saving.drafts.iter().filter(|draft| {
        !draft.is_new()
            && !draft.is_unknown()
            && !is_done(draft.before(status))
            && is_done(draft.after(status))
            && !draft.after(rule).is_blank()
    });
    done.map(|draft| draft.id).collect()
}

/// Makes the next records of those that are done, unless they are there.
pub(super) async fn follow(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<()> {
    let done = finished(saving);
    let (context, catalog) = (saving.context, &saving.context.snapshot.catalog);
    if done.is_empty() {
        return Ok(());
    }
    let Some(object) = catalog.find_object(&saving.slots.object.name) else { return Ok(()) };
    let Some(recurrence) = catalog.recurrence(object) else { return Ok(()) };
    let actor = Actor::system(context.actor.user_id, "recurrence").into();
    let system = Context { actor, access: None, ..context.clone() };
    let followed = followed(connection, context, (object, recurrence), &done).await?;
    let ids: Vec<Uuid> = done.into_iter().filter(|id| !followed.contains(id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let next = Next { context: &system, object, recurrence };
    let mut records = Vec::new();
    let mut rows = next.rows(connection, ids).await?;
    next.forget_dead(connection, &mut rows).await?;
    for row in rows {
        if let Some(fields) = next.of(&row)? {
            records.push((system.new_id(), fields));
        }
    }
    let made = Box::pin(create::create_with_ids(connection, &system, object, &records)).await;
    made.map(drop).map_err(|error| refused(error, recurrence))
}

/// Those of some records that another one follows already, in the recycle bin or not.
async fn followed(
    connection: &mut PgConnection,
    context: &Context,
    (object, recurrence): (&Object, &Recurrence),
    ids: &[Uuid],
) -> Result<HashSet<Uuid>> {
    let field = object.find_field(&recurrence.previous).and_then(|field| field.columns.last());
    let Some(column) = field else { return Ok(HashSet::new()) };
    let (table, column) = (table(&context.tenant().schema, &object.name), quoted(&column.name));
    let text = format!("SELECT {column} FROM {table} WHERE {column} = ANY($1)");
    let found: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}

/// Why the next one cannot be is told without what the actor may not see of it.
fn refused(error: Error, recurrence: &Recurrence) -> Error {
    match error {
        Error::Unprocessable(_) | Error::Conflict(_) | Error::Invalid(_) => {
            let message = "the record comes again, and the next one would break a rule";
            let problem = Problem::new(&recurrence.status, "next-refused", message);
            Error::Unprocessable(vec![problem.hint("clear its recurrence rule, or copy it to find out why")])
        }
        error => error,
    }
}

/// The making of next records.
struct Next<'n> {
    context: &'n Context,
    object: &'n Arc<Object>,
    recurrence: &'n Recurrence,
}

impl Next<'_> {
    /// The records that are done, with their owners' zones.
    async fn rows(&self, connection: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<Row>> {
        let mut fields = clone::selections(self.object);
        let owner = Nested {
            relation: "owner".into(),
            alias: None,
            fields: vec![Selection::Field("time_zone".into())],
            sort: Vec::new(),
            limit: None,
            filter: None,
        };
        fields.push(Selection::Nested(owner));
        // What is linked to many records at once would be more than an answer may hold.
        let lists = self.object.fields.iter().filter(|field| field.kind.is_to_many()).count();
        let each = 2 + lists * MAX_LIMIT as usize;
        let mut rows = Vec::new();
        for some in ids.chunks((READ_AT_ONCE / each).clamp(1, MAX_LIMIT as usize)) {
            let query = Query { fields: fields.clone(), ..Query::of(&self.object.name, some.to_vec()) };
            let answer = read::run(connection, self.context, &query).await?;
            let found: Vec<Row> = serde_json::from_slice(&answer.json).unwrap_or_default();
            rows.extend(found);
        }
        Ok(rows)
    }

    /// Leaves references blank whose record is not there any more: the next one would be refused for what nobody can
    /// mend. One look for each object; what is there stays until the next ones are saved.
    async fn forget_dead(&self, connection: &mut PgConnection, rows: &mut [Row]) -> Result<()> {
        let mut wanted: BTreeMap<String, HashSet<Uuid>> = BTreeMap::new();
        for (_, object, id) in rows.iter().flat_map(|row| self.references(row)) {
            wanted.entry(object).or_default().insert(id);
        }
        let mut live: HashMap<String, HashSet<Uuid>> = HashMap::new();
        for (object, ids) in wanted {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let place = (object.as_str(), ids.as_slice(), Bin::Live);
            let found = reach::find(connection, self.context, place, (Action::Read, Lock::Keep)).await?;
            live.insert(object, found.into_keys().collect());
        }
        for row in rows {
            let is_dead = |object: &str, id: &Uuid| !live.get(object).is_some_and(|ids| ids.contains(id));
            let dead = self.references(row).into_iter().filter(|(_, object, id)| is_dead(object, id));
            let keys: Vec<String> = dead.flat_map(|(keys, _, _)| keys).collect();
            row.retain(|key, _| !keys.contains(key));
        }
        Ok(())
    }

    /// What a record's lookups lead to: their keys, the object and the id.
    fn references(&self, row: &Row) -> Vec<(Vec<String>, String, Uuid)> {
        let text = |key: &str| serde_json::from_str::<String>(row.get(key)?.get()).ok();
        let one = |field: &Field| {
            let (object, id) = match (&field.kind, field.columns.as_slice()) {
                (FieldKind::AnyLookup(_), [name, id]) => (text(&name.key)?, id),
                (kind, [id]) => (kind.target()?.to_owned(), id),
                _ => return None,
            };
            self.context.snapshot.catalog.find_object(&object)?;
            let keys = field.columns.iter().map(|column| column.key.clone()).collect();
            Some((keys, object, text(&id.key)?.parse().ok()?))
        };
        self.object.fields.iter().filter(|field| !field.read_only).filter_map(one).collect()
    }

    /// What the next record holds; `None` where the rule ends.
    fn of(&self, row: &Row) -> Result<Option<Fields>> {
        let Value::Text(text) = self.value(row, &self.recurrence.rule) else { return Ok(None) };
        let Ok(rule) = Rule::parse(&text) else { return Ok(None) };
        let (Some(following), zone) = (rule.following(), self.zone(row)) else { return Ok(None) };
        let now = || local(self.context.now, zone);
        let due = self.on_clock(&self.value(row, &self.recurrence.due), zone).unwrap_or_else(now);
        let next = rule.after(due, 1, &|at| local(at, zone));
        let Some(next) = next.first().copied() else { return Ok(None) };
        let mut fields = self.kept(row);
        let mut put = |name: &str, value: &Value| -> Result<()> {
            if let Some(column) = self.object.find_field(name).and_then(|field| field.columns.last()) {
                fields.push((column.key.clone(), crate::write::source::raw(value)?));
            }
            Ok(())
        };
        put(&self.recurrence.rule, &Value::Text(following.text()))?;
        put(&self.recurrence.due, &self.off_clock(&self.recurrence.due, next, zone))?;
        for name in &self.recurrence.shift {
            if let Some(at) = self.on_clock(&self.value(row, name), zone) {
                put(name, &self.off_clock(name, moved(at, next - due), zone))?;
            }
        }
        let id = row.get("id").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        put(&self.recurrence.previous, &Value::Id(id))?;
        Ok(Some(fields))
    }

    /// What it takes over as it is: everything that people write, but what must be its own.
    fn kept(&self, row: &Row) -> Fields {
        let recurrence = self.recurrence;
        let own = [&recurrence.rule, &recurrence.due, &recurrence.status, &recurrence.previous];
        let is_own = |name: &str| {
            own.into_iter().chain(&recurrence.shift).chain(&recurrence.leave).any(|known| known == name)
        };
        let kept = |key: &str, raw: &RawValue| {
            let field =
                self.object.find_key(key).map(|(field, _)| field).or_else(|| self.object.find_field(key))?;
            if is_own(&field.name) {
                return None;
            }
            match key {
                "owner_id" => Some((key.to_owned(), raw.to_owned())),
                _ => clone::copied_value(self.object, key.to_owned(), raw),
            }
        };
        row.iter().filter_map(|(key, raw)| kept(key, raw)).collect()
    }

    fn value(&self, row: &Row, name: &str) -> Value {
        let found = self.object.find_field(name).and_then(|field| Some((field, field.columns.last()?)));
        let Some((field, column)) = found else { return Value::Null };
        let raw = row.get(&column.key).map(|raw| Input::from_raw(raw));
        raw.and_then(|input| field.parse_known(&input).ok()).unwrap_or(Value::Null)
    }

    fn zone(&self, row: &Row) -> Tz {
        #[derive(serde::Deserialize)]
        struct Owner {
            time_zone: Option<String>,
        }
        let owner = row.get("owner").and_then(|raw| serde_json::from_str::<Owner>(raw.get()).ok());
        let named = self.recurrence.time_zone.clone().or_else(|| owner?.time_zone);
        named.and_then(|name| zone(&name)).unwrap_or(Tz::UTC)
    }

    /// What the clock of the place shows at a date or moment.
    fn on_clock(&self, value: &Value, zone: Tz) -> Option<NaiveDateTime> {
        match value {
            Value::Date(day) => Some(day.and_time(chrono::NaiveTime::MIN)),
            Value::DateTime(at) => Some(local(*at, zone)),
            _ => None,
        }
    }

    /// The value of a field whose clock shows this.
    fn off_clock(&self, name: &str, at: NaiveDateTime, zone: Tz) -> Value {
        let is_day = self.object.find_field(name).is_some_and(|field| field.ty() == formulas::Type::Date);
        if is_day { Value::Date(at.date()) } else { Value::DateTime(moment(at, zone)) }
    }
}

fn moved(at: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    at.checked_add_signed(by).unwrap_or(at)
}
