//! The system's own checks, set-based: is there what must be, do references lead to records that the actor
//! may read, and are unique values free? Each problem names its record and key.

use std::collections::{BTreeMap, HashMap, HashSet};

use formulas::Value;
use metadata::catalog::{Column, Field};
use metadata::{FieldKind, Problem};
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::reach;
use super::saving::{DUPLICATE, Saving, Way};
use super::source::{self, recordset};
use super::sql::{compared, table};
use crate::context::Context;
use crate::error::Result;
use crate::query::Bin;
use crate::read::sql::Lock;

/// Fills what new records have without being told.
pub(super) fn complete(saving: &mut Saving<'_>) {
    let (slots, context) = (saving.slots, saving.context);
    let mut faults = Vec::new();
    for (n, draft) in saving.drafts.iter_mut().enumerate().filter(|(_, draft)| draft.is_new()) {
        faults.extend(slots.complete(context, draft).into_iter().map(|fault| (n, fault)));
    }
    faults.into_iter().for_each(|(n, fault)| saving.note(n, fault));
}

/// Fields that must not be blank and are. A value that could not be read is wrong, not missing.
pub(super) fn required(saving: &mut Saving<'_>) {
    for n in 0..saving.drafts.len() {
        let missing = saving.slots.missing(&saving.drafts[n]);
        missing.into_iter().for_each(|problem| saving.blame_once(n, problem));
    }
}

/// One reference of one draft: record of the command, key, target object, target id.
struct Wanted<'d> {
    n: usize,
    key: &'d str,
    object: String,
    id: Uuid,
}

/// References that lead nowhere that the actor may see. One statement for each target object. What they lead to
/// is kept from being removed until the save is over; of a record that is saved alone by the statement that saves it,
/// which then also finds out whether it is there where nothing else is to be known.
pub(super) async fn references(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let (context, slots) = (saving.context, saving.slots);
    let (wanted, mut found) = wanted(context, slots, &saving.drafts);
    let mut by_object: BTreeMap<&str, HashSet<Uuid>> = BTreeMap::new();
    for one in &wanted {
        by_object.entry(&one.object).or_default().insert(one.id);
    }
    let mut known: HashMap<&str, HashMap<Uuid, i64>> = HashMap::new();
    let (is_alone, mut held) = (saving.way == Way::Alone, Vec::new());
    let lock = if is_alone { Lock::None } else { Lock::Keep };
    let mut trusted: HashSet<&str> = HashSet::new();
    for (object, ids) in by_object {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        if is_alone && sees_all(context, object) {
            trusted.insert(object);
        } else {
            let place = (object, ids.as_slice(), Bin::Live);
            known.insert(object, reach::find(connection, context, place, (Action::Read, lock)).await?);
        }
        if is_alone {
            held.push((object.to_owned(), ids));
        }
    }
    for one in wanted.iter().filter(|one| !trusted.contains(one.object.as_str())) {
        if !known.get(one.object.as_str()).is_some_and(|ids| ids.contains_key(&one.id)) {
            let message = format!("there is no {} with id {}", one.object, one.id);
            found.push((one.n, Problem::new(one.key, "unknown-reference", message)));
        }
    }
    saving.held = held;
    found.into_iter().for_each(|(n, problem)| saving.blame_once(n, problem));
    Ok(())
}

/// Whether the actor may read every record of an object.
fn sees_all(context: &Context, object: &str) -> bool {
    let decision = context.snapshot.catalog.find_object(object).map(|it| context.decide(Action::Read, it));
    decision.is_some_and(|decision| decision.is_allowed() && decision.reach.is_all())
}

fn wanted<'d>(
    context: &Context,
    slots: &'d Slots<'_>,
    drafts: &[Draft],
) -> (Vec<Wanted<'d>>, Vec<(usize, Problem)>) {
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    // Records of one command may point to each other.
    let siblings: HashSet<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let own = slots.object.name.as_str();
    for (n, draft) in drafts.iter().enumerate() {
        for (slot, (field, column)) in slots.columns.iter().enumerate() {
            let Some(Value::Id(id)) = draft.slots[slot] else { continue };
            match target(context, slots, draft, (field, column)) {
                Ok(Some(object)) if object == own && siblings.contains(&id) => {}
                Ok(Some(object)) if !is_self(context, &object, id) => {
                    wanted.push(Wanted { n, key: &column.key, object, id });
                }
                Ok(_) => {}
                Err(problem) => found.push((n, problem)),
            }
        }
        for (index, ids) in &draft.links {
            let field = &slots.object.fields[*index];
            let FieldKind::ManyToMany(settings) = &field.kind else { continue };
            wanted.extend(ids.iter().map(|&id| Wanted {
                n,
                key: &field.name,
                object: settings.to.clone(),
                id,
            }));
        }
        found.extend(lonely_names(slots, draft).map(|problem| (n, problem)));
    }
    (wanted, found)
}

/// The actor's own user record needs no look-up.
fn is_self(context: &Context, object: &str, id: Uuid) -> bool {
    object == "user" && id == context.actor.user_id
}

/// The object that a reference column points to; `None` for the record's own id.
fn target(
    context: &Context,
    slots: &Slots<'_>,
    draft: &Draft,
    (field, column): (&Field, &Column),
) -> Result<Option<String>, Problem> {
    let FieldKind::AnyLookup(settings) = &field.kind else {
        return Ok(field.kind.target().map(str::to_owned));
    };
    let name_column = field.columns.first().and_then(|first| slots.column(&first.name));
    let name = name_column.and_then(|slot| draft.slots[slot].clone());
    let Some(Value::Text(name)) = name else {
        let key = field.columns.first().map_or("", |first| first.key.as_str());
        return Err(Problem::new(key, "required", format!("`{}` needs `{key}` too", column.key)));
    };
    let known = context.snapshot.catalog.find_object(&name).is_some_and(|object| !object.system);
    let allowed = if settings.is_open() { known } else { settings.to.contains(&name) };
    if allowed {
        return Ok(Some(name));
    }
    let key = field.columns.first().map_or("", |first| first.key.as_str());
    Err(Problem::new(
        key,
        "unknown-object",
        format!("`{name}` is not an object that `{}` points to", field.name),
    ))
}

/// An any-lookup with an object but no id.
fn lonely_names<'s>(slots: &'s Slots<'_>, draft: &'s Draft) -> impl Iterator<Item = Problem> + 's {
    let any = slots.object.fields.iter().filter(|field| matches!(field.kind, FieldKind::AnyLookup(_)));
    any.filter_map(move |field| {
        let [name, id] = field.columns.as_slice() else { return None };
        let slot = |column: &Column| slots.column(&column.name).and_then(|slot| draft.slots[slot].clone());
        let has_name = matches!(slot(name), Some(Value::Text(_)));
        let has_id = matches!(slot(id), Some(Value::Id(_)));
        (has_name && !has_id)
            .then(|| Problem::new(&id.key, "required", format!("`{}` needs `{}` too", name.key, id.key)))
    })
}

/// Unique values that another record has, or an earlier draft. A single record leaves this to the index,
/// which is the judge in any case.
pub(super) async fn duplicates(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let (context, slots) = (saving.context, saving.slots);
    let is_named = |slot: usize| saving.drafts.iter().any(|draft| draft.slots[slot].is_some());
    // The id is new for new records and theirs for others.
    let is_unique = |&slot: &usize| slots.columns[slot].0.unique && slots.columns[slot].1.name != "id";
    let unique: Vec<usize> =
        (0..slots.columns.len()).filter(is_unique).filter(|&slot| is_named(slot)).collect();
    // One record alone is told by the index that it would meet, if it came so far.
    let is_asked = saving.is_many() || saving.is_refused();
    if unique.is_empty() || !is_asked || saving.is_forbidden() {
        return Ok(());
    }
    let indexed: Vec<(usize, &Draft)> = saving.drafts.iter().enumerate().collect();
    let json = source::json(slots, &unique, &indexed);
    let object = table(&context.tenant().schema, &slots.object.name);
    let parts: Vec<String> = unique
        .iter()
        .map(|&slot| {
            let (there, here) = ["t", "s"].map(|table| compared(table, slots.columns[slot].1)).into();
            format!(
                "SELECT s._n, {slot} AS slot FROM s WHERE EXISTS (SELECT 1 FROM {object} t WHERE {there} = {here} AND t.deleted_at IS NULL AND t.id <> s.id) \
                 UNION ALL SELECT _n, {slot} FROM (SELECT s._n, row_number() OVER (PARTITION BY {here} ORDER BY s._n) AS nth FROM s WHERE {here} IS NOT NULL) d WHERE nth > 1"
            )
        })
        .collect();
    let text =
        format!("WITH s AS (SELECT * FROM {}) {}", recordset(slots, &unique), parts.join(" UNION ALL "));
    let rows = sqlx::query(AssertSqlSafe(text)).bind(json).fetch_all(connection).await?;
    for row in &rows {
        let (n, slot): (i32, i32) = (row.try_get(0)?, row.try_get(1)?);
        let (field, column) = slots.columns[usize::try_from(slot).unwrap_or_default()];
        let message = format!("another record has this {}", field.label);
        let problem = Problem::new(&column.key, DUPLICATE, message);
        saving.blame(usize::try_from(n).unwrap_or_default(), problem);
    }
    Ok(())
}
